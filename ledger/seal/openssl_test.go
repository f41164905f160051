package seal_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ducha/ledger/seal"
)

// A shop is a folder to run openssl in.
type shop struct {
	t   *testing.T
	dir string
}

func newShop(t *testing.T) shop {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("openssl is not installed: in CI it must be")
		}
		t.Skip("openssl is not installed")
	}
	return shop{t, t.TempDir()}
}

func (s shop) try(command string, args ...string) ([]byte, error) {
	cmd := exec.Command(command, args...)
	cmd.Dir = s.dir
	return cmd.CombinedOutput()
}

func (s shop) openssl(args ...string) string {
	s.t.Helper()
	out, err := s.try("openssl", args...)
	require.NoError(s.t, err, "openssl %s\n%s", strings.Join(args, " "), out)
	return string(out)
}

func (s shop) read(name string) []byte {
	s.t.Helper()
	b, err := os.ReadFile(filepath.Join(s.dir, name))
	require.NoError(s.t, err)
	return b
}

func (s shop) write(name string, data []byte) {
	s.t.Helper()
	require.NoError(s.t, os.WriteFile(filepath.Join(s.dir, name), data, 0o600))
}

// digest is what "openssl pkeyutl -rawin" has to be told.
var digest = map[seal.Algorithm][]string{
	seal.Ed25519: nil,
	seal.SM2:     {"-digest", "sm3", "-pkeyopt", "distid:1234567812345678"},
}

func TestOpenSSLSigns(t *testing.T) {
	for _, alg := range algorithms {
		t.Run(string(alg), func(t *testing.T) {
			s := newShop(t)
			s.openssl("genpkey", "-algorithm", string(alg), "-out", "key.pem")
			s.openssl("pkey", "-in", "key.pem", "-pubout", "-out", "pub.pem")
			s.openssl("pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "pub.der")

			private, err := seal.ParsePrivateKey(s.read("key.pem"))
			require.NoError(t, err)
			public, err := seal.ParsePublicKey(s.read("pub.pem"))
			require.NoError(t, err)
			assert.Equal(t, private.Public(), public)
			assert.Equal(t, alg, public.Algorithm())
			assert.True(t, strings.HasPrefix(s.openssl("dgst", "-sha256", "-r", "pub.der"), string(public.ID())+" "))
			file, err := private.PEM()
			require.NoError(t, err)
			assert.Equal(t, string(s.read("key.pem")), string(file), "we write a key as openssl does")
			assert.Equal(t, string(s.read("pub.pem")), string(public.PEM()))

			payload := []byte(`{"n":1}`)
			s.write("pae", seal.PAE("t", payload))
			s.openssl(append([]string{"pkeyutl", "-sign", "-rawin", "-inkey", "key.pem", "-in", "pae", "-out", "sig"}, digest[alg]...)...)
			e, err := seal.ParseEnvelope(seal.Envelope{
				PayloadType: "t", Payload: payload,
				Signature: seal.Signature{KeyID: public.ID(), Sig: s.read("sig")},
			}.Encode())
			require.NoError(t, err)
			require.NoError(t, e.Verify(public))
		})
	}
}

// openssl leaves the identifier out unless it is told: such a signature is
// another scheme's, and is refused with a hint.
func TestOpenSSLSignsSM2WithoutIdentifier(t *testing.T) {
	s := newShop(t)
	s.openssl("genpkey", "-algorithm", "SM2", "-out", "key.pem")
	key, err := seal.ParsePrivateKey(s.read("key.pem"))
	require.NoError(t, err)
	s.write("message", []byte("message"))
	for _, options := range [][]string{
		{"-digest", "sm3"},
		{"-digest", "sm3", "-pkeyopt", "distid:another"},
		{"-digest", "sha256", "-pkeyopt", "distid:1234567812345678"},
	} {
		args := append([]string{"pkeyutl", "-sign", "-rawin", "-inkey", "key.pem", "-in", "message", "-out", "sig"}, options...)
		if out, err := s.try("openssl", args...); err != nil {
			assert.NotContains(t, options, "sm3", "%s", out) // only the foreign digest may be refused by openssl itself
			continue
		}
		err := key.Public().Verify([]byte("message"), s.read("sig"))
		assert.ErrorIs(t, err, seal.ErrSignature, options)
		assert.ErrorContains(t, err, "over SM3 with distid:1234567812345678")
	}
}

func TestOpenSSLVerifies(t *testing.T) {
	for _, alg := range algorithms {
		t.Run(string(alg), func(t *testing.T) {
			s := newShop(t)
			key, err := seal.GenerateKey(alg, rand.Reader)
			require.NoError(t, err)
			file, err := key.PEM()
			require.NoError(t, err)
			s.write("key.pem", file)
			s.write("pub.pem", key.Public().PEM())
			assert.Equal(t, string(key.Public().PEM()), s.openssl("pkey", "-in", "key.pem", "-pubout"))
			s.openssl("pkey", "-in", "key.pem", "-check", "-noout")

			e, err := seal.Seal(rand.Reader, key, "t", []byte("payload"))
			require.NoError(t, err)
			s.write("sig", e.Signature.Sig)
			s.write("pae", seal.PAE("t", []byte("payload")))
			s.write("other", seal.PAE("t", []byte("paYload")))
			verify := func(file string) []string {
				return append([]string{"pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "pub.pem", "-in", file, "-sigfile", "sig"}, digest[alg]...)
			}
			assert.Contains(t, s.openssl(verify("pae")...), "Signature Verified Successfully")
			_, err = s.try("openssl", verify("other")...)
			assert.Error(t, err)
		})
	}
}

// A key written in another form is refused with the command that mends it.
func TestOpenSSLMendsForms(t *testing.T) {
	s := newShop(t)
	compressed, err := os.ReadFile("testdata/keys/sm2-compressed.pem")
	require.NoError(t, err)
	s.write("compressed.pem", compressed)
	s.openssl("ec", "-pubin", "-in", "compressed.pem", "-pubout", "-conv_form", "uncompressed", "-out", "pub.pem")
	_, err = seal.ParsePublicKey(s.read("pub.pem"))
	require.NoError(t, err)

	sec1, err := smx509.MarshalSM2PrivateKey(must(sm2.GenerateKey(rand.Reader)))
	require.NoError(t, err)
	s.write("sec1.pem", block("EC PRIVATE KEY", sec1))
	_, err = seal.ParsePrivateKey(s.read("sec1.pem"))
	require.ErrorContains(t, err, "openssl pkey")
	s.openssl("pkey", "-in", "sec1.pem", "-out", "plain.pem")
	_, err = seal.ParsePrivateKey(s.read("plain.pem"))
	require.NoError(t, err)
}

// A unit needs a shell and openssl, nothing of ours.
func TestShellScriptSeals(t *testing.T) {
	script, err := filepath.Abs("testdata/seal.sh")
	require.NoError(t, err)
	event, err := os.ReadFile("testdata/event.json")
	require.NoError(t, err)
	for _, alg := range algorithms {
		t.Run(string(alg), func(t *testing.T) {
			s := newShop(t)
			key := seeded(t, alg, 7)
			file, err := key.PEM()
			require.NoError(t, err)
			s.write("key.pem", file)
			s.write("event.json", event)
			out, err := s.try("sh", script, "key.pem", "event.json")
			require.NoError(t, err, "%s", out)
			e, err := seal.ParseEnvelope(out)
			require.NoError(t, err)
			require.NoError(t, e.Verify(key.Public()))
			assert.Equal(t, event, e.Payload)
			assert.Equal(t, string(bytes.TrimSpace(out)), string(e.Encode()))
		})
	}
}
