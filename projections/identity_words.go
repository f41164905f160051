package projections

import (
	"fmt"
	"strings"

	"ducha/ledger"
)

// CertificateWords say how a certificate stood when something was signed with it.
func (l Lang) CertificateWords(s CertificateStanding) string {
	words := l.CertificateStatusWords(ledger.CertificateStatus(s.Status))
	if s.Status == Unchecked {
		words = l.Pick("状态未查询", "status not checked")
	}
	if !s.Valid {
		words = l.Pick("不在有效期内", "outside its dates")
	}
	if s.Checked != "" {
		words += fmt.Sprintf(l.Pick("(%s 查询)", " (checked %s)"), s.Checked)
	}
	return words
}

// CertificateStatusWords are a status as whoever issued a certificate has it.
func (l Lang) CertificateStatusWords(s ledger.CertificateStatus) string {
	return map[ledger.CertificateStatus]string{
		ledger.CertificateGood:    l.Pick("有效", "good"),
		ledger.CertificateRevoked: l.Pick("已吊销", "revoked"),
		ledger.CertificateExpired: l.Pick("已过期", "expired"),
		ledger.CertificateUnknown: l.Pick("查不到", "unknown"),
	}[s]
}

// HolderWords name those in office: 主任 某某.
func (l Lang) HolderWords(holders []Holder) string {
	var parts []string
	for _, h := range holders {
		parts = append(parts, h.Post+" "+h.Name)
	}
	return strings.Join(parts, l.Pick("、", ", "))
}

// DutyWords say for whom a unit acts, or who acts for it; nothing for most.
func (l Lang) DutyWords(s UnitStatus) string {
	var parts []string
	for _, a := range s.ActsFor {
		parts = append(parts, fmt.Sprintf(l.Pick("代行 %s(%s)职责,自 %s 起", "acts for %s (%s) since %s"), a.Name, a.Unit, a.From))
	}
	if by := s.Succeeded; by != nil {
		parts = append(parts, fmt.Sprintf(l.Pick("自 %[3]s 起由 %[1]s(%[2]s)承继", "succeeded by %s (%s) since %s"), by.Name, by.Unit, by.From))
	}
	return strings.Join(parts, l.Pick(";", "; "))
}
