package seal_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ducha/ledger/seal"
)

var algorithms = []seal.Algorithm{seal.Ed25519, seal.SM2}

// seeded is the key of the seed n, 0, 0 and so on.
func seeded(t testing.TB, alg seal.Algorithm, n byte) seal.PrivateKey {
	t.Helper()
	key, err := seal.NewKey(alg, [32]byte{n})
	require.NoError(t, err)
	return key
}

func TestParseAlgorithm(t *testing.T) {
	for name, want := range map[string]seal.Algorithm{"ed25519": seal.Ed25519, "ED25519": seal.Ed25519, "sm2": seal.SM2, "SM2": seal.SM2} {
		got, err := seal.ParseAlgorithm(name)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := seal.ParseAlgorithm("rsa")
	assert.ErrorIs(t, err, seal.ErrAlgorithm)
	assert.EqualError(t, err, `seal: algorithm not accepted: "rsa" found; "Ed25519" and "SM2" are accepted`)
}

func TestKeyRoundTrip(t *testing.T) {
	for _, alg := range algorithms {
		t.Run(string(alg), func(t *testing.T) {
			key, err := seal.GenerateKey(alg, rand.Reader)
			require.NoError(t, err)
			assert.Equal(t, alg, key.Algorithm())

			file, err := key.PEM()
			require.NoError(t, err)
			again, err := seal.ParsePrivateKey(file)
			require.NoError(t, err)
			assert.Equal(t, key, again)

			public, err := seal.ParsePublicKey(append([]byte("\n "), append(key.Public().PEM(), "\r\n\t\n"...)...))
			require.NoError(t, err)
			assert.Equal(t, key.Public(), public)
			assert.Equal(t, alg, public.Algorithm())
			assert.Regexp(t, "^[0-9a-f]{64}$", public.ID())

			sig, err := again.Sign(rand.Reader, []byte("message"))
			require.NoError(t, err)
			require.NoError(t, public.Verify([]byte("message"), sig))
			assert.ErrorIs(t, public.Verify([]byte("massage"), sig), seal.ErrSignature)
			assert.ErrorIs(t, public.Verify([]byte("message"), nil), seal.ErrSignature)
			assert.ErrorIs(t, seeded(t, alg, 1).Public().Verify([]byte("message"), sig), seal.ErrSignature)
		})
	}
}

// The keys of a seed never change: a history made from seeds can be made again.
func TestNewKeyIsFrozen(t *testing.T) {
	for alg, want := range map[seal.Algorithm]seal.KeyID{
		seal.Ed25519: "e7fa99a5b0d089771bf999413f02954b669527a2e590b75939e587cbb94dfbaf",
		seal.SM2:     "e0d6e3f4c3e7b43cc0a44f77fb6aec1406f153b407591f3c3fe7e81a3f9e83c0",
	} {
		assert.Equal(t, want, seeded(t, alg, 7).Public().ID(), alg)

		seed := append([]byte{7}, make([]byte, 31)...)
		generated, err := seal.GenerateKey(alg, bytes.NewReader(seed))
		require.NoError(t, err)
		assert.Equal(t, want, generated.Public().ID(), alg)
	}
	_, err := seal.NewKey("RSA", [32]byte{})
	assert.ErrorIs(t, err, seal.ErrAlgorithm)
}

// Same key, message and randomness: same signature, for both algorithms.
func TestSignIsReproducible(t *testing.T) {
	for _, alg := range algorithms {
		key := seeded(t, alg, 1)
		sign := func(random byte, message string) []byte {
			sig, err := key.Sign(bytes.NewReader(bytes.Repeat([]byte{random}, 32)), []byte(message))
			require.NoError(t, err)
			return sig
		}
		first := sign(1, "m")
		for range 20 {
			require.Equal(t, first, sign(1, "m"), alg)
		}
		assert.NotEqual(t, first, sign(1, "n"), alg)
	}
	assert.NotPanics(t, func() {
		_, err := seeded(t, seal.SM2, 1).Sign(nil, []byte("m"))
		assert.ErrorContains(t, err, "crypto/rand.Reader")
	})
	broken := errors.New("broken")
	_, err := seeded(t, seal.SM2, 1).Sign(iotest.ErrReader(broken), []byte("m"))
	assert.ErrorIs(t, err, broken)
	_, err = seal.GenerateKey(seal.Ed25519, iotest.ErrReader(broken))
	assert.ErrorIs(t, err, broken)
}

func TestZeroKeys(t *testing.T) {
	var private seal.PrivateKey
	var public seal.PublicKey
	assert.True(t, private.IsZero())
	assert.True(t, public.IsZero())
	assert.True(t, private.Public().IsZero())
	assert.Nil(t, public.PEM())
	assert.Nil(t, public.DER())
	assert.ErrorIs(t, public.Verify(nil, nil), seal.ErrKey)
	_, err := private.PEM()
	assert.ErrorIs(t, err, seal.ErrKey)
	_, err = private.Sign(rand.Reader, nil)
	assert.ErrorIs(t, err, seal.ErrKey)
	_, err = seal.Seal(rand.Reader, private, "t", []byte("p"))
	assert.ErrorIs(t, err, seal.ErrKey)
	assert.ErrorIs(t, seal.Envelope{}.Verify(public), seal.ErrKey)
}

func TestPrivateKeyIsNotPrinted(t *testing.T) {
	for _, alg := range algorithms {
		key := seeded(t, alg, 1)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			want := fmt.Sprintf("%s private key of %s", alg, key.Public().ID())
			assert.Equal(t, want, fmt.Sprintf(verb, key), verb)
		}
	}
}

// What DER() gives cannot be used to change the key.
func TestPublicKeyIsImmutable(t *testing.T) {
	public := seeded(t, seal.SM2, 1).Public()
	before := public.PEM()
	clear(public.DER())
	assert.Equal(t, before, public.PEM())
}

func block(blockType string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: der})
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	require.NoError(t, err)
	return b
}

func TestParsePublicKeyRefuses(t *testing.T) {
	read := func(name string) []byte {
		b, err := os.ReadFile("testdata/keys/" + name)
		require.NoError(t, err)
		return b
	}
	ed, sm := seeded(t, seal.Ed25519, 1).Public(), seeded(t, seal.SM2, 1).Public()
	private, err := seeded(t, seal.SM2, 1).PEM()
	require.NoError(t, err)
	offCurve := sm.DER()
	offCurve[len(offCurve)-1] ^= 1
	long := append([]byte{0x30, 0x81, 0x59}, sm.DER()[2:]...) // a length in two bytes where one does

	for _, c := range []struct {
		name string
		pem  []byte
		is   error
		says string
	}{
		{"nothing", nil, seal.ErrKey, `a PEM block "PUBLIC KEY" is wanted`},
		{"text before", append([]byte("key:\n"), ed.PEM()...), seal.ErrKey, "with nothing before it"},
		{"text after", append(ed.PEM(), "x\n"...), seal.ErrKey, `"x" found after the PEM block`},
		{"two blocks", append(ed.PEM(), sm.PEM()...), seal.ErrKey, "2 PEM blocks found"},
		{"private", private, seal.ErrKey, `"PRIVATE KEY" found; "PUBLIC KEY" is wanted (openssl pkey -in key.pem -pubout)`},
		{"certificate", block("CERTIFICATE", ed.DER()), seal.ErrKey, "openssl x509"},
		{"bad base64", bytes.Replace(ed.PEM(), []byte("MCow"), []byte("MC!w"), 1), seal.ErrKey, "the PEM block is broken"},
		{"cut off", ed.PEM()[:60], seal.ErrKey, "the PEM block is broken"},
		{"headers", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Headers: map[string]string{"a": "b"}, Bytes: ed.DER()}), seal.ErrKey, "has headers"},
		{"not DER", block("PUBLIC KEY", []byte("hello")), seal.ErrKey, "not DER"},
		{"empty DER", block("PUBLIC KEY", nil), seal.ErrKey, "not DER"},
		{"Ed25519, trailing", block("PUBLIC KEY", append(ed.DER(), 0)), seal.ErrKey, "1 bytes found after the DER"},
		{"SM2, trailing", block("PUBLIC KEY", append(sm.DER(), 0, 0)), seal.ErrKey, "2 bytes found after the DER"},
		{"Ed25519, short", block("PUBLIC KEY", unhex(t, "3029 3005 06032b6570 0320 00"+strings.Repeat("01", 31))), seal.ErrKey, "the Ed25519 key is not in the canonical"},
		{"Ed25519, parameters", block("PUBLIC KEY", unhex(t, "302c 3007 06032b6570 0500 0321 00"+strings.Repeat("01", 32))), seal.ErrKey, "the Ed25519 key is not in the canonical"},
		{"SM2, long length", block("PUBLIC KEY", long), seal.ErrKey, "not DER"},
		{"SM2, off the curve", block("PUBLIC KEY", offCurve), seal.ErrKey, "not an uncompressed point of the SM2 curve"},
		{"SM2, compressed", read("sm2-compressed.pem"), seal.ErrKey, "an SM2 point uncompressed"},
		{"SM2, parameters written out", read("sm2-explicit.pem"), seal.ErrAlgorithm, "an elliptic curve that is not named found"},
		{"P-256", read("p256.pem"), seal.ErrAlgorithm, "P-256 found; Ed25519 and SM2"},
		{"P-384", read("p384.pem"), seal.ErrAlgorithm, "P-384 found; Ed25519 and SM2"},
		{"secp256k1", read("secp256k1.pem"), seal.ErrAlgorithm, "secp256k1 found; Ed25519 and SM2"},
		{"brainpool", read("brainpool.pem"), seal.ErrAlgorithm, "elliptic curve 1.3.36.3.3.2.8.1.1.7 found"},
		{"RSA", read("rsa.pem"), seal.ErrAlgorithm, "RSA found; Ed25519 and SM2"},
		{"Ed448", read("ed448.pem"), seal.ErrAlgorithm, "Ed448 found; Ed25519 and SM2"},
		{"X25519", read("x25519.pem"), seal.ErrAlgorithm, "X25519 found; Ed25519 and SM2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			key, err := seal.ParsePublicKey(c.pem)
			require.ErrorIs(t, err, c.is)
			assert.ErrorContains(t, err, c.says)
			assert.True(t, key.IsZero())
		})
	}
}

func TestParsePrivateKeyRefuses(t *testing.T) {
	read := func(key seal.PrivateKey) []byte {
		b, err := key.PEM()
		require.NoError(t, err)
		b2, _ := pem.Decode(b)
		return b2.Bytes
	}
	ed, sm := read(seeded(t, seal.Ed25519, 1)), read(seeded(t, seal.SM2, 1))
	with := func(secret string) []byte { // sm with another private number
		der := bytes.Clone(sm)
		copy(der[len(der)-32-5-65:], unhex(t, secret))
		return der
	}
	p256, err := x509.MarshalPKCS8PrivateKey(must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)))
	require.NoError(t, err)
	sec1, err := smx509.MarshalECPrivateKey(&must(sm2.GenerateKey(rand.Reader)).PrivateKey)
	require.NoError(t, err)

	for _, c := range []struct {
		name string
		pem  []byte
		is   error
		says string
	}{
		{"public", seeded(t, seal.SM2, 1).Public().PEM(), seal.ErrKey, `"PUBLIC KEY" found; "PRIVATE KEY" is wanted`},
		{"SEC 1", block("EC PRIVATE KEY", sec1), seal.ErrKey, "openssl pkey -in key.pem -out plain.pem"},
		{"encrypted", block("ENCRYPTED PRIVATE KEY", sm), seal.ErrKey, "openssl pkey -in key.pem -out plain.pem"},
		{"Ed25519, trailing", block("PRIVATE KEY", append(bytes.Clone(ed), 0)), seal.ErrKey, "1 bytes found after the DER"},
		{"SM2, trailing", block("PRIVATE KEY", append(bytes.Clone(sm), 0)), seal.ErrKey, "1 bytes found after the DER"},
		{"SM2, another's point", block("PRIVATE KEY", with(strings.Repeat("01", 32))), seal.ErrKey, "not that of its private number"},
		{"SM2, zero", block("PRIVATE KEY", with(strings.Repeat("00", 32))), seal.ErrKey, "out of range"},
		{"SM2, n-1", block("PRIVATE KEY", with("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54122")), seal.ErrKey, "out of range"},
		{"SM2, n", block("PRIVATE KEY", with("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123")), seal.ErrKey, "out of range"},
		{"P-256", block("PRIVATE KEY", p256), seal.ErrAlgorithm, "P-256 found; Ed25519 and SM2"},
		{"not DER", block("PRIVATE KEY", []byte("hello")), seal.ErrKey, "not DER"},
	} {
		t.Run(c.name, func(t *testing.T) {
			key, err := seal.ParsePrivateKey(c.pem)
			require.ErrorIs(t, err, c.is)
			assert.ErrorContains(t, err, c.says)
			assert.True(t, key.IsZero())
		})
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

const spkiEd25519 = "302a300506032b6570032100"

// Under the identity as a public key one signature is good for every message.
func TestSmallOrderKeysProveNothing(t *testing.T) {
	identity := append([]byte{1}, make([]byte, 31)...)
	sig := append(bytes.Clone(identity), make([]byte, 32)...)
	require.True(t, ed25519.Verify(identity, []byte("we reported on time"), sig), "the standard library lets it pass")
	require.True(t, ed25519.Verify(identity, []byte("we never reported"), sig))

	for point, says := range map[string]string{
		"0100000000000000000000000000000000000000000000000000000000000000": "small order",
		"0100000000000000000000000000000000000000000000000000000000000080": "small order",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": "small order",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff": "small order",
		"0000000000000000000000000000000000000000000000000000000000000000": "small order",
		"0000000000000000000000000000000000000000000000000000000000000080": "small order",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a": "small order",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa": "small order",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05": "small order",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85": "small order",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": "canonical form", // y = p
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": "canonical form", // y = p+1
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff": "canonical form",
		"0200000000000000000000000000000000000000000000000000000000000000": "not a point of the curve",
	} {
		_, err := seal.ParsePublicKey(block("PUBLIC KEY", unhex(t, spkiEd25519+point)))
		assert.ErrorIs(t, err, seal.ErrKey, point)
		assert.ErrorContains(t, err, says, point)
	}
}

// The check lets every honest key pass, and of numbers below p that nobody
// made a key of about half.
func TestCurveCheck(t *testing.T) {
	refused := 0
	for i := range 200 {
		seeded(t, seal.Ed25519, byte(i))
		y := fmt.Sprintf("%02x%s00", i+10, strings.Repeat("5a", 30))[:64]
		if _, err := seal.ParsePublicKey(block("PUBLIC KEY", unhex(t, spkiEd25519+y))); err != nil {
			require.ErrorContains(t, err, "not a point of the curve")
			refused++
		}
	}
	assert.InDelta(t, 100, refused, 35)
}

// SM2 signatures have one form: DER with nothing added, and r and s as they are.
func TestSM2SignatureIsCanonical(t *testing.T) {
	key, message := seeded(t, seal.SM2, 1), []byte("message")
	sig, err := key.Sign(bytes.NewReader(make([]byte, 32)), message)
	require.NoError(t, err)
	public := key.Public()
	require.NoError(t, public.Verify(message, sig))

	rLen := int(sig[3])
	r, s := sig[4:4+rLen], sig[6+rLen:]
	der := func(r, s []byte) []byte {
		body := append([]byte{2, byte(len(r))}, r...)
		body = append(append(body, 2, byte(len(s))), s...)
		return append([]byte{0x30, byte(len(body))}, body...)
	}
	require.Equal(t, sig, der(r, s))
	zero := append([]byte{0}, r...)
	for name, bad := range map[string][]byte{
		"trailing":          append(bytes.Clone(sig), 0),
		"trailing within":   append([]byte{0x30, sig[1] + 2}, append(bytes.Clone(sig[2:]), 5, 0)...),
		"length in BER":     append([]byte{0x30, 0x81}, sig[1:]...),
		"indefinite length": append(append([]byte{0x30, 0x80}, sig[2:]...), 0, 0),
		"padded r":          der(append([]byte{0}, zero...), s),
		"negative r":        der(append([]byte{0xff}, r...), s),
		"raw r and s":       append(bytes.Clone(r), s...),
		"r is zero":         der([]byte{0}, s),
		"s is zero":         der(r, []byte{0}),
		"swapped":           der(s, r),
		"cut off":           sig[:len(sig)-1],
		"empty":             {},
	} {
		assert.ErrorIs(t, public.Verify(message, bad), seal.ErrSignature, name)
	}
	assert.True(t, sm2.VerifyASN1WithSM2(must(smx509.ParsePKIXPublicKey(public.DER())).(*ecdsa.PublicKey), nil, message, sig))
}
