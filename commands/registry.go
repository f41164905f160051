package commands

import (
	"fmt"
	"slices"
	"strings"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
)

// charter opens the ledger: the first statement, signed by the root key it names.
func (a *admission) charter(b *ledger.CharterAdopted) error {
	if a.Charter.Adopted.Sequence != 0 {
		return ledger.Refuse("charter.once", "a second charter", "a ledger of its own for another campaign")
	}
	if b.Campaign != a.Submission.Campaign {
		return ledger.Refuse("statement.campaign", fmt.Sprintf("charter of %s from source %s", b.Campaign, a.Submission.Campaign), "the same campaign in both")
	}
	root, err := seal.ParsePublicKey([]byte(b.RootKey))
	if err != nil {
		return &ledger.Error{Class: ledger.BadSeal, Rule: "key.form", Found: "root_key: " + err.Error(), Want: "a public key as SPKI PEM"}
	}
	key, err := seal.ParsePublicKey([]byte(b.LedgerKey))
	if err != nil {
		return &ledger.Error{Class: ledger.BadSeal, Rule: "key.form", Found: "ledger_key: " + err.Error(), Want: "a public key as SPKI PEM"}
	}
	if key.Algorithm() != seal.Ed25519 {
		return &ledger.Error{Class: ledger.BadSeal, Rule: "log.key", Found: fmt.Sprintf("a ledger key of the algorithm %s", key.Algorithm()),
			Want: "an Ed25519 key: it signs the checkpoints of the sealed log, and outside tools (c2sp.org/signed-note) read no other; every other party may use SM2"}
	}
	if key.ID() == root.ID() {
		return ledger.Refuse("charter.keys", "one key as root and ledger key", "two keys, so that the root key can be kept offline")
	}
	if a.Source != "root" || a.Signer != root.ID() {
		return ledger.Forbid("charter.root", fmt.Sprintf("source %s, key %s", a.Source, a.Signer), "source root, signed with the root key that the charter names")
	}
	return nil
}

// known checks that a party is registered.
func (a *admission) known(p ledger.PartyID) error {
	if _, ok := a.Units.Parties[p]; !ok {
		return &ledger.Error{Class: ledger.NotFound, Rule: "party.known", Found: fmt.Sprintf("party %s", p), Want: "a party that is registered with unit.registered.v1"}
	}
	return nil
}

// about checks that a statement about a party stands on the right trail: a
// unit's on its own, any other's on the headquarters'.
func (a *admission) about(p ledger.PartyID) error {
	want := ledger.HQ
	if u, ok := p.Unit(); ok {
		want = u
	}
	if a.Unit != want {
		return ledger.Refuse("party.unit", fmt.Sprintf("unit %s for party %s", a.Unit, p), fmt.Sprintf("unit %s", want))
	}
	return nil
}

func (a *admission) unitRegistered(b *ledger.UnitRegistered) error {
	if _, ok := a.Units.Parties[b.Party]; ok {
		return ledger.Refuse("party.once", fmt.Sprintf("party %s is registered already", b.Party), "another id, or unit.renamed.v1")
	}
	if b.Party == "root" || b.Party == "ledger" || b.Party == "units/hq" {
		return ledger.Refuse("party.reserved", fmt.Sprintf("party %s", b.Party), "a unit, officer, authority, inspector or auditor with an id of its own")
	}
	return a.about(b.Party)
}

func (a *admission) unitRenamed(b *ledger.UnitRenamed) error {
	if err := a.known(b.Party); err != nil {
		return err
	}
	if err := a.about(b.Party); err != nil {
		return err
	}
	// The first name is as old as the unit; each of the others has its day.
	if names := a.Units.Parties[b.Party].Names; len(names) > 1 && b.From <= names[len(names)-1].From {
		last := names[len(names)-1]
		return ledger.Refuse("party.renamed", fmt.Sprintf("a name from %s, the last one is %s from %s", b.From, last.Name, last.From), "a later day: names follow one another")
	}
	return nil
}

// unitSucceeded: the last of a line of units acts for all before it, so there is
// one line, and it ends.
func (a *admission) unitSucceeded(b *ledger.UnitSucceeded) error {
	by, ok := a.Units.Unit(b.By)
	if !ok {
		return unknownUnit(b.By)
	}
	unit, ok := a.Units.Unit(a.Unit)
	switch {
	case !ok:
		return unknownUnit(a.Unit) // hq
	case b.By == a.Unit:
		return ledger.Refuse("unit.succession", fmt.Sprintf("%s succeeded by itself", b.By), "another unit")
	case unit.Succeeded != "":
		return ledger.Refuse("unit.succession", fmt.Sprintf("%s was succeeded by %s", a.Unit, unit.Succeeded), "a unit without a successor")
	case by.Succeeded != "":
		return ledger.Refuse("unit.succession", fmt.Sprintf("%s was succeeded itself, by %s", b.By, by.Succeeded), "a unit without a successor, such as "+string(by.Succeeded))
	}
	return nil
}

func (a *admission) keyEnrolled(b *ledger.KeyEnrolled) error {
	if err := a.known(b.Party); err != nil {
		return err
	}
	key, err := seal.ParsePublicKey([]byte(b.PublicKey))
	if err != nil {
		return &ledger.Error{Class: ledger.BadSeal, Rule: "key.form", Found: err.Error(), Want: "a public key as SPKI PEM, Ed25519 or SM2"}
	}
	if k, ok := a.Keyring.Keys[key.ID()]; ok {
		if err := a.renewal(b, key.ID(), k); err != nil {
			return err
		}
	}
	if err := a.certificate(b, key); err != nil {
		return err
	}
	return a.about(b.Party)
}

func (a *admission) keyRevoked(b *ledger.KeyRevoked) error {
	k, ok := a.Keyring.Keys[seal.KeyID(b.Key)]
	switch {
	case !ok:
		return &ledger.Error{Class: ledger.NotFound, Rule: "key.known", Found: fmt.Sprintf("key %s", b.Key), Want: "a key that is enrolled"}
	case k.Revoked != nil:
		return ledger.Refuse("key.revoked", fmt.Sprintf("key %s was revoked as record %d", b.Key, k.Revoked.Sequence), "a key that is in force")
	case k.Party == "root" || k.Party == "ledger":
		return ledger.Refuse("key.charter", fmt.Sprintf("the charter's own key of %s", k.Party), "a key of a registered party")
	}
	return a.about(k.Party)
}

// outside says of which class a party must be to hold a role: an authority
// stands outside the headquarters, its officers are people, not units.
var outside = map[ledger.Role]string{
	ledger.RoleOffice: "units/", ledger.RoleCommander: "officers/", ledger.RoleExecutive: "officers/", ledger.RoleDeputy: "officers/",
	ledger.RoleInspector: "inspectors/", ledger.RoleAuthority: "authorities/", ledger.RoleAuditor: "auditors/",
}

func (a *admission) roleGranted(b *ledger.RoleGranted) error {
	if err := a.known(b.Party); err != nil {
		return err
	}
	if class := outside[b.Role]; !strings.HasPrefix(string(b.Party), class) {
		return ledger.Refuse("role.class", fmt.Sprintf("role %s for %s", b.Role, b.Party), "a party of "+class+"…")
	}
	if a.Keyring.Has(b.Party, b.Role) {
		return ledger.Refuse("role.once", fmt.Sprintf("%s holds the role %s already", b.Party, b.Role), "a role that it does not hold")
	}
	return a.about(b.Party)
}

func (a *admission) roleEnded(b *ledger.RoleEnded) error {
	if !a.Keyring.Has(b.Party, b.Role) {
		return ledger.Refuse("role.held", fmt.Sprintf("%s does not hold the role %s", b.Party, b.Role), "a role that it holds")
	}
	return a.about(b.Party)
}

// delegationRecorded: plan 四(二) knows one who may be asked, the executive deputy.
func (a *admission) delegationRecorded(b *ledger.DelegationRecorded) error {
	if !a.Keyring.Has(b.To, ledger.RoleExecutive) {
		return ledger.Refuse("delegation.to", fmt.Sprintf("a delegation to %s", b.To), "the executive deputy commander (常务副指挥长)")
	}
	return a.notPast(b.Until)
}

func (a *admission) policyAdopted(b *ledger.PolicyAdopted) error {
	expressions := []ledger.Line{b.Slow}
	for _, l := range b.Lights {
		expressions = append(expressions, l.When)
	}
	for _, e := range expressions {
		if _, err := projections.Compile(e); err != nil {
			return err
		}
	}
	if err := calendar(b.Calendar); err != nil {
		return err
	}
	// A policy rules from its day on: what was judged stays judged. The first one of a
	// campaign may name a day before it, for there was none to judge by.
	if _, judged := a.Charter.PolicyAt(a.latest()); judged && b.InForce < a.today() {
		return ledger.Refuse("policy.retroactive", fmt.Sprintf("a policy in force from %s, adopted on %s", b.InForce, a.today()), fmt.Sprintf("%s or later", a.today()))
	}
	return nil
}

// calendar refuses one that says two things of a day, or speaks of another year's
// days; a notice may move days at the turn of the year before it.
func calendar(years []ledger.WorkYear) error {
	seen := map[int]bool{}
	for _, y := range years {
		if seen[y.Year] {
			return ledger.Refuse("calendar.year", fmt.Sprintf("the year %d twice", y.Year), "each year once")
		}
		seen[y.Year] = true
		for _, d := range slices.Concat(y.Off, y.Worked) {
			turn := d.Start().Year() == y.Year-1 && d.Month() == ledger.Date(fmt.Sprintf("%d-12-01", y.Year-1)).Month()
			if d.Start().Year() != y.Year && !turn {
				return ledger.Refuse("calendar.year", fmt.Sprintf("%s in the calendar of %d", d, y.Year), fmt.Sprintf("days of %d, and of the December before it", y.Year))
			}
		}
		for _, d := range y.Off {
			if slices.Contains(y.Worked, d) {
				return ledger.Refuse("calendar.year", fmt.Sprintf("%s both off and worked", d), "each day once")
			}
		}
	}
	return nil
}
