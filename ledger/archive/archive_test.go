package archive

import (
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const campaign ledger.LocalID = "ja2023"

// start is when the first record of tests was recorded.
var start = time.Date(2024, 3, 5, 1, 12, 0, 0, time.UTC)

func keyOf(name string) seal.PrivateKey {
	k, err := seal.NewKey(seal.Ed25519, sha256.Sum256([]byte(name)))
	if err != nil {
		panic(err)
	}
	return k
}

// said is a signed statement of a unit on a task.
func said(unit, task, summary string) (ledger.Statement, []byte) {
	id := uuid.NewSHA1(uuid.Nil, []byte(unit+task+summary))
	id[6] = id[6]&0x0f | 0x40
	s := ledger.Statement{ID: id, Kind: "progress.reported.v1", Campaign: campaign, Source: ledger.PartyID("units/" + unit),
		Unit: ledger.UnitID(unit), Task: ledger.TaskID(task), Time: start,
		Body: &ledger.ProgressReported{Period: "2024-03", Percent: 12, Summary: ledger.Text(summary)}}
	env, err := seal.Seal(nil, keyOf(unit), seal.PayloadTypeStatement, s.Encode())
	if err != nil {
		panic(err)
	}
	return s, env.Encode()
}

// maker makes records of a ledger one after the other. One statement is recorded
// over and over: what counts here is the record.
type maker struct {
	chain      ledger.Chain
	statements []ledger.Statement
	envelopes  [][]byte
}

func newMaker(summary string) *maker {
	m := &maker{}
	for i := range 12 {
		s, e := said(fmt.Sprintf("u%02d", i%7), fmt.Sprintf("T%02d", i), summary)
		m.statements, m.envelopes = append(m.statements, s), append(m.envelopes, e)
	}
	return m
}

func (m *maker) next() ledger.Record {
	n := m.chain.Sequence()
	i := n % uint64(len(m.statements))
	r, err := m.chain.Extend(m.statements[i], m.envelopes[i], start.Add(time.Duration(n)*time.Millisecond))
	if err != nil {
		panic(err)
	}
	return r
}

// made is the records that tests share.
var made struct {
	sync.Mutex
	*maker
	records []ledger.Record
}

// records are the first n records of the ledger of all tests.
func records(n int) []ledger.Record {
	made.Lock()
	defer made.Unlock()
	if made.maker == nil {
		made.maker = newMaker("完成平台一期建设,组织业务培训三场,协调解决数据共享问题两项。")
	}
	for len(made.records) < n {
		made.records = append(made.records, made.next())
	}
	return made.records[:n]
}

func each(list []ledger.Record) iter.Seq2[ledger.Record, error] {
	return func(yield func(ledger.Record, error) bool) {
		for _, r := range list {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func optionsIn(dir string) Options {
	return Options{Dir: filepath.Join(dir, "archive"), State: filepath.Join(dir, "archive.state"), Key: keyOf("ledger"), Campaign: campaign,
		Clock: func() time.Time { return start }}
}

func verifier() note.Verifier {
	key := keyOf("ledger").Public()
	v, err := proof.LogVerifier(proof.Origin(campaign, key), key)
	if err != nil {
		panic(err)
	}
	return v
}

func open(t testing.TB, o Options) *Log {
	t.Helper()
	l, err := Open(o)
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return l
}

func addAll(t testing.TB, l *Log, list []ledger.Record) {
	t.Helper()
	for _, r := range list {
		require.NoError(t, l.Add(r))
	}
}

// sealedLog is a log of n records, sealed at these sizes and at the end.
func sealedLog(t testing.TB, n int, sizes ...int) (*Log, Options) {
	t.Helper()
	o := optionsIn(t.TempDir())
	l := open(t, o)
	at := 0
	for _, size := range append(sizes, n) {
		addAll(t, l, records(n)[at:size])
		require.NoError(t, l.Seal(t.Context()))
		at = size
	}
	return l, o
}

// oracle is a log in memory, as x/mod keeps it.
type oracle struct {
	stored []tlog.Hash
	size   int64
}

func (o *oracle) ReadHashes(indexes []int64) (out []tlog.Hash, err error) {
	for _, i := range indexes {
		out = append(out, o.stored[i])
	}
	return out, nil
}

func (o *oracle) add(r ledger.Record) {
	h, err := tlog.StoredHashes(o.size, r.Encode(), o)
	if err != nil {
		panic(err)
	}
	o.stored, o.size = append(o.stored, h...), o.size+1
}

func (o *oracle) root() tlog.Hash {
	h, err := tlog.TreeHash(o.size, o)
	if err != nil {
		panic(err)
	}
	return h
}

func TestSealAndRead(t *testing.T) {
	ctx := context.Background()
	l, o := sealedLog(t, 70_000, 1, 300)
	list := records(70_000)
	c, signed, err := l.Reader().Checkpoint(ctx)
	require.NoError(t, err)
	require.Equal(t, l.Published(), c)
	var want oracle
	for _, r := range list {
		want.add(r)
	}
	require.Equal(t, want.root(), c.Root)
	for _, after := range []uint64{0, 1, 255, 256, 69_999, 70_000} {
		n := after
		for r, err := range l.Reader().Records(ctx, c, after) {
			require.NoError(t, err)
			require.Equal(t, list[n].Head, r.Head)
			n++
		}
		require.EqualValues(t, 70_000, n)
	}
	p, err := l.Reader().Prove(ctx, 777)
	require.NoError(t, err)
	require.Equal(t, signed, p.Checkpoint)
	_, err = p.Verify(list[776].Encode(), verifier())
	require.NoError(t, err)

	require.NoError(t, l.Close())
	again := open(t, o)
	require.EqualValues(t, 70_000, again.Size())
	require.Equal(t, c, again.Published())
}

func ctx() context.Context { return context.Background() }
