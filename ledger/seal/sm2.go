package seal

import (
	"crypto/ecdsa"
	"crypto/sha512"
	"io"
	"math/big"

	"github.com/emmansun/gmsm/ecdh"
	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
)

// distID is the distinguishing identifier that every SM2 signature is made
// under: the default one of GM/T 0009-2012 section 10.
const distID = "1234567812345678"

// An sm2Key is an SM2 public key made ready for verification.
type sm2Key struct {
	key *ecdsa.PublicKey
	za  [32]byte // Z of GB/T 32918.2 section 5.5: SM3 of identifier, curve and key
}

// newSM2Key takes the 65 bytes of an uncompressed point: 4, x, y.
func newSM2Key(point []byte) (*sm2Key, error) {
	if _, err := ecdh.P256().NewPublicKey(point); err != nil {
		return nil, fail(ErrKey, "%x is not an uncompressed point of the SM2 curve", point)
	}
	//lint:ignore SA1019 The SM2 library takes an ecdsa.PublicKey, and the standard
	// library's replacement for these fields knows only the NIST curves.
	key := &ecdsa.PublicKey{Curve: sm2.P256(), X: new(big.Int).SetBytes(point[1:33]), Y: new(big.Int).SetBytes(point[33:])}
	za, err := sm2.CalculateZA(key, []byte(distID))
	if err != nil {
		return nil, fail(ErrKey, "%v", err)
	}
	return &sm2Key{key: key, za: [32]byte(za)}, nil
}

// digest is e of GB/T 32918.2: SM3(Z || message).
func (k *sm2Key) digest(message []byte) []byte {
	h := sm3.New()
	h.Write(k.za[:])
	h.Write(message)
	return h.Sum(nil)
}

// verify reports whether sig is DER of (r, s), without a byte more and in the
// one canonical form, and verifies.
func (k *sm2Key) verify(message, sig []byte) bool {
	return sm2.VerifyASN1(k.key, k.digest(message), sig)
}

// sm2Secret derives the private key of a seed. It must never change:
//
//	1 + SHA-512("ducha/ledger/seal: SM2 key" || seed) mod (n - 2)
//
// with the hash read as a big-endian number. 512 bits over a modulus of 256
// leave no bias, and the result is in the range [1, n-2] of GB/T 32918.1 section 6.1.
func sm2Secret(seed [32]byte) (secret [32]byte) {
	hash := sha512.Sum512(append([]byte("ducha/ledger/seal: SM2 key"), seed[:]...))
	z := new(big.Int).Sub(sm2.P256().Params().N, big.NewInt(2))
	z.Mod(new(big.Int).SetBytes(hash[:]), z)
	z.Add(z, big.NewInt(1)).FillBytes(secret[:])
	return secret
}

// newSM2Private completes a secret number into a key, and gives its public point.
func newSM2Private(secret [32]byte) (*sm2.PrivateKey, []byte, error) {
	last := new(big.Int).Sub(sm2.P256().Params().N, big.NewInt(1))
	number := new(big.Int).SetBytes(secret[:])
	scalar, err := ecdh.P256().NewPrivateKey(secret[:])
	if err != nil || number.Cmp(last) >= 0 {
		return nil, nil, fail(ErrKey, "the SM2 private number is out of range; it must be from 1 to n-2")
	}
	point := scalar.PublicKey().Bytes()
	public, err := newSM2Key(point)
	if err != nil {
		return nil, nil, err
	}
	key := new(sm2.PrivateKey)
	key.PublicKey = *public.key
	key.D = number
	return key, point, nil
}

// entropy is what the caller's source of randomness gave for one signature.
//
// Every Read starts at its beginning. The signer reads 32 bytes, but first, on
// a coin toss of its own, one byte that it throws away; without this the same
// randomness would not give the same signature, and a seeded history could not be
// made twice. The signer mixes key and message into its nonce, so that even the
// same entropy for two messages is safe.
type entropy [32]byte

func (e *entropy) Read(p []byte) (int, error) { return copy(p, e[:]), nil }

var _ io.Reader = (*entropy)(nil)
