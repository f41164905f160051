package trail

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
)

// CertificateUse is how many statements of the bundle a key signed under one
// certificate while it had one status.
type CertificateUse struct {
	projections.CertificateStanding
	Signed int `json:"signed"`
}

// checkCertificate holds a signature against the key's certificate as the records
// before it have it: within its dates, not found revoked. Bare keys have none.
func (v *verification) checkCertificate(l *line, key projections.Key) {
	e := l.event
	if _, ok := key.Certificate(e.Sequence); !ok {
		return
	}
	s := v.state.State.SignerOfEvent(e).Certificate
	if !s.Valid {
		v.find("signer.dates", "", l, fmt.Sprintf("certificate of %s, %s to %s", s.Subject, ledger.FormatRecorded(s.NotBefore), ledger.FormatRecorded(s.NotAfter)), "a certificate that is good then")
	}
	if s.Status == projections.CertificateState(ledger.CertificateRevoked) {
		v.find("signer.certificate", "", l, fmt.Sprintf("certificate of %s, found revoked on %s", s.Subject, s.Checked), "a certificate that stands")
	}
	if seen := v.issuers[s.SHA256]; !seen {
		v.issuers[s.SHA256] = true
		if v.opts.Authorities != nil && !v.trusted[s.SHA256] {
			v.find("certificate.issuer", "", l, "a certificate of "+s.Subject+", issued by "+s.Issuer, "one that leads to an authority that was given")
		}
	}
	uses := v.uses[e.Signer]
	i := slices.IndexFunc(uses, func(u CertificateUse) bool {
		return u.SHA256 == s.SHA256 && u.Status == s.Status && u.Valid == s.Valid
	})
	if i < 0 {
		use := CertificateUse{CertificateStanding: *s}
		use.Checked, use.Source = "", "" // of many looks, one after the other
		i, uses = len(uses), append(uses, use)
	}
	uses[i].Signed++
	v.uses[e.Signer] = uses
}

// checkEnrolment holds a certificate to the key that it is enrolled for.
func (v *verification) checkEnrolment(l *line) {
	b, ok := l.event.Body.(*ledger.KeyEnrolled)
	if !ok || b.Certificate == "" {
		return
	}
	key, err := seal.ParsePublicKey([]byte(b.PublicKey))
	if err != nil {
		return // that is no key, and signs nothing
	}
	c, err := seal.ParseCertificates([]byte(b.Certificate))
	switch {
	case err != nil:
		v.find("certificate.bad", "", l, err.Error(), "a chain that holds together")
	case !c.Of(key):
		v.find("certificate.bad", "", l, "a certificate of another key, for "+c.Subject, "one of key "+string(key.ID()))
	case v.opts.Authorities != nil && v.opts.Authorities.Issued(c):
		v.trusted[ledger.Digest(c.SHA256)] = true
	}
}

// certificates says under which certificates a key signed, and how they stood then.
func (p *printer) certificates(s Signer) {
	for _, c := range slices.CompactFunc(slices.Clone(s.Under), func(a, b CertificateUse) bool { return a.SHA256 == b.SHA256 }) {
		issuer := c.Issuer
		if c.SelfSigned {
			issuer = p.say("自签", "self-signed")
		}
		var uses []string
		for _, u := range s.Under {
			if u.SHA256 == c.SHA256 {
				uses = append(uses, fmt.Sprintf(p.say("%s %d 条", "%s: %d"), p.lang.CertificateWords(u.CertificateStanding), u.Signed))
			}
		}
		p.line("    证书 %s,签发 %s,序列号 %s,%s 至 %s;签署时 %s", "    certificate %s, issued by %s, serial %s, %s to %s; when signing %s",
			c.Subject, issuer, c.Serial, p.date(c.NotBefore), p.date(c.NotAfter), strings.Join(uses, p.say("、", ", ")))
	}
}

// sorted puts the uses of one certificate together.
func sorted(uses []CertificateUse) []CertificateUse {
	slices.SortStableFunc(uses, func(a, b CertificateUse) int {
		return cmp.Or(a.NotBefore.Compare(b.NotBefore), cmp.Compare(a.SHA256, b.SHA256))
	})
	return uses
}
