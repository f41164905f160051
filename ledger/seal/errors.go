package seal

import (
	"errors"
	"fmt"
)

// What can be wrong, for errors.Is. Every error of this package wraps exactly
// one of these and says what was found and what would be right; the exception
// is a source of randomness that fails, whose own error is wrapped.
var (
	// ErrTooLarge: the envelope's JSON is over [MaxEnvelope]. Nothing was parsed.
	ErrTooLarge = errors.New("envelope too large")
	// ErrSyntax: not JSON, or JSON that is not an envelope of exactly the
	// members and the one signature that are wanted.
	ErrSyntax = errors.New("bad syntax")
	// ErrTrailing: something other than white space stands after the JSON value.
	ErrTrailing = errors.New("trailing data")
	// ErrDuplicate: a JSON object holds the same member name twice, so that two
	// readers could see two different statements under one signature.
	ErrDuplicate = errors.New("duplicate member name")
	// ErrUTF8: bytes that are not UTF-8, or an escaped half of a surrogate pair.
	ErrUTF8 = errors.New("bad UTF-8")
	// ErrBase64: not the one canonical standard base64 of any bytes.
	ErrBase64 = errors.New("bad base64")
	// ErrAlgorithm: a well-formed key or a name of an algorithm that is neither
	// Ed25519 nor SM2.
	ErrAlgorithm = errors.New("algorithm not accepted")
	// ErrKey: a key that is missing, ill-formed or unsafe.
	ErrKey = errors.New("bad key")
	// ErrCertificate: a chain of certificates that is ill-formed, does not hold
	// together or is not for signing.
	ErrCertificate = errors.New("bad certificate")
	// ErrKeyMismatch: the envelope names another key than the one it was to be
	// verified with. Nothing is said of its signature.
	ErrKeyMismatch = errors.New("another key's envelope")
	// ErrSignature: the signature does not verify.
	ErrSignature = errors.New("bad signature")
)

// fail wraps a sentinel with what was found and what is wanted.
func fail(sentinel error, format string, args ...any) error {
	return fmt.Errorf("seal: %w: %s", sentinel, fmt.Sprintf(format, args...))
}
