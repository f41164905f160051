package trail

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lies are ledgers whose keeper let something in that no door lets in, and
// attested it: what is caught, and at which record.
var lies = []struct {
	name string
	tell func(w *world) uint64 // the sequence that has to be named
	code string
}{
	{"a statement signed with another unit's key", func(w *world) uint64 {
		w.sign(w.keys["units/zfj"], "units/fgw", fgw, "T01", logged)
		return w.last()
	}, "signer.source"},
	{"a statement signed with a key that was never enrolled", func(w *world) uint64 {
		w.sign(key(w.t, "stranger"), "units/fgw", fgw, "T01", logged)
		return w.last()
	}, "signer.unknown"},
	{"a statement signed with a key enrolled only later", func(w *world) uint64 {
		k := key(w.t, "late")
		w.sign(k, "units/fgw", fgw, "T01", logged)
		w.say(office, fgw, "", &ledger.KeyEnrolled{Party: "units/fgw", PublicKey: pemOf(k), Holder: "经办人"})
		return w.last() - 1
	}, "signer.later"},
	{"a statement signed with a key revoked before it", func(w *world) uint64 {
		old := w.keys["units/fgw"]
		w.renewKey()
		w.sign(old, "units/fgw", fgw, "T01", logged)
		return w.last()
	}, "signer.revoked"},
	{"an office key revoked on another trail before the office's statement", func(w *world) uint64 {
		w.say("root", ggb, "", &ledger.KeyRevoked{Key: ledger.Digest(w.keys[office].Public().ID()), Reason: "遗失"})
		w.say(office, fgw, "T01", &ledger.ReminderSent{About: "请报送"})
		return w.last()
	}, "signer.revoked"},
	{"an enrolment by a unit", func(w *world) uint64 {
		w.say("units/zfj", fgw, "", &ledger.KeyEnrolled{Party: "units/fgw", PublicKey: pemOf(key(w.t, "other")), Holder: "冒名"})
		return w.last()
	}, "signer.role"},
	{"an enrolment by the office after its role ended", func(w *world) uint64 {
		w.say("root", ggb, "", &ledger.RoleEnded{Party: office, Role: ledger.RoleOffice, Reason: "撤销"})
		w.say(office, fgw, "", &ledger.KeyEnrolled{Party: "units/fgw", PublicKey: pemOf(key(w.t, "other")), Holder: "经办人"})
		return w.last()
	}, "signer.role"},
	{"a role that a unit gave itself", func(w *world) uint64 {
		w.say("units/zfj", zfj, "", &ledger.RoleGranted{Party: "units/zfj", Role: ledger.RoleOffice})
		return w.last()
	}, "signer.role"},
	{"a policy by a unit", func(w *world) uint64 {
		w.say("units/fgw", ledger.HQ, "", policy())
		return w.last()
	}, "signer.role"},
	{"a delegation by the office", func(w *world) uint64 {
		w.say(office, ledger.HQ, "", &ledger.DelegationRecorded{To: "officers/zhz", From: "2024-01-01", Until: "2024-02-01", Basis: "外出"})
		return w.last()
	}, "signer.role"},
	{"a second key for the ledger", func(w *world) uint64 {
		w.say(office, ledger.HQ, "", &ledger.KeyEnrolled{Party: "ledger", PublicKey: pemOf(key(w.t, "other")), Holder: "冒名"})
		return w.last()
	}, "signer.role"},
	{"an attestation by a unit", func(w *world) uint64 {
		w.say("units/fgw", fgw, "", &ledger.ExportAttested{Sequence: 1, Count: 1, Head: ledger.Digest(w.records[6].Head.String()), Files: map[string]ledger.Digest{}})
		return w.last()
	}, "signer.role"},
	{"an earlier attestation of another history", func(w *world) uint64 {
		w.say("ledger", fgw, "", &ledger.ExportAttested{Sequence: w.last(), Count: 2, Head: ledger.Digest(ledger.Hash{}.String()), Files: map[string]ledger.Digest{}})
		return w.last()
	}, "attestation.earlier"},
	{"an earlier attestation of more than there was", func(w *world) uint64 {
		w.say("ledger", fgw, "", &ledger.ExportAttested{Sequence: w.last(), Count: 2000, Head: ledger.Digest(ledger.Hash{}.String()), Files: map[string]ledger.Digest{}})
		return w.last()
	}, "attestation.earlier"},
	{"a second charter", func(w *world) uint64 {
		w.say("root", ledger.HQ, "", w.charter())
		return w.last()
	}, "charter.second"},
	{"one id twice", func(w *world) uint64 {
		s := w.statement(id(w.n), "units/fgw", fgw, "T01", logged)
		w.put(s, w.envelope(w.keys["units/fgw"], s.Encode()))
		return w.last()
	}, "statement.id"},
	{"a statement with an attribute of its own", func(w *world) uint64 {
		s := w.statement(id(9999), "units/fgw", fgw, "T01", logged)
		w.put(s, w.envelope(w.keys["units/fgw"], bytes.Replace(s.Encode(), []byte(`"basis"`), []byte(`"mood":"good","basis"`), 1)))
		return w.last()
	}, "statement.form"},
	{"a statement against its schema", func(w *world) uint64 {
		w.say("units/fgw", fgw, "T01", &ledger.ProgressReported{Period: "2024-02", Percent: 250, Summary: "超额"})
		return w.last()
	}, "statement.form"},
	{"an envelope of another type", func(w *world) uint64 {
		s := w.statement(id(9999), "units/fgw", fgw, "T01", logged)
		env, err := seal.Seal(bytes.NewReader(make([]byte, 32)), w.keys["units/fgw"], ledger.PayloadTypeReceipt, s.Encode())
		require.NoError(w.t, err)
		w.put(s, env.Encode())
		return w.last()
	}, "envelope.type"},
}

var logged = &ledger.DispatchLogged{On: "2024-01-20", Summary: "调度"}

func TestALieOnRecordIsNamed(t *testing.T) {
	for _, lie := range lies {
		t.Run(lie.name, func(t *testing.T) {
			w := small(t)
			sequence := lie.tell(w)
			r := Verify(w.export(yearEnd), Options{Root: w.root()})
			require.NotEmpty(t, r.Findings)
			assert.True(t, slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code == lie.code && f.Sequence == sequence }), "%v", codes(r))
		})
	}
}

// A charter that its root key did not sign, or that comes too late.
func TestAFalseCharterIsNamed(t *testing.T) {
	for code, tell := range map[string]func(w *world){
		"charter.root": func(w *world) {
			w.sign(key(t, "stranger"), "root", ledger.HQ, "", w.charter())
		},
		"charter.missing": func(w *world) {
			w.say("root", ledger.HQ, "", &ledger.MeetingHeld{Tier: ledger.TierMonthly, On: "2024-01-02", Attended: []ledger.UnitID{fgw}, Agenda: []ledger.Line{"开局"}})
			w.say("root", ledger.HQ, "", w.charter())
		},
	} {
		w := newWorld(t, ledger.ClockRecorded)
		w.on("2024-01-02")
		tell(w)
		w.enrol("root", "units/fgw", "市发展改革委")
		r := Verify(w.export(yearEnd), Options{})
		assert.True(t, slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code == code }), "%s: %v", code, codes(r))
	}
}

func TestOneKeyForRootAndLedgerIsNamed(t *testing.T) {
	w := newWorld(t, ledger.ClockRecorded)
	w.on("2024-01-02")
	w.keys["ledger"] = w.keys["root"]
	w.say("root", ledger.HQ, "", w.charter())
	w.enrol("root", "units/fgw", "市发展改革委")
	_, body := w.draft(yearEnd)
	b, _ := w.draft(yearEnd)
	w.say("ledger", fgw, "", &body)
	require.NoError(t, w.attest(b))
	r := Verify(w.write(b), Options{})
	require.NotEmpty(t, r.Findings)
	assert.Equal(t, "charter.root", r.Findings[0].Code)
}

// Somebody makes up a whole campaign with keys of their own: only the published
// root key tells.
func TestAnotherRootKeyIsNamed(t *testing.T) {
	w := small(t)
	real := w.root()
	w = newWorld(t, ledger.ClockRecorded)
	w.keys["root"], w.keys["ledger"] = key(t, "another root"), key(t, "another ledger")
	w.open()
	data := w.export(yearEnd)
	assert.True(t, Verify(data, Options{}).OK)
	r := Verify(data, Options{Root: real, LedgerKey: key(t, "ledger").Public().ID()})
	require.Len(t, r.Findings, 2)
	assert.Equal(t, "root.other", r.Findings[0].Code)
	assert.Equal(t, "ledger.other", r.Findings[1].Code)
	assert.EqualValues(t, 1, r.Findings[0].Sequence)
	assert.False(t, r.Anchored)
}

// forgeries are changes to a good bundle, with its container made good again.
var forgeries = []struct {
	name  string
	forge func(w *world, files map[string][]byte)
	code  string
	file  string
}{
	{"the manifest judged for another day", func(w *world, f map[string][]byte) {
		change(w, f, func(m *Manifest) { m.At = ledger.FormatRecorded(yearEnd.AddDate(0, -6, 0)) })
	}, "attestation.file", manifestName},
	{"the manifest judged for another day, and the status with it", func(w *world, f map[string][]byte) {
		change(w, f, func(m *Manifest) { m.At = ledger.FormatRecorded(yearEnd.AddDate(0, -6, 0)) })
		f[statusName] = encode(Verify(packOf(w.t, f), Options{}).Status)
		redigest(w.t, f)
	}, "attestation.file", statusName},
	{"the manifest judged for no day of these years", func(w *world, f map[string][]byte) {
		change(w, f, func(m *Manifest) { m.At = "9999-01-01T00:00:00.000Z" })
	}, "manifest.form", manifestName},
	{"the manifest at another sequence", func(w *world, f map[string][]byte) {
		change(w, f, func(m *Manifest) { m.Sequence++ })
	}, "attestation.body", attestationName},
	{"the manifest before the last record", func(w *world, f map[string][]byte) {
		change(w, f, func(m *Manifest) { m.Sequence = 10 })
	}, "record.beyond", recordsName},
	{"the manifest of another unit", func(w *world, f map[string][]byte) {
		change(w, f, func(m *Manifest) { m.Unit = zfj })
	}, "record.place", recordsName},
	{"the manifest of another campaign", func(w *world, f map[string][]byte) {
		change(w, f, func(m *Manifest) { m.Campaign = "jx2024" })
	}, "record.place", contextName},
	{"the manifest with another name", func(w *world, f map[string][]byte) {
		change(w, f, func(m *Manifest) { m.Name = "别的单位" })
	}, "manifest.field", manifestName},
	{"the manifest with another clock", func(w *world, f map[string][]byte) {
		change(w, f, func(m *Manifest) { m.Clock = clockOf(ledger.ClockDeclared) })
	}, "manifest.field", manifestName},
	{"the manifest with another count", func(w *world, f map[string][]byte) {
		change(w, f, func(m *Manifest) { m.Count++ })
	}, "manifest.field", manifestName},
	{"the manifest without a file", func(w *world, f map[string][]byte) {
		change(w, f, func(m *Manifest) { m.Files = m.Files[1:] })
	}, "manifest.field", manifestName},
	{"the manifest of another format", func(w *world, f map[string][]byte) {
		change(w, f, func(m *Manifest) { m.Format = "ducha-trail/9" })
	}, "manifest.format", manifestName},
	{"the manifest with a member of its own", func(w *world, f map[string][]byte) {
		f[manifestName] = bytes.Replace(f[manifestName], []byte("{\n"), []byte("{\n  \"mood\": \"good\",\n"), 1)
	}, "manifest.form", manifestName},
	{"the manifest written another way", func(w *world, f map[string][]byte) {
		f[manifestName] = append(f[manifestName], '\n')
	}, "manifest.form", manifestName},
	{"another status", func(w *world, f map[string][]byte) {
		f[statusName] = bytes.Replace(f[statusName], []byte(`"red"`), []byte(`"green"`), 1)
		redigest(w.t, f)
	}, "status.differ", statusName},
	{"another status, attested", func(w *world, f map[string][]byte) {
		f[statusName] = bytes.Replace(f[statusName], []byte(`"red"`), []byte(`"green"`), 1)
		reattest(w.t, f, w.keys["ledger"])
	}, "status.differ", statusName},
	{"a shorter status, attested", func(w *world, f map[string][]byte) {
		f[statusName] = f[statusName][:len(f[statusName])/2]
		reattest(w.t, f, w.keys["ledger"])
	}, "status.differ", statusName},
	{"another key in keys.json, attested", func(w *world, f map[string][]byte) {
		var list []KeyEntry
		require.NoError(w.t, json.Unmarshal(f[keysName], &list))
		list[2].PEM = string(pemOf(key(w.t, "stranger")))
		f[keysName] = encode(list)
		reattest(w.t, f, w.keys["ledger"])
	}, "keys.differ", keysName},
	{"another README", func(w *world, f map[string][]byte) {
		f[readmeName] = bytes.ReplaceAll(f[readmeName], []byte(w.root()), []byte(key(w.t, "stranger").Public().ID()))
	}, "file.digest", readmeName},
	{"another README, redigested", func(w *world, f map[string][]byte) {
		f[readmeName] = bytes.ReplaceAll(f[readmeName], []byte(w.root()), []byte(key(w.t, "stranger").Public().ID()))
		redigest(w.t, f)
	}, "attestation.file", manifestName},

	{"an attestation by another key", func(w *world, f map[string][]byte) {
		reattest(w.t, f, w.keys[office])
	}, "signer.source", attestationName},
	{"an attestation of another kind", func(w *world, f map[string][]byte) {
		f[attestationName] = lines(recordsOf(w.t, f[recordsName])[:1])
	}, "attestation.kind", attestationName},
	{"two attestations", func(w *world, f map[string][]byte) {
		f[attestationName] = slices.Concat(f[attestationName], f[attestationName])
	}, "attestation.kind", attestationName},
	{"no attestation", func(w *world, f map[string][]byte) { delete(f, attestationName) }, "container.files", attestationName},
	{"an empty attestation", func(w *world, f map[string][]byte) { f[attestationName] = nil }, "attestation.kind", attestationName},
	{"an attestation in the middle of the trail", func(w *world, f map[string][]byte) {
		edit(w, f, func(r *ledger.Record) { r.TrailVersion = 2 })
	}, "attestation.place", attestationName},
	{"an attestation before the end", func(w *world, f map[string][]byte) {
		edit(w, f, func(r *ledger.Record) { r.Sequence = 5 })
	}, "attestation.place", attestationName},
	{"an attestation before its records", func(w *world, f map[string][]byte) {
		edit(w, f, func(r *ledger.Record) { r.Recorded = r.Recorded.Add(-time.Hour * 24 * 400) })
	}, "attestation.place", attestationName},
	{"an attestation on another trail", func(w *world, f map[string][]byte) {
		edit(w, f, func(r *ledger.Record) { r.Place.Unit = zfj })
	}, "statement.place", attestationName},
	{"an attestation that does not link", func(w *world, f map[string][]byte) {
		edit(w, f, func(r *ledger.Record) { r.Head[7] ^= 1 })
	}, "trail.head", attestationName},

	{"a line of another language", func(w *world, f map[string][]byte) {
		f[recordsName] = append(f[recordsName], "{}\n"...)
		redigest(w.t, f)
	}, "record.form", recordsName},
	{"an empty line", func(w *world, f map[string][]byte) {
		f[contextName] = append([]byte("\n"), f[contextName]...)
	}, "record.form", contextName},
	{"no line feed at the end", func(w *world, f map[string][]byte) {
		f[recordsName] = bytes.TrimSuffix(f[recordsName], []byte("\n"))
		reattest(w.t, f, w.keys["ledger"])
	}, "record.form", recordsName},
	{"no records", func(w *world, f map[string][]byte) {
		f[recordsName] = nil
		redigest(w.t, f)
	}, "attestation.body", recordsName},
	{"a record of another year", func(w *world, f map[string][]byte) {
		own := recordsOf(w.t, f[recordsName])
		own[1].Recorded = own[1].Recorded.AddDate(-900, 0, 0)
		rechain(own)
		f[recordsName] = lines(own)
		reattest(w.t, f, w.keys["ledger"])
	}, "record.form", recordsName},
	{"a context record that is none of ours to read", func(w *world, f map[string][]byte) {
		context := recordsOf(w.t, f[contextName])
		f[contextName] = lines(append(context, w.records[len(w.records)-2]))
		reattest(w.t, f, w.keys["ledger"])
	}, "record.place", contextName},
	{"a record in both files", func(w *world, f map[string][]byte) {
		context := append(recordsOf(w.t, f[contextName]), recordsOf(w.t, f[recordsName])[0])
		slices.SortFunc(context, bySequence)
		f[contextName] = lines(context)
		reattest(w.t, f, w.keys["ledger"])
	}, "record.sequence", contextName},
	{"time that runs backwards between the files", func(w *world, f map[string][]byte) {
		context := recordsOf(w.t, f[contextName])
		context[3].Recorded = context[3].Recorded.Add(-time.Hour)
		f[contextName] = lines(context)
		reattest(w.t, f, w.keys["ledger"])
	}, "record.recorded", contextName},
	{"a context chain that does not link", func(w *world, f map[string][]byte) {
		context := recordsOf(w.t, f[contextName])
		context[3].Recorded = context[3].Recorded.Add(time.Second)
		f[contextName] = lines(context)
		reattest(w.t, f, w.keys["ledger"])
	}, "trail.head", contextName},
	{"a context record renumbered", func(w *world, f map[string][]byte) {
		context := recordsOf(w.t, f[contextName])
		context[3].TrailVersion = 1
		f[contextName] = lines(context)
		reattest(w.t, f, w.keys["ledger"])
	}, "trail.version", contextName},
	{"a task renumbered", func(w *world, f map[string][]byte) {
		own := recordsOf(w.t, f[recordsName])
		own[len(own)-1].TaskVersion++
		relink(own)
		f[recordsName] = lines(own)
		reattest(w.t, f, w.keys["ledger"])
	}, "task.version", recordsName},
	{"an envelope with two signatures", func(w *world, f map[string][]byte) {
		own := recordsOf(w.t, f[recordsName])
		own[2].Envelope = bytes.Replace(own[2].Envelope, []byte(`"signatures":[`), []byte(`"signatures":[{"keyid":"a","sig":"YQ=="},`), 1)
		relink(own)
		f[recordsName] = lines(own)
		reattest(w.t, f, w.keys["ledger"])
	}, "envelope.form", recordsName},
	{"a checkpoint by another key", func(w *world, f map[string][]byte) {
		f[checkpointName] = logOf(w.t, w.records).checkpoint(key(w.t, "stranger"))
	}, "checkpoint.bad", checkpointName},
	{"a checkpoint that is none", func(w *world, f map[string][]byte) { f[checkpointName] = []byte("sealed\n") }, "checkpoint.bad", checkpointName},
	{"a checkpoint from before the attestation", func(w *world, f map[string][]byte) {
		f[checkpointName] = logOf(w.t, w.records[:len(w.records)-1]).checkpoint(w.keys["ledger"])
	}, "proof.size", attestationName},
	{"a checkpoint of another tree", func(w *world, f map[string][]byte) {
		other := slices.Clone(w.records)
		other[4].Head[0] ^= 1
		f[checkpointName] = logOf(w.t, other).checkpoint(w.keys["ledger"])
	}, "proof.root", proofName},
	{"no checkpoint", func(w *world, f map[string][]byte) { delete(f, checkpointName) }, "container.files", checkpointName},
	{"no proof", func(w *world, f map[string][]byte) { delete(f, proofName) }, "container.files", proofName},
	{"an empty proof", func(w *world, f map[string][]byte) { f[proofName] = nil }, "proof.root", proofName},
	{"a proof cut short", func(w *world, f map[string][]byte) { f[proofName] = f[proofName][45:] }, "proof.root", proofName},
	{"a proof with a hash too many", func(w *world, f map[string][]byte) { f[proofName] = append(f[proofName], f[proofName][:45]...) }, "proof.root", proofName},
	{"a proof of another language", func(w *world, f map[string][]byte) { f[proofName] = []byte("trust me\n") }, "proof.form", proofName},
	{"a paper that was not attested", func(w *world, f map[string][]byte) { f[ReportName] = []byte("<p>一切顺利</p>") }, "manifest.field", manifestName},
	{"a paper that was not attested, redigested", func(w *world, f map[string][]byte) {
		f[ReportName] = []byte("<p>一切顺利</p>")
		redigest(w.t, f)
	}, "attestation.file", ReportName},
	{"a signature changed", func(w *world, f map[string][]byte) {
		own := recordsOf(w.t, f[recordsName])
		own[2] = unsign(w.t, own[2])
		relink(own)
		f[recordsName] = lines(own)
		reattest(w.t, f, w.keys["ledger"])
	}, "signature.bad", recordsName},
}

// change edits the manifest and makes its digests good.
func change(w *world, f map[string][]byte, edit func(*Manifest)) {
	var m Manifest
	require.NoError(w.t, json.Unmarshal(f[manifestName], &m))
	edit(&m)
	f[manifestName] = encode(m)
}

// edit edits the attestation's record.
func edit(w *world, f map[string][]byte, change func(*ledger.Record)) {
	r := recordsOf(w.t, f[attestationName])
	change(&r[0])
	f[attestationName] = lines(r)
}

// relink makes the heads good and nothing else.
func relink(records []ledger.Record) {
	var h ledger.Hash
	for i := range records {
		records[i].Head = ledger.Link(h, records[i])
		h = records[i].Head
	}
}

func TestAForgeryIsNamed(t *testing.T) {
	w := nine(t)
	data := w.export(yearEnd)
	for _, x := range forgeries {
		t.Run(x.name, func(t *testing.T) {
			files := unpackOf(t, data)
			x.forge(w, files)
			r := Verify(packOf(t, files), Options{Root: w.root()})
			require.False(t, r.OK)
			assert.True(t, slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code == x.code && f.File == x.file }), "%v", codes(r))
		})
	}
}

// One fault does not hide another.
func TestEveryFaultIsReported(t *testing.T) {
	w := nine(t)
	files := unpackOf(t, w.export(yearEnd))
	own := recordsOf(t, files[recordsName])
	own[4] = reword(t, own[4])
	own[9].Head[0] ^= 1
	own = slices.Delete(own, 14, 15)
	files[recordsName] = lines(own)
	files[keysName] = []byte("[]\n")
	delete(files, readmeName)
	r := Verify(packOf(t, files), Options{Root: key(t, "stranger").Public().ID()})
	for _, want := range []struct {
		code     string
		sequence uint64
	}{{"container.files", 0}, {"file.digest", 0}, {"signature.bad", own[4].Sequence}, {"trail.head", own[4].Sequence}, {"trail.head", own[9].Sequence},
		{"trail.version", own[14].Sequence}, {"root.other", 1}, {"attestation.file", 0}, {"attestation.body", 0}, {"keys.differ", 0}, {"status.differ", 0}} {
		assert.True(t, slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code == want.code && f.Sequence == want.sequence }), "%v: %v", want, codes(r))
	}
	assert.Equal(t, codes(r), codes(Verify(packOf(t, files), Options{Root: key(t, "stranger").Public().ID()})))
}

// Findings are bounded, whatever the file holds.
func TestThousandsOfFaultsAreCounted(t *testing.T) {
	w := small(t)
	files := unpackOf(t, w.export(yearEnd))
	files[contextName] = bytes.Repeat(append(bytes.Repeat([]byte("x"), minLine), '\n'), 3000)
	r := Verify(packOf(t, files), Options{})
	assert.Len(t, r.Findings, maxFindings)
	assert.Greater(t, r.More, 1900)
}

// Every code is provoked by an attack above, or by a container below.
func TestEveryCodeIsProvoked(t *testing.T) {
	provoked := map[string]bool{
		"container.size": true, "container.unreadable": true, "container.bytes": true, // TestABadContainerIsNamed
		"charter.missing": true, "charter.root": true, "root.other": true, "ledger.other": true, // above
		"note.authorities": true, "certificate.issuer": true, // certificate_test.go
		"note.root": true, "note.declared": true, "note.unknown": true, "note.since": true, // bundle_test.go
		"policy.log": true, "policy.bad": true, "policy.quorum": true, // proof_test.go, and these
		"receipt.bad": true, "receipt.missing": true, "receipt.differs": true, "receipt.fork": true, "note.receipt": true,
		"receipt.order": true, "note.policy": true, "note.papers": true, "manifest.old": true,
		"bundles.record": true, "bundles.missing": true, "bundles.fork": true, "bundles.charter": true, // bundles_test.go, and these
		"copy.record": true, "copy.missing": true, "copy.fork": true, "note.copy": true, "note.older": true, "note.short": true,
		"note.grows": true, "note.unproved": true, "note.ledgers": true, "note.uncompared": true,
	}
	for _, x := range lies {
		provoked[x.code] = true
	}
	for _, x := range forgeries {
		provoked[x.code] = true
	}
	for code := range Codes {
		assert.True(t, provoked[code], code)
	}
}

// A bundle of the first format is told what to do, and nothing else.
func TestAnOlderFormatIsNamed(t *testing.T) {
	w := small(t)
	files := unpackOf(t, w.export(yearEnd))
	change(w, files, func(m *Manifest) { m.Format = "ducha-trail/1" })
	for _, name := range []string{checkpointName, proofName, sinceName} {
		delete(files, name)
	}
	r := Verify(packOf(t, files), Options{Root: w.root()})
	require.Len(t, r.Findings, 1)
	assert.False(t, r.OK)
	assert.Equal(t, "manifest.old", r.Findings[0].Code)
	var out bytes.Buffer
	r.Print(&out, "en")
	assert.Contains(t, out.String(), "export again")
	assert.Contains(t, out.String(), "ducha-trail/1")
}
