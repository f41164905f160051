package seal_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ducha/ledger/seal"
)

func TestCheckJSON(t *testing.T) {
	for _, ok := range []string{
		`{}`, `[]`, `null`, `"督查"`, `-0.5e-9`, " {\"a\":{\"b\":1},\"b\":[{\"b\":1},{\"b\":1}]}\r\n\t ", `"\ud83d\ude00"`, `"\ufffd�"`,
	} {
		assert.NoError(t, seal.CheckJSON([]byte(ok)), ok)
	}
	for _, c := range []struct {
		name, json string
		is         error
		says       string
	}{
		{"empty", "", seal.ErrSyntax, "nothing found"},
		{"white space", " \n", seal.ErrSyntax, "nothing found"},
		{"cut off", `{"a":`, seal.ErrSyntax, "ends in the middle of the JSON value, after 5 bytes"},
		{"cut off in a string", `{"a":"b`, seal.ErrSyntax, "ends in the middle"},
		{"single quotes", `{'a':1}`, seal.ErrSyntax, "at offset 1"},
		{"comma at the end", `[1,]`, seal.ErrSyntax, "at offset 3"},
		{"comment", `/**/1`, seal.ErrSyntax, "at offset 0"},
		{"byte order mark", "\ufeff{}", seal.ErrSyntax, "at offset 0"},
		{"leading zero", `[01]`, seal.ErrSyntax, "at offset 2"},
		{"NaN", `NaN`, seal.ErrSyntax, "at offset 0"},
		{"control character", "\"a\nb\"", seal.ErrSyntax, "at offset 2"},
		{"name that is a number", `{1:1}`, seal.ErrSyntax, "at offset 1"},
		{"too deep", strings.Repeat("[", 10001) + strings.Repeat("]", 10001), seal.ErrSyntax, "depth"},
		{"duplicate", `{"a":1,"b":2,"a":1}`, seal.ErrDuplicate, `"a" a second time in one object, at offset 13`},
		{"duplicate within", `[{"x":{"status":"green","status":"red"}}]`, seal.ErrDuplicate, `"status"`},
		{"duplicate by escape", `{"a":1,"\u0061":2}`, seal.ErrDuplicate, `"a"`},
		{"duplicate of slash", `{"a/b~":1,"a\/b~":2}`, seal.ErrDuplicate, `"a/b~"`},
		{"bad byte", "{\"a\":\"\xff\"}", seal.ErrUTF8, "byte 0xff at offset 6"},
		{"bad byte in a name", "{\"\xc3\x28\":1}", seal.ErrUTF8, "byte 0xc3 at offset 2"},
		{"overlong", "\"\xc0\x80\"", seal.ErrUTF8, "byte 0xc0 at offset 1"},
		{"surrogate in bytes", "\"\xed\xa0\x80\"", seal.ErrUTF8, "byte 0xed at offset 1"},
		{"GB 18030", "\"\xb6\xbd\xb2\xe9\"", seal.ErrUTF8, "byte 0xb6 at offset 1"},
		{"half a pair", `["\ud83d"]`, seal.ErrUTF8, "surrogate"},
		{"other half", `["x\ude00"]`, seal.ErrUTF8, "surrogate"},
		{"half a pair in names", `{"\ud800":1,"\ud801":1}`, seal.ErrUTF8, "surrogate"},
		{"two values", `{}{}`, seal.ErrTrailing, `"{}" at offset 2`},
		{"text after", "1 \n x", seal.ErrTrailing, `"x" at offset 4`},
		{"zero byte after", "{}\x00", seal.ErrTrailing, `at offset 2`},
		{"no-break space after", "{}\u00a0", seal.ErrTrailing, `at offset 2`},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := seal.CheckJSON([]byte(c.json))
			require.ErrorIs(t, err, c.is)
			assert.ErrorContains(t, err, c.says)
		})
	}
}
