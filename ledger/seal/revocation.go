package seal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/emmansun/gmsm/smx509"
)

// A RevocationList (证书吊销列表, CRL) is what an authority says it took back, RFC
// 5280 section 5. It is read once its signature has been verified.
type RevocationList struct {
	Issuer string    // whose certificates it is about
	From   time.Time // when it was issued
	Next   time.Time // by when the next one comes; zero where it does not say
	SHA256 string    // of the file, hexadecimal

	revoked map[string]time.Time // by serial number
}

// ParseRevocationList reads a list in PEM or DER that one of the authorities signed.
func ParseRevocationList(data []byte, by Authorities) (RevocationList, error) {
	crl, err := smx509.ParseCRL(data)
	if err != nil {
		return RevocationList{}, fail(ErrCertificate, "no revocation list in PEM or DER: %v", err)
	}
	for _, c := range by.certificates {
		if c.CheckCRLSignature(crl) != nil {
			continue
		}
		sum := sha256.Sum256(data)
		l := RevocationList{Issuer: name(c.Subject), From: crl.TBSCertList.ThisUpdate.UTC(), Next: crl.TBSCertList.NextUpdate.UTC(), SHA256: hex.EncodeToString(sum[:]), revoked: map[string]time.Time{}}
		for _, r := range crl.TBSCertList.RevokedCertificates {
			l.revoked[fmt.Sprintf("%x", r.SerialNumber)] = r.RevocationTime.UTC()
		}
		return l, nil
	}
	return RevocationList{}, fail(ErrCertificate, "none of the %d authorities given signed the revocation list", len(by.certificates))
}

// Revoked says since when the certificate with a serial number is taken back.
func (l RevocationList) Revoked(serial string) (since time.Time, revoked bool) {
	since, revoked = l.revoked[serial]
	return since, revoked
}
