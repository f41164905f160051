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

// Signer (签名人) is who stood behind a statement when it was signed, as the
// ledger knew it then: the party under its name of the day, who held its posts,
// and the key's certificate with its status.
type Signer struct {
	Party       ledger.PartyID       `json:"party"`
	Name        string               `json:"name,omitempty"`
	Key         seal.KeyID           `json:"key"`
	Algorithm   seal.Algorithm       `json:"algorithm,omitempty"`
	Holder      string               `json:"holder,omitempty"` // of the key, as it was enrolled
	Post        string               `json:"post,omitempty"`
	InOffice    []Holder             `json:"in_office,omitempty"` // 任职, on that day
	Certificate *CertificateStanding `json:"certificate,omitempty"`
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

// SignerOf says who stood behind a statement: its signer, as of the instant that
// it counts from and of what was on record before its sequence.
func (c *Campaign) SignerOf(key seal.KeyID, at time.Time, sequence uint64) Signer {
	k := c.Keyring.Keys[key]
	p := c.Units.Parties[k.Party]
	day := ledger.DateOf(at)
	s := Signer{Party: k.Party, Key: key, Holder: k.Holder, Post: k.Post, InOffice: p.HoldersAt(day)}
	if p.ID != "" {
		s.Name = p.NameAt(day)
	}
	if public, err := k.PublicKey(); err == nil {
		s.Algorithm = public.Algorithm()
	}
	if cert, ok := k.Certificate(sequence); ok {
		s.Certificate = cert.standing(at, sequence)
	}
	return s
}

func (c Certificate) standing(at time.Time, sequence uint64) *CertificateStanding {
	s := &CertificateStanding{Subject: c.Subject, Issuer: c.Issuer, Serial: c.Serial, NotBefore: c.NotBefore, NotAfter: c.NotAfter,
		SHA256: c.SHA256, SelfSigned: c.SelfSigned, Valid: c.At(at), Status: Unchecked}
	if check, ok := c.Status(sequence); ok {
		s.Status, s.Checked, s.Source = CertificateState(check.Status), check.Checked, check.Source
	}
	return s
}
