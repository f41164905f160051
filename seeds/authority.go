package seeds

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"

	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/emmansun/gmsm/smx509"
)

// demoAuthority stands for the licensed authority that issues certificates in
// production. Like every key of the demo, its key is known to everybody.
type demoAuthority struct{ key seal.PrivateKey }

func newAuthority(seed uint64) demoAuthority {
	return demoAuthority{demoKey(seed, "authorities/demo-ca", 1)}
}

// Public implements [crypto.Signer].
func (a demoAuthority) Public() crypto.PublicKey {
	public, err := smx509.ParsePKIXPublicKey(a.key.Public().DER())
	if err != nil {
		panic(fmt.Sprintf("seeds: the demo authority's key: %v", err)) // it is one of ours
	}
	return public
}

// Sign implements [crypto.Signer]; what is signed decides on the randomness.
func (a demoAuthority) Sign(_ io.Reader, message []byte, _ crypto.SignerOpts) ([]byte, error) {
	nonce := sha256.Sum256(append([]byte("ducha demo certificate|"), message...))
	return a.key.Sign(bytes.NewReader(nonce[:]), message)
}

// certificate is what the authority issues for a party's key, with its own after it.
func (a demoAuthority) certificate(key seal.PublicKey, party ledger.UnitRegistered, from, to ledger.Date) ledger.Certificates {
	public, err := smx509.ParsePKIXPublicKey(key.DER())
	if err != nil {
		panic(fmt.Sprintf("seeds: the demo key of %s: %v", party.Party, err))
	}
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "演示认证机构(仅供演示)", Country: []string{"CN"}},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, NotBefore: from.Add(-365).Start(), NotAfter: to.Add(3650).End()}
	id := sha256.Sum256(key.DER())
	leaf := &x509.Certificate{SerialNumber: new(big.Int).SetBytes(id[:8]), KeyUsage: x509.KeyUsageDigitalSignature, NotBefore: from.Start(), NotAfter: to.End(),
		Subject: pkix.Name{CommonName: string(party.Name) + "(演示)", Organization: []string{string(party.Name)}, Country: []string{"CN"}}}
	return ledger.Certificates(a.issue(leaf, root, public) + a.issue(root, root, a.Public()))
}

func (a demoAuthority) issue(c, by *x509.Certificate, public crypto.PublicKey) string {
	der, err := smx509.CreateCertificate(nil, c, by, public, a)
	if err != nil {
		panic(fmt.Sprintf("seeds: the demo certificate of %s: %v", c.Subject.CommonName, err)) // held by a test
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}
