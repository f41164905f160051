package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ducha/ledger"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Stream is an open ledger stream.
type Stream struct {
	nc       *nats.Conn
	js       jetstream.JetStream
	st       jetstream.Stream // its configuration as of the opening: it never changes
	name     string
	campaign ledger.LocalID
	patience time.Duration // see the constant; shorter in tests
}

// Create makes the stream of a new ledger. It refuses where there is one; the
// connection must be one that may create streams.
func Create(ctx context.Context, nc *nats.Conn, c Config) (*Stream, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("create stream: %w", err)
	}
	want := c.stream()
	if _, err := js.Stream(ctx, want.Name); !errors.Is(err, jetstream.ErrStreamNotFound) {
		if err != nil {
			return nil, fmt.Errorf("create stream: %w", err)
		}
		return nil, ledger.Refuse("stream.exists", "a stream "+want.Name+" is there already", "an empty store: a ledger is never created over another")
	}
	if _, err := js.CreateStream(ctx, want); err != nil {
		return nil, fmt.Errorf("create stream: %w", err)
	}
	return Open(ctx, nc, c.Campaign)
}

// Open opens the stream of a ledger and guards it: configured as it was created,
// from sequence 1, with no gap and nothing deleted.
func Open(ctx context.Context, nc *nats.Conn, campaign ledger.LocalID) (*Stream, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("open stream: %w", err)
	}
	s := &Stream{nc: nc, js: js, name: ledger.StreamName(campaign), campaign: campaign, patience: patience}
	if s.st, err = s.ask(ctx); err != nil {
		return nil, err
	}
	info := s.st.CachedInfo()
	if err := guardConfig(campaign, info.Config); err != nil {
		return nil, err
	}
	return s, guardState(info.State)
}

// ask asks the store for the stream as it stands.
func (s *Stream) ask(ctx context.Context) (jetstream.Stream, error) {
	st, err := s.js.Stream(ctx, s.name)
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		return nil, &ledger.Error{Class: ledger.Damaged, Rule: "stream.missing", Found: "no stream " + s.name + " in the store",
			Want: "the stream that init created. Do not create another: `ducha recover` makes it anew from the archive"}
	case err != nil:
		return nil, &ledger.Error{Class: ledger.Unavailable, Rule: "stream.reach", Found: "the store does not answer", Want: "a store that is well", Err: err}
	}
	return st, nil
}

// Last is the last sequence, 0 for an empty ledger.
func (s *Stream) Last(ctx context.Context) (uint64, error) {
	st, err := s.ask(ctx)
	if err != nil {
		return 0, err
	}
	state := st.CachedInfo().State
	return state.LastSeq, guardState(state)
}

// Campaign is the campaign whose ledger this is.
func (s *Stream) Campaign() ledger.LocalID { return s.campaign }
