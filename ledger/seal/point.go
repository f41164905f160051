package seal

import (
	"math/big"
	"slices"
)

// fieldPrime is 2^255 - 19, curveD the curve's constant -121665/121666 in its field
// (RFC 8032 section 5.1). They are only read.
var fieldPrime, curveD = func() (p, d *big.Int) {
	p = new(big.Int).Lsh(big.NewInt(1), 255)
	p.Sub(p, big.NewInt(19))
	d = new(big.Int).ModInverse(big.NewInt(121666), p)
	return p, d.Mod(d.Mul(d, big.NewInt(-121665)), p)
}()

// checkEd25519 checks that the 32 bytes of an Ed25519 public key are one that
// signatures can be held against: the canonical encoding of a point of the curve,
// and not one of the eight points of small order. Under those a signature fits
// many messages or all, so that its owner could deny having signed any one of
// them. The standard library verifies with whatever it is given.
//
// A point (x, y) is encoded as y, little-endian, with the sign of x in the top
// bit (RFC 8032 section 5.1.2). This runs once a key, on public data.
func checkEd25519(key []byte) error {
	p, d, one := fieldPrime, curveD, big.NewInt(1)
	mod := func(z *big.Int) *big.Int { return z.Mod(z, p) }
	bigEndian := slices.Clone(key)
	slices.Reverse(bigEndian)
	bigEndian[0] &= 0x7f
	y := new(big.Int).SetBytes(bigEndian)
	if y.Cmp(p) >= 0 {
		return fail(ErrKey, "the Ed25519 public key %x is not in its canonical form; make it with a standard tool", key)
	}

	// -x² + y² = 1 + d·x²·y², so x² = u/v with u = y² - 1 and v = d·y² + 1,
	// which has a root if and only if u·v has one.
	yy := mod(new(big.Int).Mul(y, y))
	dyy := mod(new(big.Int).Mul(d, yy))
	u := new(big.Int).Sub(yy, one)
	v := new(big.Int).Add(dyy, one)
	if big.Jacobi(mod(u.Mul(u, v)), p) < 0 {
		return fail(ErrKey, "the Ed25519 public key %x is not a point of the curve", key)
	}

	// y = 1 and y = -1 have order 1 and 2, y = 0 order 4. The double of a point of
	// order 8 has y = 0, which is y² = -x²; in the curve's equation that is
	// d·y⁴ + 2·y² - 1 = 0.
	eight := mod(new(big.Int).Mul(dyy, yy))
	eight.Add(eight, yy).Add(eight, yy).Sub(eight, one)
	if yy.Cmp(one) == 0 || yy.Sign() == 0 || mod(eight).Sign() == 0 {
		return fail(ErrKey, "the Ed25519 public key %x is a point of small order, under which signatures prove nothing; make a key with a standard tool", key)
	}
	return nil
}
