package stream

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"ducha/ledger"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// publisher appends messages after the sequence last, all of them or, where they
// go one by one, the first few. nil means that all are on stable storage; any
// error says nothing about what is.
type publisher func(ctx context.Context, messages []*nats.Msg, last uint64) error

const (
	// few messages go one by one, each synced on its own: an atomic batch has a
	// fixed cost of about four such syncs (it is staged in a store of its own).
	few = 3
	// patience bounds the wait for the store's answer, and then how long the store
	// is asked what became of a write.
	patience = 10 * time.Second
)

// store appends the admitted calls and says how many are on stable storage. An
// error is the answer for the rest; the writer is then ahead of the stream.
func (w *Writer) store(in []admitted, publish publisher) (stored int, err error) {
	if len(in) == 0 {
		return 0, nil
	}
	last := in[0].record.Sequence - 1
	ctx, cancel := context.WithTimeout(context.Background(), w.stream.patience)
	defer cancel()
	if err := publish(ctx, messagesOf(in), last); err != nil {
		return w.resolve(in, last, err, publish)
	}
	return len(in), nil
}

func messagesOf(in []admitted) []*nats.Msg {
	messages := make([]*nats.Msg, len(in))
	for i, a := range in {
		messages[i] = messageOf(a.record, a.draft.Statement.ID.String())
	}
	return messages
}

// publish is the real publisher. A batch that the store gave up, because a part
// of it was lost on the way or cannot be staged, goes one by one: nothing of it is
// stored, and were it, the fence would hold.
func (s *Stream) publish(ctx context.Context, messages []*nats.Msg, last uint64) error {
	if len(messages) <= few {
		return s.publishChain(ctx, messages, last)
	}
	err := s.publishBatch(ctx, messages, last)
	if code, _ := refusal(err); code != codeIncompleteBatch {
		return err
	}
	for _, m := range messages {
		for _, h := range []string{headerBatch, headerBatchSequence, headerBatchCommit, nats.ExpectedStreamHdr, nats.ExpectedLastSeqHdr} {
			delete(m.Header, h)
		}
	}
	return s.publishChain(ctx, messages, last)
}

// publishWhole publishes all or nothing: a batch that the store gave up is refused.
func (s *Stream) publishWhole(ctx context.Context, messages []*nats.Msg, last uint64) error {
	if len(messages) == 1 {
		return s.publishChain(ctx, messages, last)
	}
	return s.publishBatch(ctx, messages, last)
}

// publishChain publishes one by one without waiting in between; each is fenced
// by the one before it, so that what is stored is always the first few.
func (s *Stream) publishChain(ctx context.Context, messages []*nats.Msg, last uint64) error {
	if len(messages) == 1 {
		ack, err := s.js.PublishMsg(ctx, messages[0], jetstream.WithExpectStream(s.name), jetstream.WithExpectLastSequence(last), jetstream.WithRetryAttempts(0))
		return acknowledged(ack, err, last+1)
	}
	var acks []jetstream.PubAckFuture
	for i, m := range messages {
		ack, err := s.js.PublishMsgAsync(m, jetstream.WithExpectStream(s.name), jetstream.WithExpectLastSequence(last+uint64(i)), jetstream.WithRetryAttempts(0))
		if err != nil {
			return err
		}
		acks = append(acks, ack)
	}
	for i, a := range acks {
		select {
		case ack := <-a.Ok():
			if err := acknowledged(ack, nil, last+uint64(i)+1); err != nil {
				return err
			}
		case err := <-a.Err():
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func acknowledged(ack *jetstream.PubAck, err error, want uint64) error {
	if err == nil && (ack.Sequence != want || ack.Duplicate) {
		return fmt.Errorf("stored as %d (duplicate: %v), not as %d", ack.Sequence, ack.Duplicate, want)
	}
	return err
}

// publishBatch publishes an atomic batch (NATS ADR-50): all or nothing, synced
// once. Only the last message asks for an answer, so that a batch is one round
// trip; a message lost on the way makes the store refuse the batch as incomplete.
func (s *Stream) publishBatch(ctx context.Context, messages []*nats.Msg, last uint64) error {
	// An id of its own for each attempt: the store holds on to the parts of a batch
	// whose end was lost, and the same statements may come again before it lets go.
	id := rand.Text()
	messages[0].Header.Set(nats.ExpectedStreamHdr, s.name)
	messages[0].Header.Set(nats.ExpectedLastSeqHdr, strconv.FormatUint(last, 10))
	for i, m := range messages {
		m.Header[headerBatch] = []string{id}
		m.Header[headerBatchSequence] = []string{strconv.Itoa(i + 1)}
		if i < len(messages)-1 {
			if err := s.nc.PublishMsg(m); err != nil {
				return err
			}
		}
	}
	commit := messages[len(messages)-1]
	commit.Header[headerBatchCommit] = []string{"1"}
	reply, err := s.nc.RequestMsgWithContext(ctx, commit)
	if err != nil {
		return err
	}
	var ack struct {
		Error    *jetstream.APIError `json:"error"`
		Sequence uint64              `json:"seq"`
		Count    int                 `json:"count"`
	}
	if err := json.Unmarshal(reply.Data, &ack); err != nil {
		return err
	}
	if ack.Error != nil {
		return ack.Error
	}
	if want := last + uint64(len(messages)); ack.Sequence != want || ack.Count != len(messages) {
		return fmt.Errorf("a batch of %d stored up to %d, not up to %d", ack.Count, ack.Sequence, want)
	}
	return nil
}

// The headers of an atomic batch.
const (
	headerBatch         = "Nats-Batch-Id"
	headerBatchSequence = "Nats-Batch-Sequence"
	headerBatchCommit   = "Nats-Batch-Commit"
)

// JetStream's codes for a write that lost to another one, for one that it has
// under way already, and for a batch of which not every part was there.
const (
	codeWrongLastSequence  = 10071
	codeWrongLastSequence2 = 10164 // on three nodes
	codeUnderWay           = 10158 // on three nodes
	codeUnderWayInBatch    = 10201
	codeIncompleteBatch    = 10176
)

// refusal is the store's no. It is clear when nothing of what was published is
// stored or will be. It is not when the store met another write, or one that it
// has not decided on: that one may be an earlier attempt with the same statements.
func refusal(err error) (code jetstream.ErrorCode, clear bool) {
	api, ok := errors.AsType[*jetstream.APIError](err)
	if !ok {
		return 0, false
	}
	switch api.ErrorCode {
	case codeWrongLastSequence, codeWrongLastSequence2, codeUnderWay, codeUnderWayInBatch:
		return api.ErrorCode, false
	}
	return api.ErrorCode, true
}

func fenced(sequence uint64, found string) error {
	return &ledger.Error{Class: ledger.Conflict, Rule: "writer.fenced", Found: fmt.Sprintf("record %d was written by somebody else: %s", sequence, found), Want: "one writer a ledger; this one has stopped"}
}
