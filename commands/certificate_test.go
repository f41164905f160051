package commands_test

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"sync"
	"testing"

	"ducha/ledger"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
	"github.com/stretchr/testify/require"
)

// authority issues the certificates of the transcripts; it signs with SM2, as a
// licensed one does.
var authority = sync.OnceValues(func() (*sm2.PrivateKey, error) { return sm2.GenerateKey(rand.Reader) })

// testCertificate is a chain of two, for the key of a party in tests, good from
// the beginning of a day to the end of another.
func testCertificate(t testing.TB, name string, from, to ledger.Date) string {
	t.Helper()
	id := fmt.Sprint(name, from, to)
	if certificates[id] == "" {
		certificates[id] = newCertificate(t, name, from, to)
	}
	return certificates[id]
}

var certificates = map[string]string{}

func newCertificate(t testing.TB, name string, from, to ledger.Date) string {
	t.Helper()
	key, err := authority()
	require.NoError(t, err)
	public, err := smx509.ParsePKIXPublicKey(testKey(t, name).Public().DER())
	require.NoError(t, err)
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "测试认证机构"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: ledger.Date("2020-01-01").Start(), NotAfter: ledger.Date("2040-01-01").Start()}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name, Organization: []string{"测试单位"}},
		KeyUsage: x509.KeyUsageDigitalSignature, NotBefore: from.Start(), NotAfter: to.End()}
	var chain []byte
	for _, c := range []struct {
		template *x509.Certificate
		public   any
	}{{leaf, public}, {root, key.Public()}} {
		der, err := smx509.CreateCertificate(rand.Reader, c.template, root, c.public, key)
		require.NoError(t, err)
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return string(chain)
}
