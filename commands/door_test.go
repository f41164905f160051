package commands_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ducha/commands"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/ledger/stream"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// memory is a ledger that keeps its records in memory and admits with a real
// decider: enough to hold the door's own rules. What a real stream adds is
// tested with a real stream.
type memory struct {
	t       *testing.T
	decider *commands.Decider
	chain   ledger.Chain
	records []ledger.Record
	more    chan ledger.Record
	now     time.Time
	fail    error // what Append and Get answer, when set
}

func (m *memory) Append(_ context.Context, d stream.Draft) (ledger.Record, error) {
	if m.fail != nil {
		return ledger.Record{}, m.fail
	}
	r, err := m.chain.Next(d.Statement, d.Envelope, m.now)
	if err != nil {
		return r, err
	}
	if err := m.decider.Admit(d, r.Recorded); err != nil {
		return ledger.Record{}, err
	}
	m.add(r)
	return r, nil
}

func (m *memory) AppendAll(ctx context.Context, drafts []stream.Draft) (list []ledger.Record, err error) {
	for _, d := range drafts {
		r, err := m.Append(ctx, d)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

func (m *memory) add(r ledger.Record) {
	require.NoError(m.t, m.chain.Add(r))
	e, err := r.Read()
	require.NoError(m.t, err)
	m.decider.Apply(e)
	m.records = append(m.records, r)
	m.more <- r
}

func (m *memory) Get(_ context.Context, sequence uint64) (ledger.Record, error) {
	if m.fail != nil {
		return ledger.Record{}, m.fail
	}
	return m.records[sequence-1], nil
}

func (m *memory) follow(ctx context.Context, _ uint64) projections.Records {
	return func(yield func(ledger.Record, error) bool) {
		for {
			select {
			case r := <-m.more:
				if !yield(r, nil) {
					return
				}
			case <-ctx.Done():
				yield(ledger.Record{}, ctx.Err())
				return
			}
		}
	}
}

// newDoor is a door to the headquarters of testdata/given, two months on.
func newDoor(t *testing.T) (*commands.Door, *memory) {
	t.Helper()
	w := newWorld(t)
	w.given("headquarters")
	m := &memory{t: t, more: make(chan ledger.Record, 1000), now: when(t, "2024-03-05T09:00"),
		decider: commands.NewDecider(projections.NewFold(projections.CampaignProjection()))}
	view := projections.NewView(projections.NewFold(projections.CampaignProjection()))
	for _, r := range w.log {
		m.add(r)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- view.Run(ctx, m.follow) }()
	t.Cleanup(func() { cancel(); assert.NoError(t, <-done) })
	require.NoError(t, view.Wait(ctx, uint64(len(w.log))))
	return &commands.Door{Records: m, Writer: m, Campaign: view, Key: testKey(t, "ledger")}, m
}

func report(t testing.TB, name string, bend func(*ledger.Statement)) []byte {
	t.Helper()
	w := newWorld(t)
	s, err := ledger.Parse(w.step(`2024-03-05T09:00 units/fgw progress.reported.v1 T01@fgw {"period":"2024-03","percent":10,"summary":"三月进展。"}`).payload)
	require.NoError(t, err)
	s.ID[15] = 0x77
	if bend != nil {
		bend(&s)
	}
	return envelope(t, testKey(t, name), seal.PayloadTypeStatement, s.Encode())
}

func envelope(t testing.TB, key seal.PrivateKey, payloadType string, payload []byte) []byte {
	t.Helper()
	env, err := seal.Seal(rand.Reader, key, payloadType, payload)
	require.NoError(t, err)
	return env.Encode()
}

func TestDoorAnswersWithAReceipt(t *testing.T) {
	door, m := newDoor(t)
	receipt, replayed, err := door.Submit(t.Context(), report(t, "units/fgw", nil))
	require.NoError(t, err)
	assert.False(t, replayed)
	require.NoError(t, receipt.Verify(testKey(t, "ledger").Public()))
	assert.Equal(t, uint64(len(m.records)), receipt.Sequence)
	assert.Equal(t, ledger.UnitID("fgw"), receipt.Unit)
	assert.Equal(t, m.records[len(m.records)-1].Head, receipt.Head)
	assert.Equal(t, report(t, "units/fgw", nil), m.records[len(m.records)-1].Envelope, "the bytes signed are the bytes stored")
}

// Design 4: the same id again, at any later time, stores nothing and returns the
// first receipt; the same id with other bytes is refused.
func TestDoorAnswersTheSameIDWithTheFirstReceipt(t *testing.T) {
	door, m := newDoor(t)
	first, _, err := door.Submit(t.Context(), report(t, "units/fgw", nil))
	require.NoError(t, err)
	n := len(m.records)
	m.now = m.now.AddDate(1, 0, 0)

	again, replayed, err := door.Submit(t.Context(), report(t, "units/fgw", nil))
	require.NoError(t, err, "before the view has seen it, or after")
	assert.True(t, replayed)
	assert.Equal(t, first, again)
	require.NoError(t, door.Campaign.Wait(t.Context(), uint64(n)))
	again, replayed, err = door.Submit(t.Context(), report(t, "units/fgw", nil))
	require.NoError(t, err)
	assert.True(t, replayed)
	assert.Equal(t, first, again)

	// What was said counts, not how the JSON around it is spaced.
	spaced := bytes.Replace(report(t, "units/fgw", nil), []byte(`{"payload"`), []byte(`{ "payload"`), 1)
	_, replayed, err = door.Submit(t.Context(), spaced)
	require.NoError(t, err)
	assert.True(t, replayed)

	for name, other := range map[string][]byte{
		"other data": report(t, "units/fgw", func(s *ledger.Statement) { s.Body.(*ledger.ProgressReported).Percent = 90 }),
		"other time": report(t, "units/fgw", func(s *ledger.Statement) { s.Time = s.Time.Add(time.Second) }),
		"other key":  report(t, "units/sfj", nil),
	} {
		_, _, err := door.Submit(t.Context(), other)
		assertRule(t, err, ledger.Refused, "statement.id")
		assert.Contains(t, fmt.Sprint(err), "with other bytes", name)
	}
	assert.Len(t, m.records, n)
}

func TestDoorRefuses(t *testing.T) {
	door, m := newDoor(t)
	n := len(m.records)
	good := report(t, "units/fgw", nil)
	payload := func() []byte {
		env, err := seal.ParseEnvelope(good)
		require.NoError(t, err)
		return env.Payload
	}()
	tampered := envelope(t, testKey(t, "units/fgw"), seal.PayloadTypeStatement, bytes.Replace(payload, []byte("10"), []byte("90"), 1))
	signed, err := seal.ParseEnvelope(good)
	require.NoError(t, err)
	forged, err := seal.ParseEnvelope(tampered)
	require.NoError(t, err)
	forged.Signature = signed.Signature

	unknown, err := seal.ParseEnvelope(report(t, "units/stranger", nil))
	require.NoError(t, err)
	for _, c := range []struct {
		name     string
		envelope []byte
		class    ledger.Class
		rule     string
	}{
		{"no envelope", payload, ledger.Malformed, "envelope.form"},
		{"too long", append(bytes.Clone(good), strings.Repeat(" ", seal.MaxEnvelope)...), ledger.TooLarge, "envelope.size"},
		{"another payload type", envelope(t, testKey(t, "units/fgw"), "text/plain", payload), ledger.Malformed, "envelope.type"},
		{"not a statement", envelope(t, testKey(t, "units/fgw"), seal.PayloadTypeStatement, []byte("{}")), ledger.Malformed, "statement.specversion"},
		{"a signature of something else", forged.Encode(), ledger.BadSeal, "envelope.signature"},
		{"a key that nobody enrolled", unknown.Encode(), ledger.Forbidden, "signer.unknown"},
		{"another unit's key", report(t, "units/sfj", nil), ledger.Forbidden, "signer.source"},
		{"a rule", report(t, "units/fgw", func(s *ledger.Statement) { s.Body.(*ledger.ProgressReported).Period = "2024-04" }), ledger.Refused, "progress.period"},
		{"more than an archive entry holds", append(bytes.TrimSuffix(good, []byte("}")), (strings.Repeat("\n", 40_000) + "}")...), ledger.TooLarge, "record.size"},
	} {
		_, _, err := door.Submit(t.Context(), c.envelope)
		require.Error(t, err, c.name)
		assertRule(t, err, c.class, c.rule)
	}
	assert.Len(t, m.records, n, "nothing was recorded")
}

// Whatever the writer says leaves the door with a class; an outcome that is not
// known is never called a failure.
func TestDoorPassesOnWhatTheWriterSays(t *testing.T) {
	for _, c := range []struct {
		err   error
		class ledger.Class
	}{
		{context.Canceled, ledger.Unknown},
		{fmt.Errorf("append: %w", context.DeadlineExceeded), ledger.Unknown},
		{&ledger.Error{Class: ledger.Unavailable, Rule: "store.full"}, ledger.Unavailable},
		{errors.New("a defect"), ledger.Internal},
	} {
		door, m := newDoor(t)
		m.fail = c.err
		_, _, err := door.Submit(t.Context(), report(t, "units/fgw", nil))
		assert.Equal(t, c.class, ledger.ClassOf(err))
		_, ok := errors.AsType[*ledger.Error](err)
		assert.True(t, ok)
	}
}

// A ledger takes its charter over the same door, signed by the root key in it.
func TestDoorTakesTheCharter(t *testing.T) {
	m := &memory{t: t, more: make(chan ledger.Record, 10), now: when(t, "2024-01-01T08:00"),
		decider: commands.NewDecider(projections.NewFold(projections.CampaignProjection()))}
	door := &commands.Door{Records: m, Writer: m, Key: testKey(t, "ledger"),
		Campaign: projections.NewView(projections.NewFold(projections.CampaignProjection()))}
	charter := func(root string) []byte {
		return newWorld(t).step(`2024-01-01T08:00 root charter.adopted.v1 campaign {"campaign":"ja2023","title":"攻坚","clock":"recorded","from":"2024-01-01","to":"2024-12-31","root_key":"` + root + `","ledger_key":"$key:ledger"}`).payload
	}
	_, _, err := door.Submit(t.Context(), envelope(t, testKey(t, "units/fgw"), seal.PayloadTypeStatement, charter("$key:root")))
	assertRule(t, err, ledger.BadSeal, "envelope.signature")
	_, _, err = door.Submit(t.Context(), envelope(t, testKey(t, "root"), seal.PayloadTypeStatement, charter("not PEM")))
	assertRule(t, err, ledger.BadSeal, "key.form")
	receipt, _, err := door.Submit(t.Context(), envelope(t, testKey(t, "root"), seal.PayloadTypeStatement, charter("$key:root")))
	require.NoError(t, err)
	assert.Equal(t, uint64(1), receipt.Sequence)
}

// Dates that people type go by a rule of their own.
func TestDateRule(t *testing.T) {
	_, err := ledger.ParseDate("2024-02-31")
	assertRule(t, err, ledger.Malformed, "date")
}

func assertRule(t *testing.T, err error, class ledger.Class, rule string) {
	t.Helper()
	e, ok := errors.AsType[*ledger.Error](err)
	if assert.True(t, ok, "%v", err) {
		exercised(t, e.Rule)
		assert.Equal(t, class, e.Class, "%v", err)
		assert.Equal(t, rule, e.Rule, "%v", err)
	}
}
