package stream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"ducha/ledger"

	"github.com/nats-io/nats.go/jetstream"
)

// Records is a run of records in the order of their sequence.
type Records = iter.Seq2[ledger.Record, error]

// pull is how many messages a reader has under way.
const pull = 4096

// Read gives the records after a sequence, up to the last one as of the call. It
// stops with an error of class Damaged where one is missing.
func (s *Stream) Read(ctx context.Context, after uint64) Records {
	return func(yield func(ledger.Record, error) bool) {
		last, err := s.Last(ctx)
		if err != nil {
			yield(ledger.Record{}, err)
			return
		}
		if after >= last {
			return
		}
		for r, err := range s.Follow(ctx, after) {
			if !yield(r, err) || err != nil || r.Sequence >= last {
				return
			}
		}
	}
}

// Follow gives the records after a sequence, and then those to come, until ctx
// ends. It survives a lost connection and a change of leader, and stops with an
// error of class Damaged where a record is missing.
func (s *Stream) Follow(ctx context.Context, after uint64) Records {
	return func(yield func(ledger.Record, error) bool) {
		for r, err := range s.consume(ctx, after, s.subject("*", "*")) {
			if err == nil && r.Sequence != after+1 {
				err = gap("stream.gap", r.Sequence, after+1)
			}
			if !yield(r, err) || err != nil {
				return
			}
			after = r.Sequence
		}
	}
}

// Trail gives a unit's records, up to the last one as of the call, and holds them
// to be numbers 1, 2, 3 of its trail.
func (s *Stream) Trail(ctx context.Context, unit ledger.UnitID) Records {
	return s.versions(ctx, s.subject(string(unit), "*"), func(r ledger.Record) uint64 { return r.TrailVersion })
}

// Task gives a task's records, up to the last one as of the call, and holds them
// to be versions 1, 2, 3 of it.
func (s *Stream) Task(ctx context.Context, task ledger.TaskID) Records {
	return s.versions(ctx, s.subject("*", string(task)), func(r ledger.Record) uint64 { return r.TaskVersion })
}

func (s *Stream) subject(unit, task string) string {
	return fmt.Sprintf("ledger.%s.%s.%s.*", s.campaign, unit, task)
}

func (s *Stream) versions(ctx context.Context, filter string, version func(ledger.Record) uint64) Records {
	return func(yield func(ledger.Record, error) bool) {
		st, err := s.js.Stream(ctx, s.name)
		if err != nil {
			yield(ledger.Record{}, reach(ctx, err))
			return
		}
		info, err := st.Info(ctx, jetstream.WithSubjectFilter(filter))
		if err != nil {
			yield(ledger.Record{}, reach(ctx, err))
			return
		}
		var left, next uint64
		for _, n := range info.State.Subjects {
			left += n
		}
		if left == 0 {
			return
		}
		for r, err := range s.consume(ctx, 0, filter) {
			if next++; err == nil && version(r) != next {
				err = gap("stream.version", version(r), next)
			}
			if left--; !yield(r, err) || err != nil || left == 0 {
				return
			}
		}
	}
}

func gap(rule string, found, want uint64) error {
	return &ledger.Error{Class: ledger.Damaged, Rule: rule, Found: fmt.Sprintf("%d", found), Want: fmt.Sprintf("%d: what lies between is missing", want)}
}

// consume follows an ordered consumer, which makes itself anew after a lost
// connection. What it gives is not yet held against any gap.
func (s *Stream) consume(ctx context.Context, after uint64, filter string) Records {
	return func(yield func(ledger.Record, error) bool) {
		c, err := s.js.OrderedConsumer(ctx, s.name, jetstream.OrderedConsumerConfig{
			DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: after + 1, FilterSubjects: []string{filter},
			InactiveThreshold: time.Minute,
		})
		if err != nil {
			yield(ledger.Record{}, reach(ctx, err))
			return
		}
		messages, err := c.Messages(jetstream.PullMaxMessages(pull))
		if err != nil {
			yield(ledger.Record{}, reach(ctx, err))
			return
		}
		defer messages.Stop()
		for {
			m, err := messages.Next(jetstream.NextContext(ctx))
			if err != nil {
				yield(ledger.Record{}, reach(ctx, err))
				return
			}
			meta, err := m.Metadata()
			if err != nil {
				yield(ledger.Record{}, reach(ctx, err))
				return
			}
			r, err := recordOf(m.Subject(), m.Headers(), m.Data(), meta.Sequence.Stream)
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// reach says that the store could not be asked.
func reach(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &ledger.Error{Class: ledger.Unavailable, Rule: "stream.reach", Found: "the store does not answer", Want: "a store that is well", Err: err}
}

// Get reads one record, from the leader: on three nodes a replica may lag.
func (s *Stream) Get(ctx context.Context, sequence uint64) (ledger.Record, error) {
	m, err := s.st.GetMsg(ctx, sequence)
	if isMissing(err) {
		return ledger.Record{}, &ledger.Error{Class: ledger.NotFound, Rule: "stream.record", Found: fmt.Sprintf("no record %d", sequence), Want: "a sequence that was recorded"}
	}
	if err != nil {
		return ledger.Record{}, reach(ctx, err)
	}
	return recordOf(m.Subject, m.Header, m.Data, m.Sequence)
}

func isMissing(err error) bool { return errors.Is(err, jetstream.ErrMsgNotFound) }

// Check holds records against a chain, from where the chain stands.
func Check(chain *ledger.Chain, records Records) Records {
	return func(yield func(ledger.Record, error) bool) {
		for r, err := range records {
			if err == nil {
				err = chain.Add(r)
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}
