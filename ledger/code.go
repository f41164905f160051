package ledger

import (
	"fmt"
	"strings"
)

// Code (查验码) is what a printed paper carries to be found again and held against
// the record: the record's sequence, and the first forty bits of the SHA-256 of the
// envelope as it was submitted, in the digits of Crockford's Base 32, such as
//
//	1C7-9QXM-3D0K
//
// Whoever holds the receipt can work it out offline: a receipt has both. A code that
// was read wrongly, or made up, fits no record.
type Code string

const codeDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ" // no I, L, O, U

// CodeOf is the code of the record with a sequence and an envelope's digest.
func CodeOf(sequence uint64, envelope Hash) Code {
	var digits []byte
	for n := sequence; n > 0 || len(digits) == 0; n >>= 5 {
		digits = append([]byte{codeDigits[n&31]}, digits...)
	}
	var bits uint64
	for _, b := range envelope[:5] {
		bits = bits<<8 | uint64(b)
	}
	check := make([]byte, 8)
	for i := range check {
		check[i] = codeDigits[bits>>(35-5*i)&31]
	}
	return Code(fmt.Sprintf("%s-%s-%s", digits, check[:4], check[4:]))
}

// Code is the code of the receipt's record.
func (r Receipt) Code() Code { return CodeOf(r.Sequence, r.Digest) }

// ParseCode reads a code as people type it: in either case, with or without the
// hyphens, I and L for 1, O for 0. It gives the code in its form and the sequence of
// the record that it names; whether that record has this code is for whoever holds
// the record.
func ParseCode(s string) (Code, uint64, error) {
	bad := Malform("paper.code", fmt.Sprintf("%.40q", s), "a code as it stands on the paper, such as 1C7-9QXM-3D0K")
	text := strings.NewReplacer("-", "", " ", "", "I", "1", "L", "1", "O", "0").Replace(strings.ToUpper(s))
	n := len(text) - 8
	if n < 1 || n > 13 {
		return "", 0, bad
	}
	var sequence uint64
	for i := range len(text) {
		d := strings.IndexByte(codeDigits, text[i])
		if d < 0 {
			return "", 0, bad
		}
		if i < n {
			if sequence >= 1<<59 {
				return "", 0, bad
			}
			sequence = sequence<<5 | uint64(d)
		}
	}
	if sequence == 0 {
		return "", 0, bad
	}
	first := strings.TrimLeft(text[:n], "0")
	return Code(fmt.Sprintf("%s-%s-%s", first, text[n:n+4], text[n+4:])), sequence, nil
}
