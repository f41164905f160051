package trail

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// caught asserts that a bundle does not verify, and that a finding names the
// record or the file. sequences that are given must be named themselves.
func caught(t *testing.T, data []byte, file string, what string, sequences ...uint64) {
	t.Helper()
	if sampled(t, what, data) {
		return
	}
	r := Verify(data, Options{})
	if !assert.False(t, r.OK, "%s: not caught", what) {
		return
	}
	named := slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.File == file })
	assert.True(t, named, "%s: %s is not named in %v", what, file, codes(r))
	for _, s := range sequences {
		named := slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Sequence == s && f.File == file })
		assert.True(t, named, "%s: record %d is not named in %v", what, s, codes(r))
	}
}

func codes(r Report) (list []string) {
	for _, f := range r.Findings {
		list = append(list, fmt.Sprintf("%s %s:%d #%d", f.Code, f.File, f.Line, f.Sequence))
	}
	return list
}

// with is a copy of files with one of them replaced.
func with(files map[string][]byte, name string, data []byte) map[string][]byte {
	c := map[string][]byte{}
	for n, d := range files {
		c[n] = d
	}
	c[name] = data
	return c
}

// A byte of any line changed, with the container made good again: as it is, and
// with all digests of the manifest made good as well.
func TestAChangedByteInAnyRecordIsCaught(t *testing.T) {
	t.Parallel()
	files := unpackOf(t, nine(t).export(yearEnd))
	for _, file := range []string{recordsName, contextName, attestationName} {
		start := 0
		for raw := range bytes.Lines(files[file]) {
			r := recordsOf(t, raw)[0]
			for k, mark := range []string{`payload\":\"`, `keyid\":\"`, `sig\":\"`, `"head":"`, `"recorded":"2`, `"sequence":`, `"subject":"ledger.`, `"task_version":`, `"trail_version":`, `"v":`} {
				i := bytes.Index(raw, []byte(mark))
				require.Positive(t, i, mark)
				at := start + i + len(mark)
				if mark == `payload\":\"` {
					at += 200 // in the middle of it
				}
				forged := bytes.Clone(files[file])
				forged[at] ^= 1
				what := fmt.Sprintf("%s: record %d: %s", file, r.Sequence, mark)
				if (at+k)%3 == 0 { // what is caught with good digests is caught without
					caught(t, packOf(t, with(files, file, forged)), file, what)
				}
				again := with(files, file, forged)
				redigest(t, again)
				switch mark {
				case `"sequence":`: // it is named by another number
					caught(t, packOf(t, again), file, what+", redigested")
				case `payload\":\"`, `keyid\":\"`, `sig\":\"`, `"subject":"ledger.`, `"v":`:
					caught(t, packOf(t, again), file, what+", redigested", r.Sequence)
				default:
					if file == contextName { // held by the attested digest, and where it can be by the chain
						caught(t, packOf(t, again), file, what+", redigested")
					} else {
						caught(t, packOf(t, again), file, what+", redigested", r.Sequence)
					}
				}
			}
			start += len(raw)
		}
	}
}

// What an attacker without keys can do to whole records, and how much of the rest
// they make good: nothing, the digests, or the chain and the digests.
func TestATamperedListOfRecordsIsCaught(t *testing.T) {
	t.Parallel()
	w := nine(t)
	files := unpackOf(t, w.export(yearEnd))
	stranger := key(t, "stranger")
	forged := recordsOf(t, files[recordsName])
	extra := resign(t, forged[len(forged)-1], stranger)
	for _, file := range []string{recordsName, contextName} {
		good := recordsOf(t, files[file])
		for i, r := range good {
			swapped := slices.Clone(good)
			j := (i + 1) % len(good)
			swapped[i], swapped[j] = swapped[j], swapped[i]
			at := func(x ledger.Record) []ledger.Record { c := slices.Clone(good); c[i] = x; return c }
			other := w.keys["units/zfj"]
			if e, err := r.Read(); err == nil && e.Source == "units/zfj" {
				other = w.keys[office]
			}
			later := r
			later.Recorded = later.Recorded.Add(-1e9)
			moved := r
			moved.Place.Unit = "zgj"
			appended := extra
			appended.Sequence = w.last() - 1
			for k, a := range []struct {
				name  string
				list  []ledger.Record
				named bool // by its sequence, whatever is made good
			}{
				{"drop", slices.Delete(slices.Clone(good), i, i+1), false},
				{"swap", swapped, false},
				{"duplicate", slices.Insert(slices.Clone(good), i, r), true},
				{"reword", at(reword(t, r)), true},
				{"unsign", at(unsign(t, r)), true},
				{"resign", at(resign(t, r, other)), true},
				{"resign as a stranger", at(resign(t, r, stranger)), true},
				{"recorded", at(later), false},
				{"place", at(moved), true},
				{"append", append(slices.Clone(good), appended), false},
			} {
				want := []uint64{r.Sequence}
				if !a.named {
					want = nil
				}
				what := fmt.Sprintf("%s: record %d: %s", file, r.Sequence, a.name)
				as := with(files, file, lines(a.list))
				if (i+k)%3 == 0 { // what is caught with good digests is caught without
					caught(t, packOf(t, as), file, what, want...)
				}
				redigest(t, as)
				caught(t, packOf(t, as), file, what+", redigested", want...)
				if file == recordsName {
					rechain(a.list)
					as[file] = lines(a.list)
					redigest(t, as)
					caught(t, packOf(t, as), file, what+", rechained", want...)
				}
			}
		}
	}
}

// An operator with the ledger's key can attest what they like, but cannot sign
// for others.
func TestAnOperatorCannotPutWordsIntoMouths(t *testing.T) {
	t.Parallel()
	w := nine(t)
	files := unpackOf(t, w.export(yearEnd))
	for _, file := range []string{recordsName, contextName} {
		good := recordsOf(t, files[file])
		for i, r := range good {
			other := w.keys["units/zfj"]
			if e, err := r.Read(); err == nil && e.Source == "units/zfj" {
				other = w.keys[office]
			}
			for name, x := range map[string]ledger.Record{"reword": reword(t, r), "unsign": unsign(t, r), "resign": resign(t, r, other)} {
				list := slices.Clone(good)
				list[i] = x
				if file == recordsName {
					rechain(list)
				}
				as := with(files, file, lines(list))
				reattest(t, as, w.keys["ledger"])
				caught(t, packOf(t, as), file, fmt.Sprintf("%s: record %d: %s", file, r.Sequence, name), r.Sequence)
			}
		}
	}
}

// The operator's forged chain without the forged words is a good bundle: the
// tests above fail for the reason that they say.
func TestTheForgersToolsAreGood(t *testing.T) {
	w := nine(t)
	files := unpackOf(t, w.export(yearEnd))
	own := recordsOf(t, files[recordsName])
	rechain(own)
	as := with(files, recordsName, lines(own))
	reattest(t, as, w.keys["ledger"])
	assert.Empty(t, codes(Verify(packOf(t, as), Options{})))
}

func TestAChangedByteInAnyFileIsCaught(t *testing.T) {
	t.Parallel()
	files := unpackOf(t, small(t).export(yearEnd))
	for _, file := range []string{manifestName, keysName, statusName, readmeName} {
		for at := 0; at < len(files[file]); at += 31 {
			forged := bytes.Clone(files[file])
			forged[at] ^= 1
			caught(t, packOf(t, with(files, file, forged)), file, fmt.Sprintf("%s: byte %d", file, at))
		}
	}
}

// Every bit of everything in the container that is not a file's content.
func TestAChangedContainerIsCaught(t *testing.T) {
	t.Parallel()
	data := small(t).export(yearEnd)
	entries, err := unpack(data)
	require.NoError(t, err)
	content := make([]bool, len(data))
	at := 0
	for _, e := range entries {
		at += localSize + len(e.name)
		for range e.data {
			content[at] = true
			at++
		}
	}
	headers := 0
	for i := range data {
		if content[i] {
			continue
		}
		headers++
		for bit := range 8 {
			forged := bytes.Clone(data)
			forged[i] ^= 1 << bit
			v := &verification{files: map[string][]byte{}}
			v.container(forged)
			require.NotEmpty(t, v.report.Findings, "byte %d bit %d", i, bit)
		}
		if headers%10 == 0 {
			forged := bytes.Clone(data)
			forged[i] ^= 0xff
			require.False(t, Verify(forged, Options{}).OK, "byte %d", i)
		}
	}
	assert.Greater(t, headers, 700)
	for n := 1; n < len(data); n = n*5/4 + 1 {
		require.False(t, Verify(data[:len(data)-n], Options{}).OK, "without the last %d bytes", n)
	}
}
