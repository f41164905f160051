package stream

import (
	"fmt"
	"strconv"

	"ducha/ledger"

	"github.com/nats-io/nats.go"
)

const (
	headerRecorded = "Ducha-Recorded"
	headerTask     = "Ducha-Task-Version"
	headerTrail    = "Ducha-Trail-Version"
	headerHead     = "Ducha-Head"
)

// messageOf is a record as a message.
func messageOf(r ledger.Record, id string) *nats.Msg {
	return &nats.Msg{Subject: r.Place.String(), Data: r.Envelope, Header: nats.Header{
		nats.MsgIdHdr:  {id},
		headerRecorded: {ledger.FormatRecorded(r.Recorded)},
		headerTask:     {strconv.FormatUint(r.TaskVersion, 10)},
		headerTrail:    {strconv.FormatUint(r.TrailVersion, 10)},
		headerHead:     {r.Head.String()},
	}}
}

// recordOf reads a message back. A message that is no record is damage: nothing
// but the writer may write here.
func recordOf(subject string, h nats.Header, body []byte, sequence uint64) (ledger.Record, error) {
	r := ledger.Record{Sequence: sequence, Envelope: body}
	var err error
	fail := func(err error) (ledger.Record, error) {
		return ledger.Record{}, &ledger.Error{Class: ledger.Damaged, Rule: "stream.message", Found: fmt.Sprintf("message %d: %v", sequence, err), Want: "a record as the writer wrote it"}
	}
	if r.Place, err = ledger.ParsePlace(subject); err != nil {
		return fail(err)
	}
	if r.Recorded, err = ledger.ParseRecorded(h.Get(headerRecorded)); err != nil {
		return fail(err)
	}
	if r.TaskVersion, err = strconv.ParseUint(h.Get(headerTask), 10, 64); err != nil {
		return fail(err)
	}
	if r.TrailVersion, err = strconv.ParseUint(h.Get(headerTrail), 10, 64); err != nil {
		return fail(err)
	}
	if err := r.Head.UnmarshalText([]byte(h.Get(headerHead))); err != nil {
		return fail(err)
	}
	return r, nil
}
