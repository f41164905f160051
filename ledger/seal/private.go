package seal

import (
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emmansun/gmsm/sm2"
)

// A PrivateKey is a key to sign with. It is an immutable value, good for any
// number of signatures at once; the zero value is no key. Printing it shows
// the KeyID and never the secret.
type PrivateKey struct {
	public PublicKey
	secret [32]byte           // Ed25519: the seed; SM2: the private number, big-endian
	ed     ed25519.PrivateKey // when the algorithm is Ed25519
	sm2    *sm2.PrivateKey    // when the algorithm is SM2
}

// GenerateKey makes the key of 32 bytes read from rand, which must be
// cryptographically secure (crypto/rand.Reader).
func GenerateKey(alg Algorithm, rand io.Reader) (PrivateKey, error) {
	seed, err := readEntropy(rand)
	if err != nil {
		return PrivateKey{}, err
	}
	return NewKey(alg, seed)
}

// NewKey makes the key of a seed: the same key for the same seed, in every
// version of this package. Whoever knows the seed has the key.
func NewKey(alg Algorithm, seed [32]byte) (PrivateKey, error) {
	switch alg {
	case Ed25519:
		return newEd25519Private(seed)
	case SM2:
		return newSM2(sm2Secret(seed))
	default:
		return PrivateKey{}, unknownAlgorithm(string(alg))
	}
}

func newEd25519Private(seed [32]byte) (PrivateKey, error) {
	key := ed25519.NewKeyFromSeed(seed[:])
	public, err := newEd25519Public(ed25519.PublicKey(key[32:]))
	return PrivateKey{public: public, secret: seed, ed: key}, err
}

func newSM2(secret [32]byte) (PrivateKey, error) {
	key, point, err := newSM2Private(secret)
	if err != nil {
		return PrivateKey{}, err
	}
	public, err := newSM2Public(point)
	return PrivateKey{public: public, secret: secret, sm2: key}, err
}

// ParsePrivateKey reads a key from the file that "openssl genpkey -algorithm
// ed25519" or "-algorithm SM2" writes: exactly one PEM block "PRIVATE KEY" with
// nothing but white space around it, in it the key's PKCS#8 in canonical DER.
// An SM2 key whose public point is not that of its private number is refused.
func ParsePrivateKey(pem []byte) (PrivateKey, error) {
	der, err := parsePEM(pem, privateBlock)
	if err != nil {
		return PrivateKey{}, err
	}
	text := string(der)
	if seed, ok := strings.CutPrefix(text, ed25519PKCS8); ok && len(seed) == 32 {
		return newEd25519Private([32]byte([]byte(seed)))
	}
	rest, ok := strings.CutPrefix(text, sm2PKCS8)
	if !ok || len(rest) != 32+len(sm2PKCS8Public)+65 || !strings.HasPrefix(rest[32:], sm2PKCS8Public) {
		return PrivateKey{}, refusePrivate(der)
	}
	key, err := newSM2([32]byte([]byte(rest[:32])))
	if err != nil {
		return PrivateKey{}, err
	}
	if !strings.HasSuffix(key.public.spki, rest[32+len(sm2PKCS8Public):]) {
		return PrivateKey{}, fail(ErrKey, "the public point in the file is not that of its private number; make a new key")
	}
	return key, nil
}

// PEM is what [ParsePrivateKey] reads, and openssl. It is not encrypted.
func (k PrivateKey) PEM() ([]byte, error) {
	var der string
	switch k.Algorithm() {
	case Ed25519:
		der = ed25519PKCS8 + string(k.secret[:])
	case SM2:
		der = sm2PKCS8 + string(k.secret[:]) + sm2PKCS8Public + k.public.spki[len(sm2SPKI):]
	default:
		return nil, errNoPrivateKey()
	}
	return pem.EncodeToMemory(&pem.Block{Type: privateBlock, Bytes: []byte(der)}), nil
}

// Public is the key that verifies what k signs; zero for the zero value.
func (k PrivateKey) Public() PublicKey { return k.public }

// Algorithm is the key's algorithm, empty for the zero value.
func (k PrivateKey) Algorithm() Algorithm { return k.public.alg }

// IsZero reports whether k is no key.
func (k PrivateKey) IsZero() bool { return k.public.IsZero() }

// Format shows a key in any verb of package fmt without its secret.
func (k PrivateKey) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "%s private key of %s", k.Algorithm(), k.public.id)
}

// Sign signs a message. Ed25519 needs no randomness and rand may be nil. SM2
// reads 32 bytes of it: the same key, message and 32 bytes give the same
// signature, and the same 32 bytes for another message do no harm.
func (k PrivateKey) Sign(rand io.Reader, message []byte) ([]byte, error) {
	switch k.Algorithm() {
	case Ed25519:
		return ed25519.Sign(k.ed, message), nil
	case SM2:
		seed, err := readEntropy(rand)
		if err != nil {
			return nil, err
		}
		sig, err := k.sm2.Sign((*entropy)(&seed), k.public.sm2.digest(message), nil)
		if err != nil {
			return nil, fmt.Errorf("seal: sign with SM2: %w", err)
		}
		return sig, nil
	default:
		return nil, errNoPrivateKey()
	}
}

func errNoPrivateKey() error { return fail(ErrKey, "no key to sign with; generate or parse one first") }

func readEntropy(rand io.Reader) (b [32]byte, err error) {
	if rand == nil {
		return b, errors.New("seal: no source of randomness; pass crypto/rand.Reader")
	}
	if _, err = io.ReadFull(rand, b[:]); err != nil {
		return b, fmt.Errorf("seal: read 32 bytes of randomness: %w", err)
	}
	return b, nil
}
