package seal

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"strings"
)

// An Algorithm is one of the two ways to sign.
type Algorithm string

const (
	// Ed25519 is RFC 8032's, pure, with the standard library's verification.
	Ed25519 Algorithm = "Ed25519"
	// SM2 (国密) is GB/T 32918.2 over SM3 with the default identifier
	// 1234567812345678; signatures are ASN.1 DER as in GM/T 0009.
	SM2 Algorithm = "SM2"
)

// ParseAlgorithm reads an algorithm's name in upper or lower case.
func ParseAlgorithm(name string) (Algorithm, error) {
	for _, a := range []Algorithm{Ed25519, SM2} {
		if strings.EqualFold(name, string(a)) {
			return a, nil
		}
	}
	return "", unknownAlgorithm(name)
}

func unknownAlgorithm(name string) error {
	return fail(ErrAlgorithm, "%.40q found; %q and %q are accepted", name, Ed25519, SM2)
}

// A KeyID names a key: the SHA-256 of its SubjectPublicKeyInfo in DER, as 64
// lower-case hex digits. One key has one DER here, so it has one KeyID:
//
//	openssl pkey -pubin -in pub.pem -outform DER | sha256sum
type KeyID string

// isKeyID reports whether s is well formed.
func isKeyID(s string) bool {
	return len(s) == 2*sha256.Size && strings.Trim(s, "0123456789abcdef") == ""
}

// A PublicKey is a key to verify with. It is an immutable value, made once by
// [ParsePublicKey] or [PrivateKey.Public] and good for any number of
// verifications at once. The zero value is no key. Compare keys by ID.
type PublicKey struct {
	alg  Algorithm
	id   KeyID
	spki string
	ed   ed25519.PublicKey // when alg is Ed25519
	sm2  *sm2Key           // when alg is SM2
}

// ParsePublicKey reads a key from the file that "openssl pkey -pubout" writes:
// exactly one PEM block "PUBLIC KEY" with nothing but white space around it, in
// it the canonical DER of an Ed25519 key or of an uncompressed point of the SM2
// curve. A point that is not on its curve is refused, and so is an Ed25519 point
// of small order, under which a signature proves nothing.
func ParsePublicKey(pem []byte) (PublicKey, error) {
	der, err := parsePEM(pem, publicBlock)
	if err != nil {
		return PublicKey{}, err
	}
	spki := string(der)
	if key, ok := strings.CutPrefix(spki, ed25519SPKI); ok && len(key) == ed25519.PublicKeySize {
		return newEd25519Public([]byte(key))
	}
	if point, ok := strings.CutPrefix(spki, sm2SPKI); ok && len(point) == 65 {
		return newSM2Public([]byte(point))
	}
	return PublicKey{}, refusePublic(der)
}

func newEd25519Public(key ed25519.PublicKey) (PublicKey, error) {
	if err := checkEd25519(key); err != nil {
		return PublicKey{}, err
	}
	spki := ed25519SPKI + string(key)
	return PublicKey{alg: Ed25519, id: keyID(spki), spki: spki, ed: key}, nil
}

func newSM2Public(point []byte) (PublicKey, error) {
	key, err := newSM2Key(point)
	if err != nil {
		return PublicKey{}, err
	}
	spki := sm2SPKI + string(point)
	return PublicKey{alg: SM2, id: keyID(spki), spki: spki, sm2: key}, nil
}

func keyID(spki string) KeyID {
	sum := sha256.Sum256([]byte(spki))
	return KeyID(hex.EncodeToString(sum[:]))
}

// ID is the key's name, empty for the zero value.
func (k PublicKey) ID() KeyID { return k.id }

// Algorithm is the key's algorithm, empty for the zero value.
func (k PublicKey) Algorithm() Algorithm { return k.alg }

// IsZero reports whether k is no key.
func (k PublicKey) IsZero() bool { return k.alg == "" }

// DER is the key's SubjectPublicKeyInfo, nil for the zero value.
func (k PublicKey) DER() []byte {
	if k.IsZero() {
		return nil
	}
	return []byte(k.spki)
}

// PEM is what [ParsePublicKey] reads, nil for the zero value.
func (k PublicKey) PEM() []byte {
	if k.IsZero() {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: publicBlock, Bytes: []byte(k.spki)})
}

// Verify checks the signature of a message: 64 bytes for Ed25519, DER with no
// byte too many for SM2. The error is ErrSignature when it does not verify, and
// ErrKey when k is the zero value.
func (k PublicKey) Verify(message, sig []byte) error {
	switch {
	case k.IsZero():
		return fail(ErrKey, "no key to verify with; parse one first")
	case k.alg == Ed25519 && ed25519.Verify(k.ed, message, sig):
		return nil
	case k.alg == Ed25519:
		return fail(ErrSignature, "%d bytes that are not the Ed25519 signature of these %d bytes by key %s", len(sig), len(message), k.id)
	case k.sm2.verify(message, sig):
		return nil
	default:
		return fail(ErrSignature, "%d bytes that are not the SM2 signature of these %d bytes by key %s, in DER, over SM3 with distid:%s",
			len(sig), len(message), k.id, distID)
	}
}
