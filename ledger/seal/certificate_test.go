package seal_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ducha/ledger/seal"
)

// certified is how stock openssl is told to sign a certificate.
var certified = map[seal.Algorithm][]string{
	seal.Ed25519: nil,
	seal.SM2:     {"-sm3", "-sigopt", "distid:1234567812345678"},
}

// What stock openssl makes, self-signed and by an authority of its own, is read,
// and is of the key that it was made for.
func TestOpenSSLCertificates(t *testing.T) {
	for _, alg := range algorithms {
		t.Run(string(alg), func(t *testing.T) {
			s := newShop(t)
			for _, name := range []string{"ca", "unit", "other"} {
				s.openssl("genpkey", "-algorithm", string(alg), "-out", name+".pem")
			}
			s.openssl(append([]string{"req", "-x509", "-key", "ca.pem", "-days", "3650", "-utf8", "-subj", "/C=CN/O=测试认证机构/CN=测试根", "-out", "ca.crt"}, certified[alg]...)...)
			s.openssl(append([]string{"req", "-new", "-key", "unit.pem", "-utf8", "-subj", "/C=CN/O=市司法局/CN=刘晓红", "-out", "unit.csr"}, certified[alg]...)...)
			s.write("ext", []byte("keyUsage=critical,digitalSignature\n"))
			sign := []string{"x509", "-req", "-in", "unit.csr", "-CA", "ca.crt", "-CAkey", "ca.pem", "-set_serial", "0x2f", "-days", "365", "-extfile", "ext", "-out", "unit.crt"}
			if alg == seal.SM2 {
				sign = append(sign, "-sm3", "-sigopt", "distid:1234567812345678", "-vfyopt", "distid:1234567812345678")
			}
			s.openssl(sign...)

			chain := append(s.read("unit.crt"), s.read("ca.crt")...)
			c, err := seal.ParseCertificates(chain)
			require.NoError(t, err)
			assert.Equal(t, "CN=刘晓红,O=市司法局,C=CN", c.Subject)
			assert.Equal(t, "CN=测试根,O=测试认证机构,C=CN", c.Issuer)
			assert.Equal(t, "2f", c.Serial)
			assert.Equal(t, 2, c.Length)
			assert.False(t, c.SelfSigned)
			assert.Equal(t, 365*24*time.Hour, c.NotAfter.Sub(c.NotBefore))
			assert.Equal(t, c.SHA256, strings.ToLower(strings.ReplaceAll(strings.TrimSpace(strings.SplitN(s.openssl("x509", "-in", "unit.crt", "-noout", "-fingerprint", "-sha256"), "=", 2)[1]), ":", "")))
			for name, is := range map[string]bool{"unit": true, "other": false} {
				key, err := seal.ParsePrivateKey(s.read(name + ".pem"))
				require.NoError(t, err)
				assert.Equal(t, is, c.Of(key.Public()), name)
			}
			assert.False(t, c.Of(seal.PublicKey{}))

			// It leads to its authority, with or without the chain, and to no other of the name.
			s.openssl("genpkey", "-algorithm", string(alg), "-out", "namesake.pem")
			s.openssl(append([]string{"req", "-x509", "-key", "namesake.pem", "-days", "3650", "-utf8", "-subj", "/C=CN/O=测试认证机构/CN=测试根", "-out", "namesake.crt"}, certified[alg]...)...)
			alone, err := seal.ParseCertificates(s.read("unit.crt"))
			require.NoError(t, err)
			for name, issued := range map[string]bool{"ca.crt": true, "namesake.crt": false, "unit.crt": true} {
				a, err := seal.ParseAuthorities(s.read(name))
				require.NoError(t, err)
				assert.Equal(t, issued, a.Issued(c), name)
				assert.Equal(t, issued, a.Issued(alone), name)
			}
			assert.False(t, seal.Authorities{}.Issued(c))

			root, err := seal.ParseCertificates(s.read("ca.crt"))
			require.NoError(t, err)
			assert.True(t, root.SelfSigned)

			_, err = seal.ParseCertificates(append(s.read("ca.crt"), s.read("unit.crt")...))
			require.ErrorIs(t, err, seal.ErrCertificate)
			assert.Contains(t, err.Error(), "is not signed by the next one")
		})
	}
}

// An SM2 certificate under another identifier than the standard one is refused,
// with the flag that makes it right.
func TestOpenSSLWithoutTheIdentifier(t *testing.T) {
	s := newShop(t)
	s.openssl("genpkey", "-algorithm", "SM2", "-out", "key.pem")
	s.openssl("req", "-x509", "-key", "key.pem", "-sm3", "-sigopt", "distid:somebody", "-subj", "/CN=x", "-out", "x.crt")
	_, err := seal.ParseCertificates(s.read("x.crt"))
	require.ErrorIs(t, err, seal.ErrCertificate)
	assert.Contains(t, err.Error(), "-sigopt distid:1234567812345678")
}

// made is a certificate that the SM2 library makes, with what a test changes.
func made(t *testing.T, change func(*x509.Certificate)) []byte {
	t.Helper()
	key, err := sm2.GenerateKey(rand.Reader)
	require.NoError(t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "单位"}, KeyUsage: x509.KeyUsageDigitalSignature,
		NotBefore: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2024, 12, 31, 23, 59, 59, 0, time.UTC)}
	change(c)
	der, err := smx509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func TestCertificateDates(t *testing.T) {
	c, err := seal.ParseCertificates(made(t, func(*x509.Certificate) {}))
	require.NoError(t, err)
	for at, in := range map[string]bool{
		"2023-12-31T23:59:59.999Z": false, "2024-01-01T00:00:00Z": true, "2024-12-31T23:59:59.999Z": true, "2025-01-01T00:00:00Z": false,
	} {
		when, err := time.Parse(time.RFC3339Nano, at)
		require.NoError(t, err)
		assert.Equal(t, in, c.At(when), at)
	}
}

func TestCertificatesRefused(t *testing.T) {
	good := made(t, func(*x509.Certificate) {})
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	forged := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "单位"}}
	der, err := smx509.CreateCertificate(rand.Reader, forged, forged, private.Public(), private)
	require.NoError(t, err)
	der[len(der)-1] ^= 1
	for name, x := range map[string]struct {
		pem  []byte
		want string
	}{
		"nothing":              {nil, "no certificate found"},
		"white space":          {[]byte(" \n"), "no certificate found"},
		"no PEM":               {[]byte("hello"), "PEM blocks"},
		"half a block":         {good[:len(good)/2], "broken"},
		"a word after it":      {append(append([]byte{}, good...), "x"...), "PEM blocks"},
		"a key":                {[]byte("-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n"), `"PUBLIC KEY" found`},
		"no DER":               {[]byte("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"), "certificate 1"},
		"too many":             {[]byte(strings.Repeat(string(good), 6)), "more than 5"},
		"for encryption alone": {made(t, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }), "not for signatures"},
		"a forged signature":   {pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), "does not verify"},
		"a stranger's issuer":  {append(append([]byte{}, good...), made(t, func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true })...), "not signed by the next one"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := seal.ParseCertificates(x.pem)
			require.ErrorIs(t, err, seal.ErrCertificate)
			assert.Contains(t, err.Error(), x.want)
		})
	}
}

func FuzzParseCertificates(f *testing.F) {
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := seal.ParseCertificates(data)
		if err != nil {
			assert.ErrorIs(t, err, seal.ErrCertificate)
			return
		}
		again, err := seal.ParseCertificates(data)
		require.NoError(t, err)
		assert.Equal(t, c, again)
	})
}

func TestRevocationLists(t *testing.T) {
	key, err := sm2.GenerateKey(rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "省电子认证中心"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCRLSign | x509.KeyUsageCertSign}
	der, err := smx509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	ca, err := smx509.ParseCertificate(der)
	require.NoError(t, err)
	since := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	crl, err := ca.CreateCRL(rand.Reader, key, []pkix.RevokedCertificate{{SerialNumber: big.NewInt(0x2f), RevocationTime: since}}, since, since.AddDate(0, 0, 7))
	require.NoError(t, err)
	trusted, err := seal.ParseAuthorities(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	require.NoError(t, err)
	l, err := seal.ParseRevocationList(crl, trusted)
	require.NoError(t, err)
	assert.Equal(t, "CN=省电子认证中心", l.Issuer)
	assert.Equal(t, since.AddDate(0, 0, 7), l.Next)
	at, revoked := l.Revoked("2f")
	assert.True(t, revoked)
	assert.Equal(t, since, at)
	_, revoked = l.Revoked("30")
	assert.False(t, revoked)
	_, err = seal.ParseRevocationList(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: crl}), trusted)
	require.NoError(t, err)

	stranger, err := seal.ParseAuthorities(made(t, func(c *x509.Certificate) { c.Subject.CommonName = "省电子认证中心" }))
	require.NoError(t, err)
	for name, x := range map[string]struct {
		data []byte
		by   seal.Authorities
	}{
		"of a namesake": {crl, stranger}, "of nobody": {crl, seal.Authorities{}}, "of nothing": {nil, trusted}, "of words": {[]byte("hello"), trusted},
		"with a bit changed": {append(append([]byte{}, crl[:len(crl)-1]...), crl[len(crl)-1]^1), trusted},
	} {
		_, err := seal.ParseRevocationList(x.data, x.by)
		assert.ErrorIs(t, err, seal.ErrCertificate, name)
	}
}

func FuzzParseRevocationList(f *testing.F) {
	f.Add([]byte("-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n"))
	f.Add([]byte{0x30, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := seal.ParseRevocationList(data, seal.Authorities{})
		assert.ErrorIs(t, err, seal.ErrCertificate, "nobody is trusted")
	})
}
