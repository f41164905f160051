package trail

import (
	"archive/zip"
	"bytes"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnUntouchedBundleVerifies(t *testing.T) {
	w := whole(t)
	data := w.export(yearEnd)
	r := Verify(data, Options{Root: w.root(), LedgerKey: w.keys["ledger"].Public().ID()})
	require.Empty(t, r.Findings)
	assert.Equal(t, []string{"note.policy"}, notes(r.Notes))
	assert.True(t, r.OK)
	assert.True(t, r.Anchored)
	assert.Equal(t, w.last()-1, r.Sequence)
	assert.Equal(t, fgw, r.Unit)
	assert.Equal(t, "市发展改革委", r.Name)
	assert.EqualValues(t, r.Status.Trail, r.Count)
	assert.Equal(t, ledger.Date("2024-01-02"), ledger.DateOf(r.First))
	assert.Equal(t, ledger.Date("2024-12-20"), ledger.DateOf(r.Last))
	require.Len(t, r.Status.Tasks, 1)
	assert.Equal(t, ledger.Red, r.Status.Tasks[0].Light)
	assert.Equal(t, 1, r.Status.Directives.Done)
	var revoked int
	for _, k := range r.Keys {
		if k.Revoked != 0 {
			revoked++
			assert.EqualValues(t, "SM2", k.Algorithm)
		}
	}
	assert.Equal(t, 1, revoked)
	assert.Len(t, r.Keys, 6)
}

func TestWithoutARootKeyTheReportSaysSo(t *testing.T) {
	w := small(t)
	r := Verify(w.export(yearEnd), Options{})
	require.True(t, r.OK)
	assert.False(t, r.Anchored)
	require.Len(t, r.Notes, 2)
	assert.Equal(t, "note.root", r.Notes[0].Code)
	assert.Equal(t, string(w.root()), r.Notes[0].Found)
}

func TestADeclaredClockIsSaid(t *testing.T) {
	w := newWorld(t, ledger.ClockDeclared)
	w.open()
	w.year(3)
	data := w.export(yearEnd)
	r := Verify(data, Options{Root: w.root()})
	require.Empty(t, r.Findings)
	require.Len(t, r.Notes, 2)
	assert.Equal(t, "note.declared", r.Notes[1].Code)
	f := unpackOf(t, data)
	assert.Contains(t, string(f[manifestName]), "所称时间")
	assert.Contains(t, string(f[readmeName]), "claimed times")
}

func TestTwoExportsOfTheSameAreEqual(t *testing.T) {
	assert.Equal(t, whole(t).export(yearEnd), whole(t).export(yearEnd))
}

func TestEveryInstantVerifies(t *testing.T) {
	w := whole(t)
	for d := ledger.Date("2024-01-01"); d < "2025-02-01"; d = d.Add(23) {
		b, body := w.draft(d.Start().Add(11*time.Hour + 1234567*time.Nanosecond))
		w.say("ledger", fgw, "", &body)
		require.NoError(t, w.attest(b))
		assert.Empty(t, Verify(w.write(b), Options{Root: w.root()}).Findings, d)
	}
}

// Others may write between the export and its attestation: what belongs into the
// bundle is in it, verified, and does not change the status.
func TestWhatCameBeforeTheAttestationIsThere(t *testing.T) {
	w := small(t)
	b, body := w.draft(yearEnd)
	second := key(t, "office, second key")
	w.say(office, ggb, "", &ledger.KeyEnrolled{Party: office, PublicKey: pemOf(second), Holder: "新经办人"})
	w.say("units/zfj", zfj, "T02", &ledger.DispatchLogged{On: "2024-01-20", Summary: "调度"})
	w.say("units/fgw", fgw, w.fgwTask, &ledger.DispatchLogged{On: "2024-01-20", Summary: "调度"})
	w.sign(second, office, fgw, w.fgwTask, &ledger.ReminderSent{About: "请报送"})
	w.say("ledger", fgw, "", &body)
	since := w.since(b)
	require.Len(t, since, 3, "not the dispatch of another unit")
	l := logOf(t, w.records)
	attestation, checkpoint := w.records[len(w.records)-1], l.checkpoint(w.keys["ledger"])
	for name, some := range map[string][]ledger.Record{"none": nil, "one missing": since[:2], "twice": append(since[:3:3], since[2]), "another unit's": w.records[w.last()-4 : w.last()-1]} {
		require.ErrorIs(t, b.Attest(attestation, some, checkpoint, l), ErrAttestation, name)
	}
	require.NoError(t, b.Attest(attestation, since, checkpoint, l))
	data := w.write(b)
	r := Verify(data, Options{Root: w.root()})
	require.Empty(t, codes(r))
	require.Len(t, r.Notes, 2)
	assert.Equal(t, "note.since", r.Notes[0].Code)
	assert.Equal(t, "3", r.Notes[0].Found)
	assert.Zero(t, r.Status.Reminders)
	assert.Equal(t, 3, r.Since)

	// Any one of them left out is missed.
	files := unpackOf(t, data)
	for i, s := range since {
		as := with(files, sinceName, lines(slices.Delete(slices.Clone(since), i, i+1)))
		r := Verify(packOf(t, as), Options{Root: w.root()})
		assert.True(t, has(r.Findings, "proof.root"), "%d: %v", i, codes(r))
		assert.Equal(t, s.Place.Unit == fgw, has(r.Findings, "attestation.place") || has(r.Findings, "trail.version"), "%d: %v", i, codes(r))
	}
	as := with(files, sinceName, nil)
	as[recordsName] = append(bytes.Clone(files[recordsName]), lines(since[1:])...)
	assert.True(t, has(Verify(packOf(t, as), Options{}).Findings, "record.beyond"), "in the wrong file")
}

func TestUnknownKindsAreKeptAndNoted(t *testing.T) {
	w := small(t)
	w.n++
	s := w.statement(id(w.n), "units/fgw", fgw, w.fgwTask, &ledger.DispatchLogged{On: "2024-01-20", Summary: "调度"})
	payload := bytes.Replace(s.Encode(), []byte("dispatch.logged.v1"), []byte("weather.observed.v7"), 1)
	s.Kind = "weather.observed.v7"
	w.put(s, w.envelope(w.keys["units/fgw"], payload))
	r := Verify(w.export(yearEnd), Options{Root: w.root()})
	require.Empty(t, r.Findings)
	require.Len(t, r.Notes, 2)
	assert.Equal(t, "note.unknown", r.Notes[0].Code)
	assert.Equal(t, `"weather.observed.v7": 1`, r.Notes[0].Found)
}

func TestAttestTakesOnlyWhatWasDrafted(t *testing.T) {
	w := small(t)
	b, body := w.draft(yearEnd)
	_, err := b.WriteTo(&bytes.Buffer{})
	assert.ErrorIs(t, err, ErrAttestation)

	other := body
	other.Count++
	for name, say := range map[string]func(){
		"another body":  func() { w.say("ledger", fgw, "", &other) },
		"another unit":  func() { w.say("ledger", zfj, "", &body) },
		"another key":   func() { w.sign(w.keys["root"], "ledger", fgw, "", &body) },
		"another party": func() { w.sign(w.keys["ledger"], "root", fgw, "", &body) },
		"another kind":  func() { w.sign(w.keys["ledger"], "ledger", fgw, "", &ledger.ReportIssued{}) },
	} {
		say()
		assert.Error(t, w.attest(b), name)
	}
	_, err = b.WriteTo(&bytes.Buffer{})
	assert.ErrorIs(t, err, ErrAttestation)

	w.say("ledger", fgw, "", &body)
	good := w.records[len(w.records)-1]
	early := good
	early.Sequence = 3
	assert.ErrorIs(t, b.attest(early, w.since(b)), ErrAttestation, "too early")
	require.NoError(t, w.attest(b))
}

func TestDraftRefusesWhatIsNotATrail(t *testing.T) {
	w := small(t)
	own, context, last, err := Select(w.all(), fgw)
	require.NoError(t, err)
	good := Input{Campaign: campaign, Unit: fgw, At: yearEnd, Sequence: last, Records: own, Context: context}
	for name, spoil := range map[string]func(*Input){
		"no records":       func(in *Input) { in.Records = nil },
		"a gap":            func(in *Input) { in.Records = append(in.Records[:2:2], in.Records[3:]...) },
		"twice":            func(in *Input) { in.Context = append(in.Context[:1:1], in.Context...) },
		"past the end":     func(in *Input) { in.Sequence = 3 },
		"another unit's":   func(in *Input) { in.Unit = zfj },
		"another campaign": func(in *Input) { in.Campaign = "other" },
		"no charter":       func(in *Input) { in.Context = in.Context[1:] },
	} {
		in := good
		spoil(&in)
		_, _, err := Draft(in)
		assert.Error(t, err, name)
	}
	_, _, err = Draft(good)
	assert.NoError(t, err)
}

func TestSelectStopsAtAnError(t *testing.T) {
	broken := errors.New("broken")
	var records iter.Seq2[ledger.Record, error] = func(yield func(ledger.Record, error) bool) { yield(ledger.Record{}, broken) }
	_, _, _, err := Select(records, fgw)
	assert.ErrorIs(t, err, broken)
}

// Stock tools read the container, and find in it what this package wrote.
func TestTheContainerIsAZip(t *testing.T) {
	data := small(t).export(yearEnd)
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		assert.Equal(t, 1980, f.Modified.Year())
		r, err := f.Open()
		require.NoError(t, err)
		var b bytes.Buffer
		_, err = b.ReadFrom(r) // checks the CRC
		require.NoError(t, err)
		assert.Equal(t, unpackOf(t, data)[f.Name], b.Bytes())
	}
	assert.Equal(t, present(fileOrder, nil), names)
}

func TestTheReadmeHasNothingLeftToFillIn(t *testing.T) {
	w := small(t)
	text := string(unpackOf(t, w.export(yearEnd))[readmeName])
	assert.NotContains(t, text, "{")
	assert.Equal(t, 2, strings.Count(text, string(w.root())))
}
