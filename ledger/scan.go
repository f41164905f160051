package ledger

import (
	"bytes"
	"encoding/hex"
	"strconv"
)

// scanRecord reads a record that is in its canonical form and whose envelope is
// plain ASCII, as almost all are: several times faster than by way of JSON, and
// audits read nothing else. It takes nothing that [Record.Encode] would not write;
// false leaves the rest to whoever has the time to say what is wrong.
func scanRecord(data []byte) (r Record, ok bool) {
	s := scanner{rest: data}
	s.literal(`{"envelope":"`)
	r.Envelope = s.envelope()
	s.literal(`,"head":"`)
	s.hash(&r.Head)
	s.literal(`","recorded":"`)
	recorded := s.until('"')
	s.literal(`","sequence":`)
	r.Sequence = s.number()
	s.literal(`,"subject":"`)
	subject := s.until('"')
	s.literal(`","task_version":`)
	r.TaskVersion = s.number()
	s.literal(`,"trail_version":`)
	r.TrailVersion = s.number()
	s.literal(`,"v":1}`)
	if s.bad || len(s.rest) > 0 {
		return Record{}, false
	}
	var err1, err2 error
	r.Recorded, err1 = ParseRecorded(recorded)
	r.Place, err2 = ParsePlace(subject)
	if err1 != nil || err2 != nil || r.Place.String() != subject {
		return Record{}, false
	}
	return r, true
}

// scanEvent takes an event apart that is written as [Statement.Encode] writes it.
// Whether its data is JSON is for whoever reads that.
func scanEvent(payload []byte) (e event, ok bool) {
	s := scanner{rest: payload}
	text := func(name string) string {
		s.literal(name)
		return s.ascii()
	}
	s.literal(`{"specversion":"1.0"`)
	e.SpecVersion = "1.0"
	e.ID, e.Type, e.Source = text(`,"id":"`), Kind(text(`,"type":"`)), text(`,"source":"`)
	e.Subject, e.Time = text(`,"subject":"`), text(`,"time":"`)
	e.ContentType, e.Unit = text(`,"datacontenttype":"`), UnitID(text(`,"unit":"`))
	s.literal(`,"basis":`)
	e.Basis = s.number()
	s.literal(`,"data":`)
	if s.bad || len(s.rest) == 0 || s.rest[len(s.rest)-1] != '}' {
		return event{}, false
	}
	e.Data = s.rest[:len(s.rest)-1]
	return e, true
}

// scanner takes a record apart from the left; after the first thing that is not as
// it should be, nothing is.
type scanner struct {
	rest []byte
	bad  bool
}

func (s *scanner) literal(want string) {
	if s.bad || len(s.rest) < len(want) || string(s.rest[:len(want)]) != want {
		s.bad = true
		return
	}
	s.rest = s.rest[len(want):]
}

// until is what stands before a byte, which stays.
func (s *scanner) until(end byte) string {
	i := bytes.IndexByte(s.rest, end)
	if s.bad || i < 0 {
		s.bad = true
		return ""
	}
	text := s.rest[:i]
	s.rest = s.rest[i:]
	return string(text)
}

// ascii is the rest of a JSON string of plain characters, with its closing quote.
func (s *scanner) ascii() string {
	n := plainPrefix(s.rest)
	if s.bad || n == len(s.rest) || s.rest[n] != '"' {
		s.bad = true
		return ""
	}
	text := string(s.rest[:n])
	s.rest = s.rest[n+1:]
	return text
}

// envelope is the rest of a JSON string, with its closing quote: printable ASCII in
// which nothing is escaped but the quote and the backslash, which must be.
func (s *scanner) envelope() []byte {
	if s.bad {
		return nil
	}
	out, rest, escaped := make([]byte, 0, len(s.rest)), s.rest, 0
	for {
		i := plainPrefix(rest[escaped:]) + escaped
		out = append(out, rest[:i]...)
		switch {
		case i < len(rest) && rest[i] == '"':
			s.rest = rest[i+1:]
			return out
		case i+1 < len(rest) && rest[i] == '\\' && (rest[i+1] == '"' || rest[i+1] == '\\'):
			rest, escaped = rest[i+1:], 1
		default:
			s.bad = true
			return nil
		}
	}
}

// plainPrefix is how many plain bytes there are from the beginning, eight at a time
// as far as that goes.
func plainPrefix(b []byte) (n int) {
	const each, high = 0x0101010101010101, 0x8080808080808080
	none := func(w, c uint64) bool { // no byte of w, which are all below 0x80, is c
		x := w ^ c*each
		return (x+0x7f*each)&high == high
	}
	for ; n+8 <= len(b); n += 8 {
		c := [8]byte(b[n:]) // read once: the race detector counts each look at b
		w := uint64(c[0]) | uint64(c[1])<<8 | uint64(c[2])<<16 | uint64(c[3])<<24 | uint64(c[4])<<32 | uint64(c[5])<<40 | uint64(c[6])<<48 | uint64(c[7])<<56
		if w&high != 0 || (w+each)&high != 0 || (w+0x60*each)&high != high || !none(w, '"') || !none(w, '\\') {
			break
		}
	}
	for n < len(b) && plain[b[n]] {
		n++
	}
	return n
}

// plain are the bytes that stand for themselves in such a string.
var plain = func() (p [256]bool) {
	for c := byte(0x20); c <= 0x7e; c++ {
		p[c] = c != '"' && c != '\\'
	}
	return p
}()

func (s *scanner) hash(h *Hash) {
	const n = 2 * len(h)
	if s.bad || len(s.rest) < n {
		s.bad = true
		return
	}
	for _, c := range s.rest[:n] {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			s.bad = true
			return
		}
	}
	_, err := hex.Decode(h[:], s.rest[:n])
	s.bad, s.rest = err != nil, s.rest[n:]
}

// number is a decimal number of at most 2^53 without leading zeroes.
func (s *scanner) number() uint64 {
	i := 0
	for i < len(s.rest) && s.rest[i] >= '0' && s.rest[i] <= '9' {
		i++
	}
	if s.bad || i == 0 || i > 16 || i > 1 && s.rest[0] == '0' {
		s.bad = true
		return 0
	}
	n, err := strconv.ParseUint(string(s.rest[:i]), 10, 64)
	s.bad, s.rest = err != nil || n > 1<<53, s.rest[i:]
	return n
}
