package trail

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"slices"
	"testing"

	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// certificate is what an authority issues for a key, good from one day to the end
// of another.
func certificate(t testing.TB, k seal.PrivateKey, from, to ledger.Date) ledger.Certificates {
	t.Helper()
	c, _ := issued(t, k, from, to)
	return c
}

// issued is the same with the authority, as somebody who trusts it has it.
func issued(t testing.TB, k seal.PrivateKey, from, to ledger.Date) (ledger.Certificates, seal.Authorities) {
	t.Helper()
	c, own := issue(t, k, from, to)
	a, err := seal.ParseAuthorities([]byte(own))
	require.NoError(t, err)
	return c, a
}

// issue is a certificate, and the authority's own, in PEM.
func issue(t testing.TB, k seal.PrivateKey, from, to ledger.Date) (c ledger.Certificates, authority string) {
	t.Helper()
	signer, err := sm2.GenerateKey(rand.Reader)
	require.NoError(t, err)
	public, err := smx509.ParsePKIXPublicKey(k.Public().DER())
	require.NoError(t, err)
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "省电子认证中心"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: from.Start(), NotAfter: to.End()}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(0x2024), Subject: pkix.Name{CommonName: "刘晓红", Organization: []string{"市发展改革委"}},
		KeyUsage: x509.KeyUsageDigitalSignature, NotBefore: from.Start(), NotAfter: to.End()}
	der, err := smx509.CreateCertificate(rand.Reader, leaf, root, public, signer)
	require.NoError(t, err)
	own, err := smx509.CreateCertificate(rand.Reader, root, root, signer.Public(), signer)
	require.NoError(t, err)
	return ledger.Certificates(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own}))
}

// certified enrols a new key of fgw with its certificate.
func (w *world) certified(k seal.PrivateKey, c ledger.Certificates) {
	w.say(office, fgw, "", &ledger.KeyEnrolled{Party: "units/fgw", PublicKey: pemOf(k), Holder: "刘晓红", Certificate: c})
}

func (w *world) found(k seal.PrivateKey, status ledger.CertificateStatus, on ledger.Date) {
	w.say(office, fgw, "", &ledger.CertificateChecked{Key: ledger.Digest(k.Public().ID()), Status: status, Checked: on, Source: "CRL"})
}

func init() {
	type lie = struct {
		name string
		tell func(w *world) uint64
		code string
	}
	lies = append(lies, lie{"a statement signed after the key's certificate was over", func(w *world) uint64 {
		k := key(w.t, "certified")
		w.certified(k, certificate(w.t, k, "2023-01-01", "2023-12-31"))
		w.sign(k, "units/fgw", fgw, "T01", logged)
		return w.last()
	}, "signer.dates"}, lie{"a statement signed after the key's certificate was found revoked", func(w *world) uint64 {
		k := key(w.t, "certified")
		w.certified(k, certificate(w.t, k, "2023-01-01", "2034-12-31"))
		w.found(k, ledger.CertificateRevoked, "2024-01-02")
		w.sign(k, "units/fgw", fgw, "T01", logged)
		return w.last()
	}, "signer.certificate"}, lie{"the certificate of another key", func(w *world) uint64 {
		w.certified(key(w.t, "certified"), certificate(w.t, key(w.t, "other"), "2023-01-01", "2034-12-31"))
		return w.last()
	}, "certificate.bad"}, lie{"a certificate that is none", func(w *world) uint64 {
		w.certified(key(w.t, "certified"), "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")
		return w.last()
	}, "certificate.bad"})
}

// An auditor reads from the trail alone whose certificate it was, who issued it,
// and how it stood when each statement was signed; what was found later does not
// touch what was signed before.
func TestTrap12TheTrailCarriesTheCertificate(t *testing.T) {
	w := small(t)
	k := key(t, "sm2/certified")
	w.certified(k, certificate(t, k, "2024-01-01", "2024-12-31"))
	w.sign(k, "units/fgw", fgw, "T01", logged)
	w.found(k, ledger.CertificateGood, ledger.DateOf(w.now))
	w.sign(k, "units/fgw", fgw, "T01", logged)
	w.sign(k, "units/fgw", fgw, "T01", logged)
	w.found(k, ledger.CertificateRevoked, ledger.DateOf(w.now))
	r := Verify(w.export(yearEnd), Options{Root: w.root()})
	require.Empty(t, r.Findings)
	for _, s := range r.Keys {
		if s.KeyID != k.Public().ID() {
			assert.Empty(t, s.Under, "a bare key has none")
			continue
		}
		require.Len(t, s.Under, 2)
		assert.Equal(t, "CN=刘晓红,O=市发展改革委", s.Under[0].Subject)
		assert.Equal(t, "CN=省电子认证中心", s.Under[0].Issuer)
		assert.EqualValues(t, "unchecked", s.Under[0].Status)
		assert.Equal(t, 1, s.Under[0].Signed)
		assert.EqualValues(t, "good", s.Under[1].Status)
		assert.Equal(t, 2, s.Under[1].Signed)
		assert.Len(t, s.Certificates, 1)
		assert.Len(t, s.Certificates[0].Checks, 2)
	}
	var out bytes.Buffer
	r.Print(&out, "zh")
	assert.Contains(t, out.String(), "证书 CN=刘晓红,O=市发展改革委,签发 CN=省电子认证中心,序列号 2024,2024-01-01 至 2024-12-31;签署时 状态未查询 1 条、有效")
}

// Whose word a certificate is: the auditor names the authorities that he trusts.
func TestTrap12AuthoritiesAreTheAuditors(t *testing.T) {
	w := small(t)
	k := key(t, "sm2/certified")
	c, trusted := issued(t, k, "2024-01-01", "2024-12-31")
	w.certified(k, c)
	w.sign(k, "units/fgw", fgw, "T01", logged)
	data := w.export(yearEnd)
	r := Verify(data, Options{Root: w.root()})
	assert.Empty(t, r.Findings)
	assert.True(t, slices.ContainsFunc(r.Notes, func(f Finding) bool { return f.Code == "note.authorities" }), "%v", r.Notes)
	r = Verify(data, Options{Root: w.root(), Authorities: &trusted})
	assert.Empty(t, r.Findings)
	assert.False(t, slices.ContainsFunc(r.Notes, func(f Finding) bool { return f.Code == "note.authorities" }))
	_, other := issued(t, k, "2024-01-01", "2024-12-31")
	r = Verify(data, Options{Root: w.root(), Authorities: &other})
	require.Len(t, r.Findings, 1)
	assert.Equal(t, "certificate.issuer", r.Findings[0].Code)
}
