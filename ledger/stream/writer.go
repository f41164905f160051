package stream

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
)

// Draft is a statement that wants to be recorded. The signature in its envelope
// has been verified; Signer is the key that made it.
type Draft struct {
	Statement ledger.Statement
	Envelope  []byte
	Signer    seal.KeyID
}

// Rules decide what goes in. The writer calls them from one goroutine, in the
// order of the sequence: Admit on the state with everything before applied,
// earlier drafts of the same commit too; then Apply, if it was admitted. When a
// commit fails the writer stops and its rules are ahead of the stream: they must
// not be used again.
type Rules interface {
	Admit(d Draft, recorded time.Time) error
	Apply(e ledger.Event)
}

// WriterOptions say how a writer runs. Clock is required.
type WriterOptions struct {
	Clock    func() time.Time
	MaxBatch int    // most statements of one commit, at most 1,000; 0: 512
	MarkPath string // where to keep the mark; empty: nowhere
	Logger   *slog.Logger
}

// Writer is the only one that appends to a ledger. It takes what waits, decides,
// and commits it as one group; see the package comment for what an answer means.
type Writer struct {
	stream  *Stream
	chain   *ledger.Chain
	rules   Rules
	options WriterOptions
	publish publisher // a seam for tests that lose messages and answers
	whole   publisher // the same, for what goes all or not at all

	queue chan *call
	done  chan struct{}
	stop  context.CancelFunc
	err   error // why it stopped; read after done
	mark  *marker
}

// call is one Append under way, or one AppendAll.
type call struct {
	draft  Draft
	group  []Draft      // of an AppendAll: in place of draft
	state  atomic.Int32 // waiting, taken or withdrawn
	result chan result  // holds one
}

const (
	waiting int32 = iota
	taken
	withdrawn
)

type result struct {
	record  ledger.Record
	records []ledger.Record // of an AppendAll
	err     error
}

// NewWriter starts a writer. chain and rules must stand where the stream ends,
// and are the writer's own from here on.
func NewWriter(ctx context.Context, s *Stream, chain *ledger.Chain, rules Rules, o WriterOptions) (*Writer, error) {
	return newWriter(ctx, s, chain, rules, o, s.publish)
}

func newWriter(ctx context.Context, s *Stream, chain *ledger.Chain, rules Rules, o WriterOptions, p publisher) (*Writer, error) {
	if o.MaxBatch <= 0 || o.MaxBatch > 1000 {
		o.MaxBatch = 512
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	last, err := s.Last(ctx)
	if err != nil {
		return nil, err
	}
	if last != chain.Sequence() {
		return nil, fenced(chain.Sequence()+1, "the stream has come further than the fold")
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	w := &Writer{stream: s, chain: chain, rules: rules, options: o, publish: p, whole: s.publishWhole,
		queue: make(chan *call, o.MaxBatch), done: make(chan struct{}), stop: stop, mark: newMarker(o.MarkPath, o.Logger)}
	go w.run(ctx)
	return w, nil
}

// Append records a draft if the rules admit it. An error that is not the rules'
// own is a *ledger.Error: Unavailable says that nothing was recorded, Conflict
// that another writer was first, Unknown that it may be recorded.
func (w *Writer) Append(ctx context.Context, d Draft) (ledger.Record, error) {
	r := w.call(ctx, &call{draft: d, result: make(chan result, 1)})
	return r.record, r.err
}

// AppendAll records all of the drafts, in their order and with nothing between them,
// or none: they are one atomic batch of the store. A refusal is the rules' own for
// one of them; errors are otherwise as of Append. Where another statement came
// between what the caller looked at and this, so that a later one of the drafts is
// refused, the writer stops, for it has decided ahead of the stream: nothing is
// recorded, and another writer takes over.
func (w *Writer) AppendAll(ctx context.Context, drafts []Draft) ([]ledger.Record, error) {
	if len(drafts) == 0 {
		return nil, nil
	}
	if len(drafts) > w.options.MaxBatch {
		return nil, &ledger.Error{Class: ledger.TooLarge, Rule: "batch.size", Found: fmt.Sprintf("%d statements", len(drafts)), Want: fmt.Sprintf("at most %d of them at once", w.options.MaxBatch)}
	}
	r := w.call(ctx, &call{group: drafts, result: make(chan result, 1)})
	return r.records, r.err
}

func (w *Writer) call(ctx context.Context, c *call) result {
	select {
	case w.queue <- c:
	case <-ctx.Done():
		return result{err: notTaken(ctx.Err())}
	case <-w.done:
		return result{err: notTaken(w.err)}
	}
	select {
	case r := <-c.result:
		return r
	case <-ctx.Done():
		if c.state.CompareAndSwap(waiting, withdrawn) {
			return result{err: notTaken(ctx.Err())}
		}
		select {
		case r := <-c.result: // both were there
			return r
		default:
		}
		return result{err: &ledger.Error{Class: ledger.Unknown, Rule: "writer.outcome", Found: "the request ended while its statement was being recorded",
			Want: "the same bytes again: they are recorded at most once", Err: ctx.Err()}}
	case <-w.done:
		select {
		case r := <-c.result: // it was answered before the writer stopped
			return r
		default:
			return result{err: notTaken(w.err)}
		}
	}
}

func notTaken(err error) error {
	return &ledger.Error{Class: ledger.Unavailable, Rule: "writer.down", Found: "nothing was recorded", Want: "the same bytes again, later", Err: err}
}

// Done is closed once the writer has stopped; Err then says why.
func (w *Writer) Done() <-chan struct{} { return w.done }

// Err is why the writer stopped: nil after Close, and while it runs.
func (w *Writer) Err() error {
	select {
	case <-w.done:
		return w.err
	default:
		return nil
	}
}

// Close lets the commit under way finish and stops the writer.
func (w *Writer) Close() error {
	w.stop()
	<-w.done
	return w.err
}

// run takes, decides and commits until it is stopped or a commit fails.
func (w *Writer) run(ctx context.Context) {
	defer close(w.done)
	defer w.mark.close()
	g := gatherer{queue: w.queue, most: w.options.MaxBatch}
	for {
		calls := g.next(ctx)
		if len(calls) == 0 {
			return
		}
		commit := w.commit
		if len(calls[0].group) > 0 {
			commit = w.commitAll
		}
		if err := commit(calls); err != nil {
			w.err = err
			w.options.Logger.Error("the writer stops", "err", err)
			return
		}
	}
}

// admitted is a call that the rules let in, with its record.
type admitted struct {
	*call
	record ledger.Record
}

// commit decides on each call and records the admitted ones as one group.
// Callers are answered once the outcome is known: also those who were refused,
// since the refusal may rest on what the same group records.
func (w *Writer) commit(calls []*call) error {
	now := w.options.Clock()
	var in []admitted
	refused := map[*call]error{}
	for _, c := range calls {
		record, err := w.decide(c.draft, now)
		if err != nil {
			refused[c] = err
			continue
		}
		in = append(in, admitted{c, record})
	}
	stored, err := w.store(in, w.publish)
	for _, a := range in[:stored] {
		a.result <- result{record: a.record}
	}
	for _, a := range in[stored:] {
		a.result <- result{err: err}
	}
	for c, refusal := range refused {
		if err != nil && len(in) > 0 {
			refusal = err
		}
		c.result <- result{err: refusal}
	}
	if stored > 0 {
		w.mark.set(in[stored-1].record)
	}
	return err
}

// commitAll records a group, all of it or nothing. It comes alone.
func (w *Writer) commitAll(calls []*call) error {
	c := calls[0]
	now := w.options.Clock()
	var in []admitted
	for _, d := range c.group {
		record, err := w.decide(d, now)
		if err != nil {
			c.result <- result{err: err}
			if len(in) > 0 {
				return &ledger.Error{Class: ledger.Conflict, Rule: "batch.overtaken", Found: "a group that was refused in its midst", Want: "a writer that stands where the stream ends", Err: err}
			}
			return nil
		}
		in = append(in, admitted{&call{draft: d}, record})
	}
	stored, err := w.store(in, w.whole)
	if err == nil && stored < len(in) {
		err = fmt.Errorf("stream: %d of a group of %d were stored", stored, len(in)) // an atomic batch is whole
	}
	if err != nil {
		c.result <- result{err: err}
		return err
	}
	var records []ledger.Record
	for _, a := range in {
		records = append(records, a.record)
	}
	w.mark.set(records[len(records)-1])
	c.result <- result{records: records}
	return nil
}

// decide runs the rules on one draft and moves chain and rules on, ahead of the
// stream.
func (w *Writer) decide(d Draft, now time.Time) (ledger.Record, error) {
	recorded := w.chain.Time(now)
	if err := w.rules.Admit(d, recorded); err != nil {
		return ledger.Record{}, err
	}
	record, err := w.chain.Extend(d.Statement, d.Envelope, recorded)
	if err != nil {
		return ledger.Record{}, err
	}
	w.rules.Apply(ledger.Event{Record: record, Statement: d.Statement, Signer: d.Signer})
	return record, nil
}
