package stream

import (
	"context"
	"fmt"
	"testing"
	"time"

	"ducha/ledger"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
)

func TestAStreamIsCreatedOnce(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		_, err := Open(t.Context(), s.connect(t), campaign)
		refusedWith(t, err, ledger.Damaged, "stream.missing")
		s.create(t, Config{})
		_, err = Create(t.Context(), s.admin(t), Config{Campaign: campaign, Replicas: s.replicas})
		refusedWith(t, err, ledger.Refused, "stream.exists")
		st, err := Open(t.Context(), s.connect(t), campaign)
		require.NoError(t, err)
		require.Equal(t, campaign, st.Campaign())
		last, err := st.Last(t.Context())
		require.NoError(t, err)
		require.Zero(t, last)
	})
}

// alterations are what somebody with all rights can do to a stream's
// configuration. The server lets most of them pass.
var alterations = map[string]struct {
	change  func(*jetstream.StreamConfig)
	refused bool // by the server
}{
	"subjects":                 {change: func(c *jetstream.StreamConfig) { c.Subjects = append(c.Subjects, "more."+c.Name) }},
	"retention":                {change: func(c *jetstream.StreamConfig) { c.Retention = jetstream.InterestPolicy }},
	"discard":                  {change: func(c *jetstream.StreamConfig) { c.Discard = jetstream.DiscardOld }},
	"discard new per subject":  {change: func(c *jetstream.StreamConfig) { c.DiscardNewPerSubject, c.MaxMsgsPerSubject = true, 5 }},
	"max messages":             {change: func(c *jetstream.StreamConfig) { c.MaxMsgs = 5 }},
	"max messages per subject": {change: func(c *jetstream.StreamConfig) { c.MaxMsgsPerSubject = 5 }},
	"max age":                  {change: func(c *jetstream.StreamConfig) { c.MaxAge = time.Hour }},
	"max message size":         {change: func(c *jetstream.StreamConfig) { c.MaxMsgSize = 100 }},
	"allow message TTL":        {change: func(c *jetstream.StreamConfig) { c.AllowMsgTTL = true }},
	"allow direct":             {change: func(c *jetstream.StreamConfig) { c.AllowDirect = true }},
	"no atomic publish":        {change: func(c *jetstream.StreamConfig) { c.AllowAtomicPublish = false }},
	"no ack":                   {change: func(c *jetstream.StreamConfig) { c.NoAck, c.AllowAtomicPublish = true, false }},
	"sealed":                   {change: func(c *jetstream.StreamConfig) { c.Sealed = true }},
	"compression":              {change: func(c *jetstream.StreamConfig) { c.Compression = jetstream.S2Compression }},
	"subject transform": {change: func(c *jetstream.StreamConfig) {
		c.SubjectTransform = &jetstream.SubjectTransformConfig{Source: c.Subjects[0], Destination: "x." + c.Name + ".>"}
	}},
	"republish": {change: func(c *jetstream.StreamConfig) {
		c.RePublish = &jetstream.RePublish{Source: ">", Destination: "copy." + c.Name + ".>"}
	}},
	"consumer limits":         {change: func(c *jetstream.StreamConfig) { c.ConsumerLimits.InactiveThreshold = time.Millisecond }},
	"bounded":                 {change: func(c *jetstream.StreamConfig) { c.MaxBytes = -1 }},
	"sources":                 {change: func(c *jetstream.StreamConfig) { c.Sources = []*jetstream.StreamSource{{Name: "OTHER"}} }},
	"deny delete":             {refused: true, change: func(c *jetstream.StreamConfig) { c.DenyDelete = false }},
	"deny purge":              {refused: true, change: func(c *jetstream.StreamConfig) { c.DenyPurge = false }},
	"allow rollup":            {refused: true, change: func(c *jetstream.StreamConfig) { c.AllowRollup = true }},
	"storage":                 {refused: true, change: func(c *jetstream.StreamConfig) { c.Storage = jetstream.MemoryStorage }},
	"max consumers":           {change: func(c *jetstream.StreamConfig) { c.MaxConsumers = 1 }},
	"first sequence":          {change: func(c *jetstream.StreamConfig) { c.FirstSeq = 7 }},
	"allow message schedules": {refused: true, change: func(c *jetstream.StreamConfig) { c.AllowMsgSchedules = true }},
	"allow message counter":   {refused: true, change: func(c *jetstream.StreamConfig) { c.AllowMsgCounter = true }},
	"persist mode":            {refused: true, change: func(c *jetstream.StreamConfig) { c.PersistMode = jetstream.AsyncPersistMode }},
	"subject delete markers":  {refused: true, change: func(c *jetstream.StreamConfig) { c.SubjectDeleteMarkerTTL = time.Hour }},
	"mirror of another":       {refused: true, change: func(c *jetstream.StreamConfig) { c.Mirror, c.Subjects = &jetstream.StreamSource{Name: "OTHER"}, nil }},
}

func TestAnAlteredStreamIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store) {
		nc := s.admin(t)
		js, err := jetstream.New(nc)
		require.NoError(t, err)
		n := 0
		for name, a := range alterations {
			n++
			of := ledger.LocalID(fmt.Sprintf("c%d", n))
			t.Run(name, func(t *testing.T) {
				s.createAs(t, nc, Config{Campaign: of, Replicas: s.replicas, MaxBytes: 1 << 20})
				cfg := Config{Campaign: of, Replicas: s.replicas, MaxBytes: 1 << 20}.stream()
				a.change(&cfg)
				if a.refused {
					_, err = js.UpdateStream(t.Context(), cfg)
					require.Error(t, err)
					s.settled(t, func(ctx context.Context) error {
						_, err := Open(ctx, nc, of)
						return err
					})
					return
				}
				s.settled(t, func(ctx context.Context) error {
					_, err := js.UpdateStream(ctx, cfg)
					return err
				})
				_, err = Open(t.Context(), nc, of)
				refusedWith(t, err, ledger.Damaged, "stream.config")
			})
		}
	})
}

func TestAStreamMadeByHandIsRefused(t *testing.T) {
	s := one(t)
	n := 0
	for name, change := range map[string]func(*jetstream.StreamConfig){
		"in memory":  func(c *jetstream.StreamConfig) { c.Storage = jetstream.MemoryStorage },
		"deletes":    func(c *jetstream.StreamConfig) { c.DenyDelete = false },
		"purges":     func(c *jetstream.StreamConfig) { c.DenyPurge = false },
		"rolls up":   func(c *jetstream.StreamConfig) { c.DenyPurge, c.AllowRollup = false, true },
		"not from 1": func(c *jetstream.StreamConfig) { c.FirstSeq = 7 },
		"acks before": func(c *jetstream.StreamConfig) {
			c.PersistMode, c.AllowAtomicPublish = jetstream.AsyncPersistMode, false
		},
		"mirrors": func(c *jetstream.StreamConfig) {
			c.Mirror, c.Subjects, c.AllowAtomicPublish = &jetstream.StreamSource{Name: "OTHER"}, nil, false
		},
		"counts":            func(c *jetstream.StreamConfig) { c.AllowMsgCounter, c.Discard = true, jetstream.DiscardOld },
		"of few consumers":  func(c *jetstream.StreamConfig) { c.MaxConsumers = 1 },
		"of other subjects": func(c *jetstream.StreamConfig) { c.Subjects = []string{"x.>"} },
	} {
		n++
		t.Run(name, func(t *testing.T) {
			of := ledger.LocalID(fmt.Sprintf("h%d", n))
			s.byHand(t, of, change)
			_, err := Open(t.Context(), s.admin(t), of)
			refusedWith(t, err, ledger.Damaged, "stream.config")
		})
	}
}

// Records are lost in ways that the state of the stream shows.
func TestAStreamThatLostRecordsIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store) {
		for name, c := range map[string]struct {
			lose func(t *testing.T, st jetstream.Stream)
			rule string
		}{
			"one in the middle": {func(t *testing.T, st jetstream.Stream) { require.NoError(t, st.DeleteMsg(t.Context(), 3)) }, "stream.deleted"},
			"the first":         {func(t *testing.T, st jetstream.Stream) { require.NoError(t, st.DeleteMsg(t.Context(), 1)) }, "stream.first"},
			"the beginning": {func(t *testing.T, st jetstream.Stream) {
				require.NoError(t, st.Purge(t.Context(), jetstream.WithPurgeSequence(3)))
			}, "stream.first"},
			"all":      {func(t *testing.T, st jetstream.Stream) { require.NoError(t, st.Purge(t.Context())) }, "stream.first"},
			"the last": {func(t *testing.T, st jetstream.Stream) { require.NoError(t, st.DeleteMsg(t.Context(), 5)) }, "stream."},
		} {
			t.Run(name, func(t *testing.T) {
				st, open := loose(t, s, 5)
				c.lose(t, st)
				protect(t, s)
				_, err := Open(t.Context(), s.connect(t), campaign)
				require.Equal(t, ledger.Damaged, ledger.ClassOf(err), "%v", err)
				require.ErrorContains(t, err, c.rule)
				_, err = open.Last(t.Context())
				require.Equal(t, ledger.Damaged, ledger.ClassOf(err), "one that is open finds it too")
				js, err := jetstream.New(s.admin(t))
				require.NoError(t, err)
				require.NoError(t, js.DeleteStream(t.Context(), ledger.StreamName(campaign)))
			})
		}
	})
}

// loose is a ledger of n records whose stream lets one delete and purge. It is
// open, as though it had been guarded.
func loose(t *testing.T, s *store, n int) (jetstream.Stream, *Stream) {
	t.Helper()
	js := s.byHand(t, campaign, func(c *jetstream.StreamConfig) { c.DenyDelete, c.DenyPurge = false, false })
	st, err := js.Stream(t.Context(), ledger.StreamName(campaign))
	require.NoError(t, err)
	nc := s.connect(t)
	runJS, err := jetstream.New(nc)
	require.NoError(t, err)
	run, err := runJS.Stream(t.Context(), ledger.StreamName(campaign))
	require.NoError(t, err)
	open := &Stream{nc: nc, js: runJS, st: run, name: ledger.StreamName(campaign), campaign: campaign, patience: patience}
	w, err := NewWriter(t.Context(), open, &ledger.Chain{}, newIndex(), WriterOptions{Clock: time.Now})
	require.NoError(t, err)
	appendAll(t, w, some(t, n))
	require.NoError(t, w.Close())
	return st, open
}

// protect makes the configuration of a loose stream what Create makes, as far as
// somebody who covers up a loss can.
func protect(t *testing.T, s *store) {
	t.Helper()
	js, err := jetstream.New(s.admin(t))
	require.NoError(t, err)
	cfg := Config{Campaign: campaign, Replicas: s.replicas, MaxBytes: 1 << 28}.stream()
	_, err = js.UpdateStream(t.Context(), cfg)
	require.NoError(t, err)
}
