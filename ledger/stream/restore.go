package stream

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"sync"

	"ducha/ledger"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Restore (恢复) makes the stream of a ledger anew, in a store that has none, and
// fills it with the ledger's records from the first on: the same sequences,
// subjects, headers and bodies that the [Writer] writes for them, by the same code.
// What differs is what the store adds: its own time of each message, and the
// headers of the write itself, which say how records were grouped and fenced. No
// reader looks at either.
//
// The connection must be one that may create streams, and the only one to the
// store. Nothing here is synced: whoever runs the store syncs it before it is used
// (natsd.Options.Building), and reads it back ([Stream.Exact]). An error leaves a
// part of a stream, to be thrown away. progress, which may be nil, is told how far
// it has come.
func Restore(ctx context.Context, nc *nats.Conn, c Config, records Records, progress func(sequence uint64)) (*Stream, error) {
	s, err := Create(ctx, nc, c)
	if err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	if progress == nil {
		progress = func(uint64) {}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var last uint64
	for group := range prepare(ctx, s.campaign, records) {
		if group.err == nil && group.after != last {
			group.err = noHistory(s.campaign, fmt.Sprintf("record %d after %d", group.after+1, last))
		}
		if group.err == nil {
			group.err = s.put(ctx, group.messages, last)
		}
		if group.err != nil {
			return nil, fmt.Errorf("restore after record %d: %w", last, group.err)
		}
		last += uint64(len(group.messages))
		progress(last)
	}
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("restore after record %d: %w", last, err)
	}
	return s, nil
}

const (
	// A group goes to the store at once, and its end is waited for: the store drops
	// what is more than it can buffer.
	groupMessages = 512
	groupBytes    = 8 << 20
)

// group is messages that follow one another, or why there are none.
type group struct {
	after    uint64 // the sequence before the first
	messages []*nats.Msg
	err      error
}

// prepare makes messages of records, on all processors and in their order. It ends
// early, without a word, when ctx does. The records are not read any more once it
// has ended.
func prepare(ctx context.Context, campaign ledger.LocalID, records Records) iter.Seq[group] {
	return func(yield func(group) bool) {
		ctx, stop := context.WithCancel(ctx)
		var working sync.WaitGroup
		defer working.Wait()
		defer stop()
		line := make(chan chan group, runtime.GOMAXPROCS(0))
		working.Go(func() {
			defer close(line)
			for list, err := range grouped(records) {
				made := make(chan group, 1)
				select {
				case line <- made:
				case <-ctx.Done():
					return
				}
				working.Go(func() {
					messages, bad := restored(campaign, list)
					if bad == nil {
						bad = err
					}
					g := group{messages: messages, err: bad}
					if len(list) > 0 {
						g.after = list[0].Sequence - 1
					}
					made <- g
				})
			}
		})
		for made := range line {
			if g := <-made; !yield(g) || g.err != nil {
				return
			}
		}
	}
}

// grouped cuts records into groups; an error comes alone, and last.
func grouped(records Records) iter.Seq2[[]ledger.Record, error] {
	return func(yield func([]ledger.Record, error) bool) {
		var list []ledger.Record
		size := 0
		for r, err := range records {
			if err != nil {
				yield(nil, err)
				return
			}
			list = append(list, r)
			if size += len(r.Envelope); len(list) < groupMessages && size < groupBytes {
				continue
			}
			if !yield(list, nil) {
				return
			}
			list, size = nil, 0
		}
		if len(list) > 0 {
			yield(list, nil)
		}
	}
}

// restored makes the messages of records that follow one another.
func restored(campaign ledger.LocalID, list []ledger.Record) ([]*nats.Msg, error) {
	messages := make([]*nats.Msg, len(list))
	for i, r := range list {
		e, err := r.Read()
		if err == nil && r.Place.Campaign != campaign {
			err = fmt.Errorf("record %d of the campaign %q", r.Sequence, r.Place.Campaign)
		}
		if err == nil && r.Sequence != list[0].Sequence+uint64(i) {
			err = fmt.Errorf("record %d after %d", r.Sequence, list[i-1].Sequence)
		}
		if err != nil {
			return nil, noHistory(campaign, err.Error())
		}
		messages[i] = messageOf(r, e.ID.String())
	}
	return messages, nil
}

func noHistory(campaign ledger.LocalID, found string) error {
	return &ledger.Error{Class: ledger.Damaged, Rule: "restore.record", Found: found, Want: "the records of " + string(campaign) + " as the door admitted them, from the first on, none left out"}
}

// put stores messages after the sequence last. Only the last of them asks for an
// answer: where the store did not take all that came before, its number is wrong.
func (s *Stream) put(ctx context.Context, messages []*nats.Msg, last uint64) error {
	end := len(messages) - 1
	for _, m := range messages[:end] {
		if err := s.nc.PublishMsg(m); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, s.patience*6)
	defer cancel()
	ack, err := s.js.PublishMsg(ctx, messages[end], jetstream.WithRetryAttempts(0))
	return acknowledged(ack, err, last+uint64(len(messages)))
}

// Exact reads all records as [Stream.Read] does, and holds every message to be the
// one that the writer writes for its record, header for header; the headers of the
// write itself are left out. A record is the whole of such a message: two streams
// that give the same records here are the same.
func (s *Stream) Exact(ctx context.Context) Records { return s.read(ctx, 0, exactRecordOf) }

// written are the headers of the write itself, which say nothing of the record.
var written = map[string]bool{
	headerBatch: true, headerBatchSequence: true, headerBatchCommit: true,
	nats.ExpectedStreamHdr: true, nats.ExpectedLastSeqHdr: true,
}

// RecordOf reads a message as [Stream.Exact] does, wherever it was found.
func RecordOf(subject string, h nats.Header, body []byte, sequence uint64) (ledger.Record, error) {
	return exactRecordOf(subject, h, body, sequence)
}

func exactRecordOf(subject string, h nats.Header, body []byte, sequence uint64) (ledger.Record, error) {
	r, err := recordOf(subject, h, body, sequence)
	if err != nil {
		return r, err
	}
	e, err := r.Read()
	if err != nil {
		return r, unlike(sequence, err.Error())
	}
	want := messageOf(r, e.ID.String())
	if want.Subject != subject {
		return r, unlike(sequence, "the subject is "+subject)
	}
	count := 0
	for key, values := range h {
		if written[key] {
			continue
		}
		if count++; len(values) != 1 || want.Header.Get(key) != values[0] {
			return r, unlike(sequence, fmt.Sprintf("the header %s is %q", key, values))
		}
	}
	if count != len(want.Header) {
		return r, unlike(sequence, fmt.Sprintf("%d headers", count))
	}
	return r, nil
}

func unlike(sequence uint64, found string) error {
	return &ledger.Error{Class: ledger.Damaged, Rule: "stream.message", Found: fmt.Sprintf("message %d: %s", sequence, found), Want: "a record as the writer wrote it"}
}
