package seeds

import "ducha/ledger"

// Certified is the unit that brings a certificate in the simulation; the others
// sign with bare keys.
const Certified ledger.PartyID = "units/zfw"

// surnames stand for people who are made up, as everything that happens here.
var surnames = []ledger.Line{"赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "褚", "卫", "蒋"}

// officials puts on record who holds the posts of the units.
func (w *world) officials() {
	for i, u := range unitsOf(w.plan) {
		w.hold(u.Party, surnames[i%len(surnames)]+"某(演示)", w.From.First().Add(-200-10*i))
	}
}

// registry puts on the agenda who follows whom in the second year, and what is
// looked up of certificates.
func (w *world) registry() {
	w.on(w.day(14, 8), func() {
		w.aside(func() { w.hold(Rotated, "沈某(演示)", w.today()) })
	})
	for i := 0; i < months; i += 6 {
		w.on(w.workday(w.day(i, 20), 1), w.checkCertificate)
	}
}

func (w *world) hold(p ledger.PartyID, name ledger.Line, from ledger.Date) {
	say(w, office, trailOf(p), "", ledger.OfficeholderRecorded{Party: p, Name: name, Post: "主要负责同志", From: from}, "who holds the post")
}

// checkCertificate records what the list of the authority says, each half-year.
func (w *world) checkCertificate() {
	w.aside(func() {
		say(w, office, trailOf(Certified), "", ledger.CertificateChecked{Key: ledger.Digest(w.keys[Certified].Public().ID()), Status: ledger.CertificateGood,
			Checked: w.today(), Source: "演示认证机构 CRL"}, "a certificate is looked up")
	})
}
