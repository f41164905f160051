package trail

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"ducha/ledger"
	"ducha/ledger/seal"

	"golang.org/x/mod/sumdb/tlog"
)

// line is a line of a file of records, as far as it could be read. What stands
// in it does not depend on any other line, so lines are read side by side.
type line struct {
	file   string
	number int // from 1
	raw    []byte

	parsed bool // record is good
	record ledger.Record
	digest ledger.Hash
	opened bool // envelope is good
	env    seal.Envelope
	said   bool // event is good
	event  ledger.Event
	leaf   *tlog.Hash // in the log, once computed
	faults []problem
}

// minLine is less than any record has bytes; it bounds the lines of a hostile file.
const minLine = 200

// split cuts a file into its lines. A file that is missing has none: the
// container was found wanting already.
func (v *verification) split(file string) []*line {
	data, ok := v.files[file]
	if !ok || len(data) == 0 {
		return nil
	}
	raws := bytes.SplitAfterN(data, []byte("\n"), len(data)/minLine+2)
	if last := len(raws) - 1; len(raws[last]) == 0 {
		raws = raws[:last]
	} else {
		v.find("record.form", file, nil, fmt.Sprintf("what follows line %d is no line", last), "a line feed at the end of every record")
	}
	all := make([]*line, len(raws))
	for i, raw := range raws {
		all[i] = &line{file: file, number: i + 1, raw: bytes.TrimSuffix(raw, []byte("\n"))}
	}
	return all
}

// read reads every line, and then says in their order what is wrong with them.
func (v *verification) read() {
	all := v.lines()
	each(all, (*line).read)
	for _, l := range all {
		for _, p := range l.faults {
			v.add(p.in("", l))
		}
	}
}

// lines are all that the bundle holds, in the order of its files.
func (v *verification) lines() []*line {
	return slices.Concat(v.own, v.context, v.since, v.attestation)
}

// trail is the unit's own lines up to the attestation.
func (v *verification) trail() []*line {
	return slices.Concat(v.own, slices.DeleteFunc(slices.Clone(v.since), func(l *line) bool { return l.parsed && l.record.Place.Unit != v.manifest.Unit }))
}

// others are the registry lines of other trails up to the attestation.
func (v *verification) others() []*line {
	return slices.Concat(v.context, slices.DeleteFunc(slices.Clone(v.since), func(l *line) bool { return !l.parsed || l.record.Place.Unit == v.manifest.Unit }))
}

var sequenceRegexp = regexp.MustCompile(`,"sequence":([0-9]{1,15}),"subject":`)

func (l *line) read() {
	var err error
	if len(l.raw) > ledger.MaxEntry {
		err = fmt.Errorf("%d bytes, of at most %d", len(l.raw), ledger.MaxEntry)
	} else {
		l.record, err = ledger.ParseRecord(l.raw)
	}
	if err == nil && (l.record.Sequence == 0 || !sane(l.record.Recorded)) {
		err = fmt.Errorf("sequence %d, recorded %s", l.record.Sequence, ledger.FormatRecorded(l.record.Recorded))
	}
	if err != nil {
		if m := sequenceRegexp.FindSubmatch(l.raw); m != nil {
			l.record.Sequence, _ = strconv.ParseUint(string(m[1]), 10, 64) // to name it by
		}
		l.faults = append(l.faults, problem{"record.form", err.Error(), "a record as the ledger writes it"})
		return
	}
	l.parsed, l.digest = true, ledger.EntryDigest(l.raw)
	if l.env, err = seal.ParseEnvelope(l.record.Envelope); err != nil {
		l.faults = append(l.faults, problem{"envelope.form", err.Error(), "a DSSE envelope"})
		return
	}
	l.opened = true
	if l.env.PayloadType != seal.PayloadTypeStatement {
		l.faults = append(l.faults, problem{"envelope.type", fmt.Sprintf("%.60q", l.env.PayloadType), seal.PayloadTypeStatement})
		return
	}
	l.readStatement()
}

// readStatement reads what was signed as strictly as the door does. A kind that
// this version does not know is kept, as it is everywhere.
func (l *line) readStatement() {
	s, err := ledger.Parse(l.env.Payload)
	if errors.Is(err, &ledger.Error{Rule: "statement.type"}) {
		s, err = ledger.Read(l.env.Payload)
	}
	if err != nil {
		p := problemOf(err, "statement.form")
		p.code = "statement.form"
		l.faults = append(l.faults, p)
		return
	}
	place := ledger.PlaceOf(s)
	if place.Family == ledger.Other {
		place.Family = l.record.Place.Family
	}
	if place != l.record.Place {
		l.faults = append(l.faults, problem{"statement.place", l.record.Place.String(), place.String()})
		return
	}
	l.said, l.event = true, ledger.Event{Record: l.record, Statement: s, Signer: l.env.Signature.KeyID}
}

// each does something with every line, as many at a time as there are cores.
func each(all []*line, do func(*line)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(all)) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(all)); i = next.Add(1) - 1 {
				do(all[i])
			}
		})
	}
	wg.Wait()
}
