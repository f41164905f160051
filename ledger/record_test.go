package ledger_test

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden holds text against a file of testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), text, "the format is frozen; run with -update only to add to it")
}

// testKey is a key for tests, the same one for a name every time.
func testKey(t testing.TB, alg seal.Algorithm, name string) seal.PrivateKey {
	t.Helper()
	key, err := seal.NewKey(alg, sha256.Sum256([]byte(name)))
	require.NoError(t, err)
	return key
}

// sealed is the envelope of a statement, signed with an Ed25519 key.
func sealed(t testing.TB, s ledger.Statement) []byte {
	t.Helper()
	env, err := seal.Seal(nil, testKey(t, seal.Ed25519, string(s.Source)), seal.PayloadTypeStatement, s.Encode())
	require.NoError(t, err)
	return env.Encode()
}

func parsed(t testing.TB, k ledger.Kind) ledger.Statement {
	t.Helper()
	s, err := ledger.Parse(example(t, k))
	require.NoError(t, err)
	return s
}

// chainOf records examples one after the other.
func chainOf(t testing.TB, kinds ...ledger.Kind) []ledger.Record {
	t.Helper()
	var c ledger.Chain
	var records []ledger.Record
	now := time.Date(2024, 3, 5, 1, 12, 0, 123_456_789, time.UTC)
	for i, k := range kinds {
		s := parsed(t, k)
		r, err := c.Next(s, sealed(t, s), now.Add(time.Duration(i)*time.Second))
		require.NoError(t, err)
		require.NoError(t, c.Add(r))
		records = append(records, r)
	}
	return records
}

// The bytes of records, their digests and the heads that they lead to never
// change: every trail ever exported stands on them.
func TestRecordsAreFrozen(t *testing.T) {
	var b strings.Builder
	for _, r := range chainOf(t, "task.assigned.v1", "progress.reported.v1", "meeting.held.v1") {
		fmt.Fprintf(&b, "record %s\ndigest %s\nhead   %s\n\n", r.Encode(), r.Digest(), r.Head)
	}
	golden(t, "chain.golden", b.String())
}

// The chain's rule in other words than the code's: hex, strings and SHA-256.
func TestHeadsByHand(t *testing.T) {
	head := make([]byte, 32)
	for _, r := range chainOf(t, "task.assigned.v1", "progress.reported.v1", "task.amended.v1") {
		without := strings.Replace(string(r.Encode()), `"head":"`+r.Head.String()+`",`, "", 1)
		digest := sha256.Sum256([]byte(without))
		assert.Equal(t, hex.EncodeToString(digest[:]), r.Digest().String())
		next := sha256.Sum256(append(head, digest[:]...))
		assert.Equal(t, hex.EncodeToString(next[:]), r.Head.String())
		head = next[:]
	}
}

func drawRecord(t *rapid.T) ledger.Record {
	id := rapid.StringMatching(`[A-Za-z0-9][A-Za-z0-9-]{0,39}`)
	number := rapid.Uint64Range(0, 1<<53)
	r := ledger.Record{
		Sequence: number.Draw(t, "sequence"), TaskVersion: number.Draw(t, "task version"), TrailVersion: number.Draw(t, "trail version"),
		Recorded: time.UnixMilli(rapid.Int64Range(946684800000, 4102444800000).Draw(t, "recorded")).UTC(),
		Place: ledger.Place{Campaign: ledger.LocalID(id.Draw(t, "campaign")), Unit: ledger.UnitID(id.Draw(t, "unit")),
			Task: ledger.TaskID(rapid.OneOf(rapid.Just(""), id).Draw(t, "task")), Family: ledger.Progress},
		Envelope: []byte(rapid.OneOf(rapid.String(), rapid.Just("\x00\x01\x1f\x7f\b\f\n\r\t\"\\/<>&\u2028\u2029\ufffd😀")).Draw(t, "envelope")),
	}
	copy(r.Head[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "head"))
	return r
}

func TestRecordEncodesCanonically(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecord(t)
		got := r.Encode()
		want := jsontext.Value(got).Clone()
		require.NoError(t, want.Canonicalize())
		assert.Equal(t, string(want), string(got), "RFC 8785")

		again, err := ledger.ParseRecord(got)
		require.NoError(t, err)
		assert.Equal(t, r, again)
	})
}

func TestParseRecordTakesTheCanonicalFormOnly(t *testing.T) {
	good := string(chainOf(t, "progress.reported.v1")[0].Encode())
	_, err := ledger.ParseRecord([]byte(good))
	require.NoError(t, err)
	for name, edit := range map[string][2]string{
		"space":                    {`{"envelope"`, `{ "envelope"`},
		"space at the end":         {`"v":1}`, `"v":1} `},
		"other escape":             {`progress","task_version"`, `progr\u0065ss","task_version"`},
		"number written otherwise": {`"sequence":1,`, `"sequence":1.0,`},
		"other order":              {`"task_version":1,"trail_version":1,"v":1}`, `"trail_version":1,"task_version":1,"v":1}`},
		"member more":              {`"v":1}`, `"v":1,"w":1}`},
		"member less":              {`"task_version":1,`, ``},
		"name twice":               {`"v":1}`, `"v":1,"v":1}`},
		"another version":          {`"v":1}`, `"v":2}`},
		"no head":                  {`"head":"`, `"heads":"`},
		"recorded in microseconds": {`.123Z`, `.123456Z`},
		"recorded with an offset":  {`01:12:00.123Z`, `09:12:00.123+08:00`},
		"no campaign":              {`ledger.ja2023.`, `ledger.`},
		"wildcard":                 {`.T01.`, `.*.`},
		"empty token":              {`.T01.`, `..`},
		"past what a double holds": {`"sequence":1,`, `"sequence":9007199254740993,`},
		"head in upper case":       {`"head":"`, `"head":"A`},
		"cut off":                  {`,"v":1}`, ``},
	} {
		require.Equal(t, 1, strings.Count(good, edit[0]), name)
		_, err := ledger.ParseRecord([]byte(strings.Replace(good, edit[0], edit[1], 1)))
		assert.Error(t, err, name)
	}
}

func TestPlace(t *testing.T) {
	for subject, place := range map[string]ledger.Place{
		"ledger.ja2023.fgw.T01.progress": {Campaign: "ja2023", Unit: "fgw", Task: "T01", Family: ledger.Progress},
		"ledger.ja2023.hq._.registry":    {Campaign: "ja2023", Unit: "hq", Family: ledger.Registry},
	} {
		assert.Equal(t, subject, place.String())
		got, err := ledger.ParsePlace(subject)
		require.NoError(t, err)
		assert.Equal(t, place, got)
	}
	for _, bad := range []string{"", "ledger", "ledger.a.b.c", "ledger.a.b.c.d.e", "Ledger.a.b.c.d", "ledger.a.>.c.d", "ledger.a.b.c. d", "ledger._.b.c.d"} {
		_, err := ledger.ParsePlace(bad)
		assert.Error(t, err, bad)
	}
}

func TestRecordedTime(t *testing.T) {
	at := time.Date(2024, 3, 5, 17, 12, 0, 5_999_999, ledger.Shanghai)
	assert.Equal(t, "2024-03-05T09:12:00.005Z", ledger.FormatRecorded(at))
	got, err := ledger.ParseRecorded("2024-03-05T09:12:00.005Z")
	require.NoError(t, err)
	assert.Equal(t, at.Truncate(time.Millisecond).UTC(), got)
	for _, bad := range []string{"", "2024-03-05T09:12:00Z", "2024-03-05T09:12:00.0050Z", "2024-03-05T09:12:00,005Z", "2024-03-05T9:12:00.005Z", "2024-03-05T09:12:00.005+00:00"} {
		_, err := ledger.ParseRecorded(bad)
		assert.Error(t, err, bad)
	}
}

func TestHashText(t *testing.T) {
	h := ledger.Hash(sha256.Sum256([]byte("甲")))
	text, err := h.MarshalText()
	require.NoError(t, err)
	var again ledger.Hash
	require.NoError(t, again.UnmarshalText(text))
	assert.Equal(t, h, again)
	for _, bad := range []string{"", "00", strings.ToUpper(h.String()), h.String() + "0", strings.Repeat("g", 64)} {
		assert.Error(t, again.UnmarshalText([]byte(bad)), bad)
	}
}

func TestRecordRead(t *testing.T) {
	r := chainOf(t, "progress.reported.v1")[0]
	e, err := r.Read()
	require.NoError(t, err)
	assert.Equal(t, parsed(t, "progress.reported.v1"), e.Statement)
	assert.Equal(t, r, e.Record)
	assert.Equal(t, testKey(t, seal.Ed25519, "units/fgw").Public().ID(), e.Signer)

	// A statement on a trail that it does not belong on would be missing from its own.
	for name, move := range map[string]func(*ledger.Record){
		"another unit":     func(r *ledger.Record) { r.Place.Unit = "hq" },
		"another task":     func(r *ledger.Record) { r.Place.Task = "T02" },
		"no task":          func(r *ledger.Record) { r.Place.Task = "" },
		"another campaign": func(r *ledger.Record) { r.Place.Campaign = "ja2024" },
		"another family":   func(r *ledger.Record) { r.Place.Family = ledger.Audit },
		"no envelope":      func(r *ledger.Record) { r.Envelope = []byte("{}") },
	} {
		moved := r
		move(&moved)
		_, err := moved.Read()
		assert.Error(t, err, name)
	}
}

// A family that this version does not know, of a kind that it does not know, is
// the later version's to say.
func TestRecordOfALaterVersion(t *testing.T) {
	e := parseObject(t, example(t, "progress.reported.v1"))
	e["type"] = "budget.moved.v1"
	s, err := ledger.Read(encode(t, e))
	require.NoError(t, err)
	var c ledger.Chain
	r, err := c.Next(s, sealed(t, s), time.Now())
	require.NoError(t, err)
	assert.Equal(t, ledger.Other, r.Place.Family)
	r.Place.Family = "budget"
	read, err := r.Read()
	require.NoError(t, err)
	assert.IsType(t, &ledger.Unknowable{}, read.Body)
}
