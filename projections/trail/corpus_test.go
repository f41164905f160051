package trail

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// specimen is a bundle with what a reader has beside it, and what this package finds:
// for verifiers in other languages, which are to find the same.
type specimen struct {
	Name        string   `json:"name"`
	Zip         []byte   `json:"zip"`
	Root        string   `json:"root,omitempty"`
	LedgerKey   string   `json:"ledger_key,omitempty"`
	Policy      string   `json:"policy,omitempty"`
	Authorities string   `json:"authorities,omitempty"`
	Receipts    []string `json:"receipts,omitempty"`
	OK          bool     `json:"ok"`
	Findings    []string `json:"findings"` // code, file, line and sequence
	Notes       []string `json:"notes"`
}

// corpusFile is where specimens go, a JSON object on every line; empty for nowhere.
var corpusFile = os.Getenv("DUCHA_TRAIL_CORPUS")

var corpus struct {
	sync.Mutex
	out  *os.File
	kept int
}

// keep writes a specimen down.
func keep(t testing.TB, s specimen, opts Options) {
	t.Helper()
	opts.Root, opts.LedgerKey = seal.KeyID(s.Root), seal.KeyID(s.LedgerKey)
	if s.Policy != "" {
		p, err := proof.ParsePolicy([]byte(s.Policy))
		require.NoError(t, err)
		opts.Policy = &p
	}
	if s.Authorities != "" {
		a, err := seal.ParseAuthorities([]byte(s.Authorities))
		require.NoError(t, err)
		opts.Authorities = &a
	}
	for _, r := range opts.Receipts {
		data, err := r.Encode()
		require.NoError(t, err)
		s.Receipts = append(s.Receipts, string(data))
	}
	r := Verify(s.Zip, opts)
	s.OK, s.Findings, s.Notes = r.OK, codes(r), notes(r.Notes)
	data, err := json.Marshal(s)
	require.NoError(t, err)
	corpus.Lock()
	defer corpus.Unlock()
	if corpus.kept++; corpusFile == "" {
		return
	}
	if corpus.out == nil {
		corpus.out, err = os.Create(corpusFile)
		require.NoError(t, err)
	}
	_, err = corpus.out.Write(append(data, '\n'))
	require.NoError(t, err)
}

// sampled keeps one in some of the thousands of bundles that the tests of tampering
// make, the same ones every time. It says whether a corpus is written down: then that is
// all that is done with them.
func sampled(t testing.TB, what string, data []byte) bool {
	const one = 24
	if h := sha256.Sum256([]byte(what)); corpusFile != "" && h[0]%one == 0 {
		keep(t, specimen{Name: what, Zip: data}, Options{})
	}
	return corpusFile != ""
}

// Everything that is tried here one by one, as a corpus. Tests that make many bundles
// add theirs when it is written down: see sampled.
func TestTheCorpusHoldsEveryAttack(t *testing.T) {
	for _, lie := range lies {
		w := small(t)
		lie.tell(w)
		keep(t, specimen{Name: lie.name, Zip: w.export(yearEnd), Root: string(w.root())}, Options{})
	}
	w := nine(t)
	data := w.export(yearEnd)
	keep(t, specimen{Name: "good", Zip: data, Root: string(w.root())}, Options{})
	for _, x := range forgeries {
		files := unpackOf(t, data)
		x.forge(w, files)
		keep(t, specimen{Name: x.name, Zip: packOf(t, files), Root: string(w.root())}, Options{})
	}
	frozen, err := os.ReadFile(filepath.Join("testdata", "small-trail.zip"))
	require.NoError(t, err)
	keep(t, specimen{Name: "the frozen one", Zip: frozen, Policy: policyText(t, "group G 1 W1 W2\nquorum G", "W1", "W2")}, Options{})
	keepCharters(t)
	keepContainers(t)
	keepSealed(t)
	keepReceipts(t)
	keepCertified(t)
	assert.Greater(t, corpus.kept, 120)
}

// keepCharters: false ones, and a campaign made up whole.
func keepCharters(t *testing.T) {
	for name, tell := range map[string]func(w *world){
		"a charter by a stranger": func(w *world) { w.sign(key(t, "stranger"), "root", ledger.HQ, "", w.charter()) },
		"a charter too late": func(w *world) {
			w.say("root", ledger.HQ, "", &ledger.MeetingHeld{Tier: ledger.TierMonthly, On: "2024-01-02", Attended: []ledger.UnitID{fgw}, Agenda: []ledger.Line{"开局"}})
			w.say("root", ledger.HQ, "", w.charter())
		},
		"one key for root and ledger": func(w *world) {
			w.keys["ledger"] = w.keys["root"]
			w.say("root", ledger.HQ, "", w.charter())
		},
	} {
		w := newWorld(t, ledger.ClockRecorded)
		w.on("2024-01-02")
		tell(w)
		w.enrol("root", "units/fgw", "市发展改革委")
		keep(t, specimen{Name: name, Zip: w.export(yearEnd)}, Options{})
	}
	real := small(t).root()
	w := newWorld(t, ledger.ClockRecorded)
	w.keys["root"], w.keys["ledger"] = key(t, "another root"), key(t, "another ledger")
	w.open()
	data := w.export(yearEnd)
	keep(t, specimen{Name: "another campaign", Zip: data}, Options{})
	keep(t, specimen{Name: "another root key", Zip: data, Root: string(real), LedgerKey: string(key(t, "ledger").Public().ID())}, Options{})
	w = newWorld(t, ledger.ClockDeclared)
	w.open()
	w.year(3)
	w.say(office, fgw, "", &ledger.UnitRenamed{Party: "units/fgw", Name: "市发展和改革委员会", From: "2024-02-01", Reason: "机构改革"})
	keep(t, specimen{Name: "declared", Zip: w.export(yearEnd), Root: string(w.root())}, Options{})
	w = small(t)
	files := unpackOf(t, w.export(yearEnd))
	change(w, files, func(m *Manifest) { m.Format = "ducha-trail/1" })
	keep(t, specimen{Name: "an older format", Zip: packOf(t, files)}, Options{})
}

func keepContainers(t *testing.T) {
	data := small(t).export(yearEnd)
	for _, x := range badContainers(t, data) {
		if len(x.data) <= MaxSize { // what is larger is no use to anybody
			keep(t, specimen{Name: "container: " + x.name, Zip: x.data}, Options{})
		}
	}
	for i := 0; i < len(data); i += len(data)/16 + 1 {
		forged := bytes.Clone(data)
		forged[i] ^= 0xff
		keep(t, specimen{Name: fmt.Sprintf("byte %d of the container", i), Zip: forged}, Options{})
		keep(t, specimen{Name: fmt.Sprintf("the first %d bytes of the container", i), Zip: data[:i]}, Options{})
	}
}

// keepSealed: checkpoints with witnesses, papers, and records that came in between.
func keepSealed(t *testing.T) {
	w := small(t)
	data := w.export(yearEnd)
	two := policyText(t, "group G 2 W1 W2 W3\nquorum G", "W1", "W2", "W3")
	keep(t, specimen{Name: "witnessed", Zip: cosigned(t, data, "W1", "W3", "W4"), Policy: two}, Options{})
	keep(t, specimen{Name: "witnessed by too few", Zip: cosigned(t, data, "W1", "W4"), Policy: two}, Options{})
	keep(t, specimen{Name: "not witnessed", Zip: data, Policy: two}, Options{})
	files := unpackOf(t, data)
	line, err := cosigner(t, "W1").Cosign(logOf(t, w.records[:5]).checkpoint(w.keys["ledger"]), yearEnd)
	require.NoError(t, err)
	files[checkpointName], err = proof.AddSignatures(files[checkpointName], line)
	require.NoError(t, err)
	keep(t, specimen{Name: "a witness's signature of another checkpoint", Zip: packOf(t, files), Policy: two}, Options{})
	other, err := proof.VerifierKey("ducha/ja2023/other", key(t, "stranger").Public())
	require.NoError(t, err)
	keep(t, specimen{Name: "a policy of another log", Zip: data, Policy: "log " + other + "\nquorum none\n"}, Options{})

	own, context, last, err := Select(w.all(), fgw)
	require.NoError(t, err)
	b, body, err := Draft(Input{Campaign: campaign, Unit: fgw, At: yearEnd, Sequence: last, Records: own, Context: context, Papers: map[string][]byte{ReportName: []byte("<p>报告</p>")}})
	require.NoError(t, err)
	w.say("units/fgw", fgw, w.fgwTask, logged)
	w.say("root", ggb, "", &ledger.KeyRevoked{Key: ledger.Digest(w.keys["units/zfj"].Public().ID()), Reason: "遗失"})
	w.say("ledger", fgw, "", &body)
	require.NoError(t, w.attest(b))
	data = w.write(b)
	keep(t, specimen{Name: "papers, and records since", Zip: data, Root: string(w.root())}, Options{})
	files = unpackOf(t, data)
	since := recordsOf(t, files[sinceName])
	for i := range since {
		as := with(files, sinceName, lines(slices.Delete(slices.Clone(since), i, i+1)))
		keep(t, specimen{Name: fmt.Sprintf("record %d since left out", i), Zip: packOf(t, as)}, Options{})
	}
}

func keepReceipts(t *testing.T) {
	w := small(t)
	data := w.export(yearEnd)
	own := recordsOf(t, unpackOf(t, data)[recordsName])
	with := func(name string, list ...proof.SealedReceipt) {
		keep(t, specimen{Name: "receipt: " + name, Zip: data}, Options{Receipts: list})
	}
	good := w.receipt(own[0])
	with("good", good, w.receipt(own[3]), w.receipt(w.records[len(w.records)-1]))
	differs := own[2]
	differs.Recorded = differs.Recorded.Add(time.Millisecond)
	with("differs", w.receipt(differs))
	forged := good
	forged.SignedReceipt, _ = forged.Receipt.Sign(nil, w.keys[office])
	with("by another key", forged)
	said := good
	said.Sequence++
	with("its fields changed", said)
	foreign := good
	foreign.Receipt.Campaign = "jx2024"
	foreign.SignedReceipt, _ = foreign.Receipt.Sign(nil, w.keys["ledger"])
	with("of another campaign", foreign)
	for _, n := range []int{2, 0} {
		altered := slices.Clone(w.records[:len(w.records)-n])
		altered[7].Recorded = altered[7].Recorded.Add(time.Millisecond)
		for name, records := range map[string][]ledger.Record{"forked": altered, "sealed": w.records[:len(altered)]} {
			l := logOf(t, records)
			hashes, err := tlog.ProveRecord(int64(l.size), int64(own[0].Sequence-1), l)
			require.NoError(t, err)
			with(fmt.Sprintf("%s in a log of %d", name, l.size), good.Seal(own[0].Envelope, proof.Inclusion{Index: own[0].Sequence - 1, Hashes: hashes, Checkpoint: l.checkpoint(w.keys["ledger"])}))
		}
	}
	w.say("units/fgw", fgw, w.fgwTask, logged)
	later := w.records[len(w.records)-1]
	with("later", w.receipt(later))
	lied := later
	lied.Sequence -= 3
	with("with another's number", w.receipt(lied))
	lied.Sequence, lied.Recorded, lied.TrailVersion = w.last()+5, own[0].Recorded, 500
	with("against time", w.receipt(lied))
}

func keepCertified(t *testing.T) {
	w := small(t)
	k := key(t, "sm2/certified")
	c, authority := issue(t, k, "2024-01-01", "2024-12-31")
	_, other := issue(t, k, "2024-01-01", "2024-12-31")
	w.certified(k, c)
	w.sign(k, "units/fgw", fgw, "T01", logged)
	w.found(k, ledger.CertificateGood, ledger.DateOf(w.now))
	w.sign(k, "units/fgw", fgw, "T01", logged)
	w.found(k, ledger.CertificateRevoked, ledger.DateOf(w.now))
	data := w.export(yearEnd)
	keep(t, specimen{Name: "certified", Zip: data, Root: string(w.root())}, Options{})
	keep(t, specimen{Name: "certified by a trusted authority", Zip: data, Authorities: authority}, Options{})
	keep(t, specimen{Name: "certified by another authority", Zip: data, Authorities: other}, Options{})
}
