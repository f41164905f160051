package trail

import (
	"fmt"
	"slices"

	"ducha/ledger"
)

// place puts the records of both files into the order of the ledger, and checks
// that this is possible: each file in order, none twice, none past the end or
// before the beginning, and time never running backwards over all of them.
func (v *verification) place() {
	for _, file := range [][]*line{v.own, v.context, v.since} {
		var last uint64
		for _, l := range file {
			if !l.parsed {
				continue
			}
			if l.record.Sequence <= last {
				v.find("record.sequence", "", l, fmt.Sprintf("record %d after record %d", l.record.Sequence, last), "growing sequences")
			}
			switch beyond := l.record.Sequence > v.manifest.Sequence; {
			case v.manifest.Format != Format || beyond == (l.file == sinceName):
			case beyond:
				v.find("record.beyond", "", l, fmt.Sprintf("record %d", l.record.Sequence), fmt.Sprintf("at most %d", v.manifest.Sequence))
			default:
				v.find("record.beyond", "", l, fmt.Sprintf("record %d", l.record.Sequence), fmt.Sprintf("one after %d", v.manifest.Sequence))
			}
			last = l.record.Sequence
			v.all = append(v.all, l)
		}
	}
	slices.SortStableFunc(v.all, func(a, b *line) int { return bySequence(a.record, b.record) })
	for i, l := range v.all {
		if i == 0 {
			continue
		}
		before := v.all[i-1]
		if l.record.Sequence == before.record.Sequence && l.file != before.file {
			v.find("record.sequence", "", l, fmt.Sprintf("record %d in %s too", l.record.Sequence, before.file), "each record once")
		}
		if l.record.Recorded.Before(before.record.Recorded) {
			v.find("record.recorded", "", l, ledger.FormatRecorded(l.record.Recorded), fmt.Sprintf("not before %s of record %d", ledger.FormatRecorded(before.record.Recorded), before.record.Sequence))
		}
	}
}

// checkTrail holds the unit's own records against the chain. After a break it
// goes on with the head on record, to find what else is broken.
func (v *verification) checkTrail() {
	var t ledger.Trail
	known := true // whether t.Head is that of the record before
	tasks := map[ledger.TaskID]uint64{}
	v.numbers = map[uint64]*line{}
	for _, l := range v.trail() {
		if !l.parsed {
			t.Version++
			known = false
			continue
		}
		r := l.record
		v.checkPlace(l)
		switch err := t.AddDigest(r, l.digest); {
		case err == nil:
		case !known && r.TrailVersion == t.Version+1:
		default:
			v.add(problemOf(err, "trail.version").in("", l))
		}
		v.numbers[r.TrailVersion] = l
		t, known = ledger.Trail{Version: r.TrailVersion, Head: r.Head}, true
		v.checkTask(tasks, l)
	}
}

// checkPlace checks that a record belongs into its file.
func (v *verification) checkPlace(l *line) {
	p, m := l.record.Place, v.manifest
	if m.Format != Format {
		return // of which unit it should be is not known
	}
	own := l.file != contextName && !(l.file == sinceName && p.Family == ledger.Registry)
	switch {
	case p.Campaign != m.Campaign:
		v.find("record.place", "", l, p.String(), "campaign "+string(m.Campaign))
	case own && p.Unit != m.Unit:
		v.find("record.place", "", l, p.String(), "unit "+string(m.Unit))
	case l.file == contextName && (p.Unit == m.Unit || p.Family != ledger.Registry):
		v.find("record.place", "", l, p.String(), "registry records of other trails")
	}
}

// checkTask: a task is on the trail of the unit that leads it, from its first
// record to its last. Registry and audit records are of no task: no map for them.
func (v *verification) checkTask(tasks map[ledger.TaskID]uint64, l *line) {
	id, want := l.record.Place.Task, uint64(0)
	if id != "" {
		want = tasks[id] + 1
	}
	if l.record.TaskVersion != want {
		v.find("task.version", "", l, fmt.Sprintf("version %d of task %q", l.record.TaskVersion, id), fmt.Sprint(want))
	}
	if id != "" && tasks != nil {
		tasks[id] = l.record.TaskVersion
	}
}

// checkContext holds the records of others against their own trails as far as
// they are here: numbers grow, and where one follows the other, heads link.
func (v *verification) checkContext() {
	trails := map[ledger.UnitID]ledger.Trail{}
	for _, l := range v.others() {
		if !l.parsed {
			continue
		}
		v.checkPlace(l)
		r := l.record
		t, seen := trails[r.Place.Unit]
		next := r.TrailVersion == t.Version+1 && (seen || r.TrailVersion == 1)
		if err := t.AddDigest(r, l.digest); err != nil && (next || r.TrailVersion <= t.Version) {
			v.add(problemOf(err, "trail.version").in("", l))
		}
		trails[r.Place.Unit] = ledger.Trail{Version: r.TrailVersion, Head: r.Head}
		v.checkTask(nil, l)
	}
}

// lastHead is the head on record of the last line that could be read.
func lastHead(own []*line) (h ledger.Hash) {
	for _, l := range slices.Backward(own) {
		if l.parsed {
			return l.record.Head
		}
	}
	return h
}
