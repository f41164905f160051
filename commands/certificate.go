package commands

import (
	"fmt"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
)

// certificate holds the certificate of an enrolment to its key: a chain that
// holds together, of this very key, that is not over.
func (a *admission) certificate(b *ledger.KeyEnrolled, key seal.PublicKey) error {
	if b.Certificate == "" {
		return nil
	}
	c, err := seal.ParseCertificates([]byte(b.Certificate))
	if err != nil {
		return &ledger.Error{Class: ledger.BadSeal, Rule: "certificate.form", Found: err.Error(), Want: "an X.509 certificate for signing with Ed25519 or SM2, as PEM, its issuers after it"}
	}
	if !c.Of(key) {
		return ledger.Refuse("certificate.key", fmt.Sprintf("a certificate of another key, for %s", c.Subject), "the certificate of public_key: openssl x509 -in cert.pem -noout -pubkey")
	}
	if a.at.After(c.NotAfter) {
		return ledger.Refuse("certificate.dates", fmt.Sprintf("a certificate that ended on %s", moment(c.NotAfter)), "a certificate that is good on the day")
	}
	return nil
}

// renewal lets a key be named again by whoever holds it, with a new certificate.
func (a *admission) renewal(b *ledger.KeyEnrolled, id seal.KeyID, k projections.Key) error {
	last, certified := k.Certificate(uint64(len(a.Index.Statements)) + 1)
	c, err := seal.ParseCertificates([]byte(b.Certificate))
	switch {
	case k.Party != b.Party || k.Revoked != nil || b.Certificate == "" || k.Party == "root" || k.Party == "ledger":
		return ledger.Refuse("key.once", fmt.Sprintf("key %s was enrolled for %s as record %d", id, k.Party, k.Enrolled.Sequence), "a new key: one key has one holder, for ever")
	case err == nil && certified && ledger.Digest(c.SHA256) == last.SHA256:
		return ledger.Refuse("certificate.once", fmt.Sprintf("the certificate that key %s has since record %d", id, last.Sequence), "another certificate of the key")
	}
	return nil
}

// inDate refuses a signature by a key whose certificate is not good at the
// instant judged: outside its dates, or taken back when somebody last looked.
func (a *admission) inDate(k projections.Key) error {
	next := uint64(len(a.Index.Statements)) + 1
	c, ok := k.Certificate(next)
	if !ok {
		return nil
	}
	if !c.At(a.at) {
		return ledger.Forbid("signer.dates", fmt.Sprintf("a certificate good from %s to %s, judged for %s", moment(c.NotBefore), moment(c.NotAfter), moment(a.at)),
			"a signature within the certificate's dates: have key.enrolled.v1 record the new certificate")
	}
	if check, ok := c.Status(next); ok && check.Status == ledger.CertificateRevoked {
		return ledger.Forbid("signer.certificate", fmt.Sprintf("a certificate that was revoked, as record %d has it from %s", check.Sequence, check.Source), "a key with a certificate that stands")
	}
	return nil
}

func moment(t time.Time) string { return t.In(ledger.Shanghai).Format(time.RFC3339) }

// certificateChecked is about a certificate on record; a later look is a later day.
func (a *admission) certificateChecked(b *ledger.CertificateChecked) error {
	k, ok := a.Keyring.Keys[seal.KeyID(b.Key)]
	if !ok {
		return &ledger.Error{Class: ledger.NotFound, Rule: "key.known", Found: fmt.Sprintf("key %s", b.Key), Want: "a key that is enrolled"}
	}
	next := uint64(len(a.Index.Statements)) + 1
	c, ok := k.Certificate(next)
	if !ok {
		return ledger.Refuse("certificate.known", fmt.Sprintf("key %s was enrolled without a certificate", b.Key), "a key with a certificate")
	}
	if last, ok := c.Status(next); ok && b.Checked < last.Checked {
		return ledger.Refuse("certificate.order", fmt.Sprintf("a status of %s after one of %s", b.Checked, last.Checked), "the day of the last status, or later")
	}
	if err := a.notAhead(b.Checked); err != nil {
		return err
	}
	return a.about(k.Party)
}
