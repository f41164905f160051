package stream

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/natsd"
	"ducha/ledger/seal"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"
)

const campaign ledger.LocalID = "ja2023"

// node is one embedded server on a folder of its own.
func node(t testing.TB, cfg Config) (*natsd.Server, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "ledger")
	require.NoError(t, natsd.Init(dir, natsd.Marker{Campaign: campaign, Mode: natsd.Standalone}))
	cfg.Campaign = campaign
	admin, err := natsd.Start(t.Context(), natsd.Options{Dir: dir, Admin: true})
	require.NoError(t, err)
	nc, err := admin.ConnectAdmin()
	require.NoError(t, err)
	_, err = Create(t.Context(), nc, cfg)
	require.NoError(t, err)
	nc.Close()
	require.NoError(t, admin.Close())
	s, err := natsd.Start(t.Context(), natsd.Options{Dir: dir})
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s, dir
}

func connect(t testing.TB, s *natsd.Server) *nats.Conn {
	t.Helper()
	nc, err := s.Connect()
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	return nc
}

// index admits everything but an id that it has.
type index struct {
	mu  sync.Mutex
	ids map[ledger.Ref]uint64
}

func newIndex() *index { return &index{ids: map[ledger.Ref]uint64{}} }

func (x *index) Admit(d Draft, _ time.Time) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, ok := x.ids[d.Statement.ID]; ok {
		return ledger.Refuse("statement.id", "recorded already", "another")
	}
	return nil
}

func (x *index) Apply(e ledger.Event) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ids[e.ID] = e.Sequence
}

var key = func() seal.PrivateKey {
	k, err := seal.NewKey(seal.Ed25519, [32]byte{1})
	if err != nil {
		panic(err)
	}
	return k
}()

// sign makes a signed report of a unit on a task.
func sign(unit, task string) (Draft, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Draft{}, err
	}
	s := ledger.Statement{ID: id, Kind: "progress.reported.v1", Campaign: campaign, Source: ledger.PartyID("units/" + unit),
		Unit: ledger.UnitID(unit), Task: ledger.TaskID(task), Time: time.Date(2024, 3, 5, 9, 12, 0, 0, ledger.Shanghai),
		Body: &ledger.ProgressReported{Period: "2024-03", Percent: 12, Summary: "完成平台一期建设,组织业务培训三场,协调解决数据共享问题两项。"}}
	env, err := seal.Seal(rand.Reader, key, seal.PayloadTypeStatement, s.Encode())
	return Draft{Statement: s, Envelope: env.Encode(), Signer: key.Public().ID()}, err
}

// draft is sign for tests.
func draft(t testing.TB, unit, task string) Draft {
	t.Helper()
	d, err := sign(unit, task)
	require.NoError(t, err)
	return d
}

func some(t testing.TB, n int) []Draft {
	var list []Draft
	for i := range n {
		list = append(list, draft(t, fmt.Sprintf("u%02d", i%11), fmt.Sprintf("T%02d", i%12)))
	}
	return list
}

// open opens the stream and folds it into a chain and an index.
func open(t testing.TB, nc *nats.Conn) (*Stream, *ledger.Chain, *index) {
	t.Helper()
	s, err := Open(t.Context(), nc, campaign)
	require.NoError(t, err)
	chain, ids := &ledger.Chain{}, newIndex()
	for r, err := range Check(chain, s.Read(t.Context(), 0)) {
		require.NoError(t, err)
		e, err := r.Read()
		require.NoError(t, err)
		ids.Apply(e)
	}
	return s, chain, ids
}

func writer(t testing.TB, nc *nats.Conn, o WriterOptions) (*Writer, *Stream) {
	t.Helper()
	s, chain, ids := open(t, nc)
	if o.Clock == nil {
		o.Clock = time.Now
	}
	w, err := NewWriter(t.Context(), s, chain, ids, o)
	require.NoError(t, err)
	t.Cleanup(func() { w.Close() })
	return w, s
}

func records(t testing.TB, seq Records) []ledger.Record {
	t.Helper()
	var list []ledger.Record
	for r, err := range seq {
		require.NoError(t, err)
		list = append(list, r)
	}
	return list
}
