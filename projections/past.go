package projections

import (
	"context"
	"math"
	"sync"
	"time"

	"ducha/ledger"
)

// Past (往日) answers what was known at earlier instants, as [AsOf] does, without reading
// the whole ledger anew for each: it keeps what the records say, and the states of the
// instants that were asked for last. A state that is kept is brought up to date before
// it is shown: under a declared clock what was handed in since may count from before the
// instant.
//
// It is a cache of the records and of nothing else: the same instant at the same
// sequence gives the same state whoever asks. What it keeps is bounded by Facts and
// Records; what lies beyond is read from the stream each time.
type Past[T any] struct {
	Projection Projection[T]
	Read       func(ctx context.Context, after uint64) Records
	Facts      int    // at most so many facts are kept, the first ones; some 700 bytes each
	Records    uint64 // the states that are kept stand for at most so many records in all

	mu    sync.Mutex // guards what follows; held while records are read
	facts []Fact     // of the first records, without their envelopes: only ever appended to
	chain ledger.Chain
	clock ledger.Clock
	days  map[int64]*pastDay[T] // by the instant's nanoseconds
	turns uint64
}

// pastDay is the state of one instant.
type pastDay[T any] struct {
	mu    sync.RWMutex // held for reading while somebody looks
	at    time.Time
	fold  *Fold[T]
	seen  uint64 // the records that were taken or left
	asked uint64 // the turn at which it was asked for last
}

// Look calls see with what was known at an instant, all records up to a sequence being
// taken or left. see must not keep the state, nor change it.
func (p *Past[T]) Look(ctx context.Context, at time.Time, sequence uint64, see func(state *T) error) error {
	facts, chain, err := p.known(ctx, sequence)
	if err != nil {
		return err
	}
	d := p.day(at, sequence)
	for {
		d.mu.RLock()
		if d.seen >= sequence {
			defer d.mu.RUnlock()
			return see(d.fold.State)
		}
		d.mu.RUnlock()
		if err := d.advance(ctx, facts, chain, p.Read, sequence); err != nil {
			return err
		}
	}
}

// known is what the first records say, up to a sequence where they are kept that far,
// and the chain that they were held against.
func (p *Past[T]) known(ctx context.Context, sequence uint64) ([]Fact, *ledger.Chain, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := uint64(len(p.facts)); n < sequence && len(p.facts) < p.Facts {
		for r, err := range p.Read(ctx, n) {
			if err != nil {
				return nil, nil, err
			}
			f, err := factOf(r, &p.chain, &p.clock)
			if err != nil {
				return nil, nil, err
			}
			if p.facts = append(p.facts, f); len(p.facts) == p.Facts {
				break
			}
		}
	}
	if sequence <= uint64(len(p.facts)) {
		return p.facts, nil, nil // the chain is not needed
	}
	return p.facts, p.chain.Clone(), nil
}

// factOf is what a record says and when it counts from. The chain must take it.
func factOf(r ledger.Record, chain *ledger.Chain, clock *ledger.Clock) (Fact, error) {
	e, err := readNext(chain, r)
	if err != nil {
		return Fact{}, err
	}
	*clock = clockOf(*clock, e)
	e.Envelope = nil // nothing that is folded comes from its bytes
	return Fact{Event: e, At: effective(*clock, e)}, nil
}

// day is the state of an instant, to be brought up to date. Those that were not asked
// for the longest make room.
func (p *Past[T]) day(at time.Time, sequence uint64) *pastDay[T] {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.days == nil {
		p.days = map[int64]*pastDay[T]{}
	}
	key := at.UnixNano()
	d := p.days[key]
	if d == nil {
		d = &pastDay[T]{at: at, fold: NewFold(p.Projection)}
		p.days[key] = d
	}
	p.turns++
	d.asked = p.turns
	for len(p.days) > 1 && uint64(len(p.days))*sequence > p.Records {
		oldest, turn := key, uint64(math.MaxUint64)
		for k, x := range p.days {
			if x.asked < turn {
				oldest, turn = k, x.asked
			}
		}
		delete(p.days, oldest) // whoever looks at it now still does
	}
	return d
}

// advance takes or leaves the facts that came since, and the records after them.
func (d *pastDay[T]) advance(ctx context.Context, facts []Fact, chain *ledger.Chain, read func(context.Context, uint64) Records, sequence uint64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for n := uint64(len(facts)); d.seen < min(n, sequence); d.seen++ {
		d.take(facts[d.seen])
	}
	if d.seen >= sequence {
		return nil
	}
	if d.seen == uint64(len(facts)) {
		d.fold.Chain = *chain
	}
	for r, err := range read(ctx, d.seen) {
		if err != nil {
			return err
		}
		f, err := factOf(r, &d.fold.Chain, &d.fold.Clock)
		if err != nil {
			return err
		}
		d.take(f)
		d.seen++
	}
	if d.seen < sequence {
		return &ledger.Error{Class: ledger.Damaged, Rule: "stream.short", Found: "the stream ended early", Want: "every record that was read before"}
	}
	return nil
}

func (d *pastDay[T]) take(f Fact) {
	d.fold.Clock = clockOf(d.fold.Clock, f.Event)
	if !f.At.After(d.at) || f.Sequence == 1 {
		d.fold.Evolve(d.fold.State, f)
	} else if d.fold.Later != nil {
		d.fold.Later(d.fold.State, f)
	}
}
