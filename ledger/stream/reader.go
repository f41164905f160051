package stream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"ducha/ledger"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Records is a run of records in the order of their sequence.
type Records = iter.Seq2[ledger.Record, error]

// pull is how many messages a reader has under way.
const pull = 4096

// Read gives the records after a sequence, up to the last one as of the call. It
// stops with an error of class Damaged where one is missing.
func (s *Stream) Read(ctx context.Context, after uint64) Records { return s.read(ctx, after, recordOf) }

// reading makes a record of a message; recordOf is one.
type reading func(subject string, h nats.Header, body []byte, sequence uint64) (ledger.Record, error)

func (s *Stream) read(ctx context.Context, after uint64, read reading) Records {
	return func(yield func(ledger.Record, error) bool) {
		last, err := s.Last(ctx)
		if err != nil {
			yield(ledger.Record{}, err)
			return
		}
		if after >= last {
			return
		}
		for r, err := range s.follow(ctx, after, read) {
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
	return s.follow(ctx, after, recordOf)
}

func (s *Stream) follow(ctx context.Context, after uint64, read reading) Records {
	return func(yield func(ledger.Record, error) bool) {
		for r, err := range s.consume(ctx, after, "", read, s.behind) {
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

// errStalled says that a consumer does not deliver what is there: another may.
var errStalled = errors.New("the consumer does not deliver")

// behind says whether a reader that waits after a record waits in vain: the store
// skips what it cannot read, and says nothing of it.
func (s *Stream) behind(ctx context.Context, after uint64) error {
	last, err := s.Last(ctx)
	if err == nil && last > after {
		if _, err = s.Get(ctx, after+1); ledger.ClassOf(err) == ledger.NotFound {
			err = gap("stream.gap", last, after+1)
		} else if err == nil {
			err = errStalled
		}
	}
	return inVain(err)
}

// inVain leaves out that the store cannot be asked now: a reader waits.
func inVain(err error) error {
	if ledger.ClassOf(err) == ledger.Damaged || errors.Is(err, errStalled) {
		return err
	}
	return nil
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
		// The store counted more than came: the next one is there, or is missing.
		short := func(ctx context.Context, after uint64) error {
			m, err := s.st.GetMsg(ctx, after+1, jetstream.WithGetMsgSubject(filter))
			if isMissing(err) {
				return gap("stream.version", next, next+1)
			}
			if err == nil {
				if _, err = recordOf(m.Subject, m.Header, m.Data, m.Sequence); err == nil {
					err = errStalled
				}
			}
			return inVain(err)
		}
		for r, err := range s.consume(ctx, 0, filter, recordOf, short) {
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

const (
	// idle is how long a reader waits before it asks whether it waits in vain, and
	// first how long a new consumer may take: on three nodes its first request may
	// reach nobody.
	idle  = 2 * time.Second
	first = 500 * time.Millisecond
)

// consume follows an ordered consumer, which makes itself anew after a lost
// connection; where it cannot, another takes its place. What it gives is not yet
// held against any gap. While nothing comes it asks whether what was given last,
// if anything, is followed by damage.
func (s *Stream) consume(ctx context.Context, after uint64, filter string, read reading, damaged func(ctx context.Context, after uint64) error) Records {
	return func(yield func(ledger.Record, error) bool) {
		c := consumption{stream: s, filter: filter, read: read, damaged: damaged, after: after, yield: yield}
		var patience <-chan time.Time // from the first failure in a row on
		for {
			c.well = false
			err := c.run(ctx)
			if err == nil {
				return
			}
			if c.well || patience == nil {
				patience = time.After(s.patience)
			}
			over := ctx.Err() != nil || s.nc.IsClosed() || ledger.ClassOf(err) == ledger.Damaged
			select {
			case <-patience:
				over = true
			default:
			}
			if over {
				yield(ledger.Record{}, reach(ctx, err))
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
}

// consumption is a consume under way.
type consumption struct {
	stream  *Stream
	filter  string
	read    reading
	damaged func(ctx context.Context, after uint64) error
	yield   func(ledger.Record, error) bool
	after   uint64 // the last sequence given
	well    bool   // the consumer that runs gave something, or there was nothing to give
}

// run gives what one consumer delivers, until it fails; nil once nobody wants more.
func (c *consumption) run(ctx context.Context) error {
	config := jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: c.after + 1, InactiveThreshold: time.Minute}
	if c.filter != "" {
		config.FilterSubjects = []string{c.filter}
	}
	consumer, err := c.stream.js.OrderedConsumer(ctx, c.stream.name, config)
	if err != nil {
		return err
	}
	defer c.stream.discard(consumer)
	messages, err := consumer.Messages(jetstream.PullMaxMessages(pull))
	if err != nil {
		return err
	}
	defer messages.Stop()
	for wait := first; ; wait = idle {
		before := c.after
		more, err := c.spell(ctx, messages, wait)
		if err != nil || !more {
			return err
		}
		if c.after == before {
			if err := c.damaged(ctx, c.after); err != nil {
				return err
			}
		}
		c.well = true
	}
}

// spell gives what comes within a time: one context for many messages.
func (c *consumption) spell(ctx context.Context, messages jetstream.MessagesContext, long time.Duration) (more bool, err error) {
	wait, cancel := context.WithTimeout(ctx, long)
	defer cancel()
	for {
		m, err := messages.Next(jetstream.NextContext(wait))
		if err != nil {
			if wait.Err() != nil && ctx.Err() == nil {
				return true, nil
			}
			return false, err
		}
		meta, err := m.Metadata()
		if err != nil {
			return false, err
		}
		r, err := c.read(m.Subject(), m.Headers(), m.Data(), meta.Sequence.Stream)
		if err != nil {
			return false, err
		}
		c.after, c.well = r.Sequence, true
		if !c.yield(r, nil) {
			return false, nil
		}
	}
}

// discard tells the store to drop a consumer, and does not wait for it: it would
// drop it by itself, after a minute.
func (s *Stream) discard(c jetstream.Consumer) {
	if info := c.CachedInfo(); info != nil {
		_ = s.nc.Publish("$JS.API.CONSUMER.DELETE."+s.name+"."+info.Name, nil)
	}
}

// reach says that the store could not be asked.
func reach(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if ledger.ClassOf(err) == ledger.Damaged {
		return err
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
