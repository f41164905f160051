package seal

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// CheckJSON reports whether data is one JSON value (RFC 8259) that every reader
// understands alike: valid UTF-8 throughout, escapes included, no member name
// twice in an object at any depth, and nothing but white space after it (RFC
// 7493, I-JSON). The error is one of ErrUTF8, ErrDuplicate, ErrSyntax and
// ErrTrailing. There is no limit on size: callers have their own.
func CheckJSON(data []byte) error {
	if err := checkUTF8(data); err != nil {
		return err
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(data))
	if _, err := dec.ReadValue(); err != nil {
		return jsonError(data, err)
	}
	return checkEnd(data, dec.InputOffset())
}

// checkUTF8 comes before any parsing: the tokeniser would find the same bytes,
// but its error does not say so by type.
func checkUTF8(data []byte) error {
	if utf8.Valid(data) {
		return nil
	}
	for i := 0; ; {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n <= 1 {
			return fail(ErrUTF8, "byte 0x%02x at offset %d is not UTF-8; text must be UTF-8 throughout", data[i], i)
		}
		i += n
	}
}

// checkEnd is the check of what stands after the value that ends at offset.
func checkEnd(data []byte, offset int64) error {
	rest := bytes.TrimLeft(data[offset:], " \t\r\n")
	if len(rest) == 0 {
		return nil
	}
	return fail(ErrTrailing, "%.20q at offset %d, after the JSON value; only white space may follow it",
		rest, len(data)-len(rest))
}

// jsonError maps an error of the tokeniser over data, which is valid UTF-8 as
// bytes, onto the sentinels of this package.
func jsonError(data []byte, err error) error {
	syntactic, ok := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case err == io.EOF:
		return fail(ErrSyntax, "nothing found; one JSON value is wanted")
	case !ok:
		return fail(ErrSyntax, "%v", err)
	case syntactic.Err == jsontext.ErrDuplicateName:
		return fail(ErrDuplicate, "%.60q a second time in one object, at offset %d; a name may stand only once",
			syntactic.JSONPointer.LastToken(), syntactic.ByteOffset)
	case isSurrogate(data, syntactic.ByteOffset):
		return fail(ErrUTF8, "half of a surrogate pair is escaped in the string at offset %d; escape both halves or neither",
			syntactic.ByteOffset)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fail(ErrSyntax, "it ends in the middle of the JSON value, after %d bytes", len(data))
	default:
		return fail(ErrSyntax, "%v at offset %d; one JSON value is wanted", syntactic.Err, syntactic.ByteOffset)
	}
}

// isSurrogate reports whether the error at offset goes away when bad UTF-8 is
// allowed. The tokeniser has no type for it, and data's bytes are UTF-8, so it is
// an escape such as \ud800 that stands alone.
func isSurrogate(data []byte, offset int64) bool {
	dec := jsontext.NewDecoder(bytes.NewBuffer(data),
		jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	_, err := dec.ReadValue()
	lenient, ok := errors.AsType[*jsontext.SyntacticError](err)
	return err == nil || ok && lenient.ByteOffset > offset
}
