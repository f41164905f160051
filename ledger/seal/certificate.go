package seal

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"time"

	"github.com/emmansun/gmsm/smx509"
)

// MaxCertificates is how many certificates a chain may hold.
const MaxCertificates = 5

const certificateBlock = "CERTIFICATE"

// A Certificate (证书) is what an X.509 certificate (GM/T 0015 for SM2) says of a
// key, and what could be checked without asking anybody. Whether its issuer is to
// be trusted, and whether it took the certificate back, is not known from here.
type Certificate struct {
	Subject    string    // the name of whom it is for, as CN=…,O=…
	Issuer     string    // the name of whoever signed it
	Serial     string    // hexadecimal, lower case
	NotBefore  time.Time // the dates that it says it is good for, both included
	NotAfter   time.Time
	SHA256     string // of its DER, hexadecimal
	SelfSigned bool   // its own issuer: it proves no more than its key does
	Length     int    // how many certificates the chain holds, itself among them

	der   []byte // of the key
	chain []*smx509.Certificate
}

// ParseCertificates reads a chain: PEM blocks "CERTIFICATE" with nothing but white
// space around them, the leaf first and each signed by the next one, with Ed25519, SM2 over
// SM3 (identifier 1234567812345678), RSA or ECDSA. The leaf must be for signing:
// of the pair of certificates that a licensed authority issues for SM2 (双证书)
// the one for encryption is refused.
func ParseCertificates(data []byte) (Certificate, error) {
	chain, err := parseChain(data, MaxCertificates)
	if err != nil {
		return Certificate{}, err
	}
	leaf := chain[0]
	if leaf.KeyUsage != 0 && leaf.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return Certificate{}, fail(ErrCertificate, "the certificate of %s is not for signatures; of a pair, take the one for signing, not the one for encryption", name(leaf.Subject))
	}
	for i, c := range chain[1:] {
		if err := chain[i].CheckSignatureFrom(c); err != nil {
			return Certificate{}, fail(ErrCertificate, "certificate %d of the chain (%s) is not signed by the next one (%s): %v", i+1, name(chain[i].Subject), name(c.Subject), err)
		}
	}
	self := bytes.Equal(leaf.RawSubject, leaf.RawIssuer)
	if self {
		if err := leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature); err != nil {
			return Certificate{}, fail(ErrCertificate, "the certificate names itself as its issuer and its signature does not verify: %v; for SM2 the identifier is %s (openssl req -x509 -sm3 -sigopt distid:%[2]s)", err, distID)
		}
	}
	sum := sha256.Sum256(leaf.Raw)
	return Certificate{
		Subject: name(leaf.Subject), Issuer: name(leaf.Issuer), Serial: fmt.Sprintf("%x", leaf.SerialNumber),
		NotBefore: leaf.NotBefore.UTC(), NotAfter: leaf.NotAfter.UTC(), SHA256: hex.EncodeToString(sum[:]),
		SelfSigned: self, Length: len(chain), der: leaf.RawSubjectPublicKeyInfo, chain: chain,
	}, nil
}

// Of reports whether the certificate is of a key.
func (c Certificate) Of(key PublicKey) bool { return !key.IsZero() && bytes.Equal(c.der, key.DER()) }

// At reports whether an instant lies within the dates of the certificate.
func (c Certificate) At(t time.Time) bool {
	t = t.Truncate(time.Second) // the dates of a certificate know no less
	return !t.Before(c.NotBefore) && !t.After(c.NotAfter)
}

// Authorities (认证机构) are certificates of issuers that somebody trusts.
type Authorities struct{ certificates []*smx509.Certificate }

// ParseAuthorities reads them: PEM blocks "CERTIFICATE" in any order.
func ParseAuthorities(data []byte) (Authorities, error) {
	list, err := parseChain(data, 100)
	return Authorities{list}, err
}

// Issued reports whether a certificate leads to one of the authorities: some
// certificate of its chain is one of theirs, or is signed by one of them.
func (a Authorities) Issued(c Certificate) bool {
	for _, x := range c.chain {
		for _, by := range a.certificates {
			if x.Equal(by) || bytes.Equal(x.RawIssuer, by.RawSubject) && x.CheckSignatureFrom(by) == nil {
				return true
			}
		}
	}
	return false
}

func parseChain(data []byte, most int) ([]*smx509.Certificate, error) {
	var chain []*smx509.Certificate
	rest := bytes.TrimSpace(data)
	for len(rest) > 0 {
		if !bytes.HasPrefix(rest, []byte("-----BEGIN ")) {
			return nil, fail(ErrCertificate, "%.20q found; PEM blocks %q are wanted, with nothing else before, between or after them", rest, certificateBlock)
		}
		block, next := pem.Decode(rest)
		switch {
		case block == nil:
			return nil, fail(ErrCertificate, "PEM block %d is broken", len(chain)+1)
		case block.Type != certificateBlock || len(block.Headers) != 0:
			return nil, fail(ErrCertificate, "a PEM block %.40q found; plain blocks %q are wanted", block.Type, certificateBlock)
		case len(chain) == most:
			return nil, fail(ErrCertificate, "more than %d certificates found", most)
		}
		c, err := smx509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fail(ErrCertificate, "certificate %d: %v", len(chain)+1, err)
		}
		chain, rest = append(chain, c), bytes.TrimSpace(next)
	}
	if len(chain) == 0 {
		return nil, fail(ErrCertificate, "no certificate found; a PEM block %q is wanted", certificateBlock)
	}
	return chain, nil
}

// name writes a distinguished name as RFC 4514 does.
func name(n pkix.Name) string { return n.String() }
