package trail

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"ducha/ledger"
	"ducha/ledger/seal"
)

// checkSeals verifies every signature, by the key that the envelope names. A key
// id is the digest of the key, so whoever names a key here, it is the right one;
// whether it could sign at that sequence is for checkSigner to say. It is most of
// the work, and goes on while the rest is looked at: the function that it gives
// waits for it and reports.
func (v *verification) checkSeals() (report func()) {
	v.certs = map[seal.KeyID]seal.PublicKey{}
	for _, l := range v.lines() {
		switch b := l.event.Body.(type) {
		case *ledger.CharterAdopted:
			v.cert(b.RootKey)
			v.cert(b.LedgerKey)
		case *ledger.KeyEnrolled:
			v.cert(b.PublicKey)
		}
	}
	all := v.lines()
	done := make(chan struct{})
	go func() {
		defer close(done)
		each(all, v.checkSeal)
	}()
	return func() {
		<-done
		for _, l := range all {
			for _, p := range l.faults {
				v.add(p.in("", l))
			}
		}
	}
}

// checkSeal verifies one signature. It reads nothing that is written meanwhile.
func (v *verification) checkSeal(l *line) {
	l.faults = nil // of reading, which are reported
	key, ok := v.certs[l.env.Signature.KeyID]
	if !l.opened || !ok {
		return
	}
	if err := l.env.Verify(key); err != nil {
		l.faults = []problem{{code: "signature.bad", found: fmt.Sprintf("%s, key %s", key.Algorithm(), key.ID())}}
	}
}

func (v *verification) cert(pem ledger.Text) {
	if key, err := seal.ParsePublicKey([]byte(pem)); err == nil {
		v.certs[key.ID()] = key
	}
}

// fold folds the records that the bundle was drafted of, in the order of the
// ledger, and holds each signer against the keys and roles as they stood just
// before. What was said by somebody who could not say it is reported, and folded:
// the status should not differ for a reason that is named already.
func (v *verification) fold() {
	if len(v.all) == 0 || !v.all[0].said || v.all[0].record.Sequence != 1 || v.all[0].event.Kind != charterKind {
		v.find("charter.missing", contextName, nil, "", "record 1, a "+string(charterKind))
	}
	v.unknown = map[string]int{}
	for _, l := range v.all {
		if l.said && l.file != sinceName {
			v.apply(l)
		}
	}
	if v.ledgerKey != "" {
		v.signers[v.ledgerKey]++ // the attestation's
	}
}

// foldSince goes on with what came after the draft.
func (v *verification) foldSince() {
	for _, l := range v.all {
		if l.said && l.file == sinceName {
			v.apply(l)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(v.unknown)) {
		v.note("note.unknown", fmt.Sprintf("%s: %d", kind, v.unknown[kind]))
	}
}

func (v *verification) apply(l *line) {
	e := l.event
	if charter, ok := e.Body.(*ledger.CharterAdopted); ok {
		if !v.checkCharter(l, charter) {
			return
		}
	} else {
		v.checkSigner(l)
	}
	if first, twice := v.state.State.Index.Statements[e.ID]; twice {
		v.find("statement.id", "", l, fmt.Sprintf("id %s, which is record %d", e.ID, first.Sequence), "an id of its own")
		return
	}
	if _, ok := e.Body.(*ledger.Unknowable); ok {
		v.unknown[fmt.Sprintf("%.60q", e.Kind)]++
	}
	if b, ok := e.Body.(*ledger.ExportAttested); ok && l.file != contextName {
		v.checkEarlier(l, b)
	}
	v.signers[e.Signer]++
	v.state.Apply(e)
}

var charterKind = ledger.KindOf(ledger.CharterAdopted{})

// checkCharter: the first record, signed by the root key that it names. False for
// a second one, which must not bring keys of its own.
func (v *verification) checkCharter(l *line, b *ledger.CharterAdopted) bool {
	if v.state.State.Charter.Adopted.Sequence != 0 || l.record.Sequence != 1 {
		v.find("charter.second", "", l, fmt.Sprintf("a charter as record %d", l.record.Sequence), "one charter, as record 1")
		return false
	}
	root, err1 := seal.ParsePublicKey([]byte(b.RootKey))
	key, err2 := seal.ParsePublicKey([]byte(b.LedgerKey))
	v.report.Root, v.ledgerKey, v.key = root.ID(), key.ID(), key
	switch err := errors.Join(err1, err2); {
	case err != nil:
		v.find("charter.root", "", l, err.Error(), "a root key and a ledger key")
	case root.ID() == key.ID() || b.Campaign != l.event.Campaign:
		v.find("charter.root", "", l, fmt.Sprintf("campaign %s, root key %s, ledger key %s", b.Campaign, root.ID(), key.ID()), fmt.Sprintf("campaign %s, two keys", l.event.Campaign))
	case l.event.Source != "root" || l.event.Signer != root.ID():
		v.find("charter.root", "", l, fmt.Sprintf("%s, key %s", l.event.Source, l.event.Signer), "root, key "+string(root.ID()))
	}
	if want := v.opts.Root; want != "" && want != root.ID() {
		v.find("root.other", "", l, string(root.ID()), string(want))
	}
	if want := v.opts.LedgerKey; want != "" && want != key.ID() {
		v.find("ledger.other", "", l, string(key.ID()), string(want))
	}
	return true
}

// checkSigner holds a record's key against the keyring as the records before it
// made it.
func (v *verification) checkSigner(l *line) {
	e := l.event
	key, ok := v.state.State.Keyring.Keys[e.Signer]
	_, ever := v.certs[e.Signer]
	switch {
	case !ok && ever:
		v.find("signer.later", "", l, "key "+string(e.Signer), "a key enrolled before")
	case !ok:
		v.find("signer.unknown", "", l, fmt.Sprintf("key %.64q", e.Signer), "an enrolled key of "+string(e.Source))
	case key.Revoked != nil:
		v.find("signer.revoked", "", l, fmt.Sprintf("key %s, revoked by record %d", e.Signer, key.Revoked.Sequence), "a key in force")
	case key.Party != e.Source:
		v.find("signer.source", "", l, fmt.Sprintf("a key of %s", key.Party), fmt.Sprintf("a key of %s", e.Source))
	}
	v.checkCertificate(l, key)
	v.checkEnrolment(l)
	if want, ok := v.mayRegister(e); !ok {
		v.find("signer.role", "", l, fmt.Sprintf("%s says %s", e.Source, e.Kind), want)
	}
}

// mayRegister says who lays what all else rests on: keys, roles, policies,
// attestations. Plan 四(一); the other kinds are the door's to judge.
func (v *verification) mayRegister(e ledger.Event) (want string, ok bool) {
	ring := &v.state.State.Keyring
	office, commander := ring.Has(e.Source, ledger.RoleOffice), ring.Has(e.Source, ledger.RoleCommander)
	switch b := e.Body.(type) {
	case *ledger.KeyEnrolled:
		if b.Party == "root" || b.Party == "ledger" {
			return "the charter, for the key of " + string(b.Party), false
		}
	case *ledger.ExportAttested:
		return "the ledger's key", e.Source == "ledger"
	case *ledger.DelegationRecorded:
		return "the commander", commander
	case *ledger.PolicyAdopted, *ledger.ClarificationIssued:
		return "the office or the commander", office || commander
	case *ledger.Unknowable:
		return "", true
	}
	return "the root key or the office", e.Kind.Family() != ledger.Registry || office || e.Source == "root"
}
