package projections

import (
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
)

// Certificate (证书) is a certificate of an enrolled key, as it was when it was
// enrolled, with what was found of its status since.
type Certificate struct {
	Stamp
	Subject    string             `json:"subject"`
	Issuer     string             `json:"issuer"`
	Serial     string             `json:"serial"`
	NotBefore  time.Time          `json:"not_before"`
	NotAfter   time.Time          `json:"not_after"`
	SHA256     ledger.Digest      `json:"sha256"`
	SelfSigned bool               `json:"self_signed,omitempty"`
	Checks     []CertificateCheck `json:"checks,omitempty"`
}

// CertificateCheck (证书状态) is a status as it was found.
type CertificateCheck struct {
	Stamp
	Status  ledger.CertificateStatus `json:"status"`
	Checked ledger.Date              `json:"checked"`
	Source  string                   `json:"source"`
}

// certify adds the certificate of an enrolment to its key.
func (k *Key) certify(f Fact, pem ledger.Certificates) {
	if pem == "" {
		return
	}
	c, err := seal.ParseCertificates([]byte(pem))
	if err != nil {
		return // the door admits no such certificate; a fold cannot fail
	}
	k.Certificates = append(k.Certificates, Certificate{Stamp: f.stamp(), Subject: c.Subject, Issuer: c.Issuer, Serial: c.Serial,
		NotBefore: c.NotBefore, NotAfter: c.NotAfter, SHA256: ledger.Digest(c.SHA256), SelfSigned: c.SelfSigned})
}

// checked adds what was found of the key's certificate.
func (k *Key) checked(f Fact, b *ledger.CertificateChecked) {
	if n := len(k.Certificates); n > 0 {
		c := &k.Certificates[n-1]
		c.Checks = append(c.Checks, CertificateCheck{f.stamp(), b.Status, b.Checked, string(b.Source)})
	}
}

// Certificate is the key's certificate as the ledger had it before a sequence:
// the last that was enrolled. False for a bare key.
func (k Key) Certificate(before uint64) (Certificate, bool) {
	var found *Certificate
	for i := range k.Certificates {
		if k.Certificates[i].Sequence < before {
			found = &k.Certificates[i]
		}
	}
	if found == nil {
		return Certificate{}, false
	}
	return *found, true
}

// At reports whether an instant lies within the certificate's dates, both included.
func (c Certificate) At(t time.Time) bool {
	t = t.Truncate(time.Second) // the dates of a certificate know no less
	return !t.Before(c.NotBefore) && !t.After(c.NotAfter)
}

// Status is what was last found of the certificate before a sequence, and false
// when nobody had looked.
func (c Certificate) Status(before uint64) (CertificateCheck, bool) {
	var found *CertificateCheck
	for i := range c.Checks {
		if c.Checks[i].Sequence < before {
			found = &c.Checks[i]
		}
	}
	if found == nil {
		return CertificateCheck{}, false
	}
	return *found, true
}

// CertificateStanding (签署时的证书状态) is a certificate at the time of a signature.
type CertificateStanding struct {
	Subject    string           `json:"subject"`
	Issuer     string           `json:"issuer"`
	Serial     string           `json:"serial"`
	NotBefore  time.Time        `json:"not_before"`
	NotAfter   time.Time        `json:"not_after"`
	SHA256     ledger.Digest    `json:"sha256"`
	SelfSigned bool             `json:"self_signed,omitempty"`
	Valid      bool             `json:"valid"`  // within its dates
	Status     CertificateState `json:"status"` // as last found before
	Checked    ledger.Date      `json:"checked,omitempty"`
	Source     string           `json:"source,omitempty"`
}

// CertificateState is a status that was found, or unchecked.
type CertificateState string

// Unchecked (未查询) is the state of a certificate that nobody had asked about.
const Unchecked CertificateState = "unchecked"

func (c Certificate) standing(at time.Time, sequence uint64) *CertificateStanding {
	s := &CertificateStanding{Subject: c.Subject, Issuer: c.Issuer, Serial: c.Serial, NotBefore: c.NotBefore, NotAfter: c.NotAfter,
		SHA256: c.SHA256, SelfSigned: c.SelfSigned, Valid: c.At(at), Status: Unchecked}
	if check, ok := c.Status(sequence); ok {
		s.Status, s.Checked, s.Source = CertificateState(check.Status), check.Checked, check.Source
	}
	return s
}
