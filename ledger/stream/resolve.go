package stream

import (
	"bytes"
	"context"
	"errors"
	"time"

	"ducha/ledger"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// resolve finds out what a failed write left behind, by reading and never by
// guessing: how many of the admitted calls are in the stream, and the answer for
// the rest. It gives no error when all of them are.
//
// What reached nobody, because the store had no leader, is published again: the
// fence is the same, so it is stored once or not at all, whatever else arrives.
func (w *Writer) resolve(in []admitted, last uint64, cause error, publish publisher) (stored int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), w.stream.patience)
	defer cancel()
	messages := messagesOf(in)
	for {
		// What was found once stays found: the last look may be cut short.
		found, other, err := w.stream.find(ctx, messages[stored:], last+uint64(stored))
		stored += found
		next := last + uint64(stored) + 1
		_, clear := refusal(cause)
		switch {
		case stored == len(messages):
			return stored, nil
		case err == nil && other:
			return stored, fenced(next, cause.Error())
		case err == nil && clear:
			return stored, &ledger.Error{Class: ledger.Unavailable, Rule: "store.refused", Found: "the store took nothing: " + cause.Error(), Want: "the same bytes again, once the store takes writes", Err: cause}
		case ctx.Err() != nil:
			// It may still arrive: a message that is not there yet proves nothing.
			return stored, &ledger.Error{Class: ledger.Unknown, Rule: "writer.outcome", Found: "the store did not say what became of the write: " + cause.Error(),
				Want: "the same bytes again: they are recorded at most once", Err: cause}
		}
		select {
		case <-ctx.Done():
			continue
		case <-time.After(100 * time.Millisecond):
		}
		if err == nil && (errors.Is(cause, jetstream.ErrNoStreamResponse) || errors.Is(cause, nats.ErrNoResponders)) {
			if cause = publish(ctx, messagesOf(in[stored:]), next-1); cause == nil {
				return len(in), nil
			}
		}
	}
}

// find counts how many of the messages stand in the stream after last, from the
// first on; other says that what follows them is somebody else's.
func (s *Stream) find(ctx context.Context, messages []*nats.Msg, last uint64) (stored int, other bool, err error) {
	for i, m := range messages {
		got, err := s.look(ctx, last+uint64(i)+1)
		if isMissing(err) {
			return i, false, nil
		}
		if err != nil {
			return i, false, err
		}
		if got.Header.Get(nats.MsgIdHdr) != m.Header.Get(nats.MsgIdHdr) || !bytes.Equal(got.Data, m.Data) || got.Header.Get(headerHead) != m.Header.Get(headerHead) {
			return i, true, nil
		}
	}
	return len(messages), false, nil
}

// look reads one message. It does not wait long: a leader that steps down leaves
// a question without an answer, and the next one answers.
func (s *Stream) look(ctx context.Context, sequence uint64) (*jetstream.RawStreamMsg, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return s.st.GetMsg(ctx, sequence)
}
