package ledger

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"ducha/ledger/seal"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Every character that the short way takes, the patterns take.
func TestOrdinaryTextsMatch(t *testing.T) {
	line, text := regexp.MustCompile(linePattern), regexp.MustCompile(textPattern)
	n := 0
	for r := rune(0); r < 0x20000; r++ {
		if s := string(r); ordinary(s) {
			n++
			require.True(t, line.MatchString(s) && text.MatchString(s), "%U", r)
		}
		if s := " 报" + string(r) + "a "; ordinary(s) {
			require.True(t, line.MatchString(s) && text.MatchString(s), "%U", r)
		}
	}
	assert.Greater(t, n, 20_000)
	assert.False(t, ordinary("") || ordinary("  ") || ordinary("a\n") || ordinary("a\u3000") || ordinary("\u200b"))
}

// What is read as a statement is JSON that all readers understand alike, though
// that is not looked at first.
func TestWhatParsesIsStrictJSON(t *testing.T) {
	good := []byte(`{"specversion":"1.0","id":"018e0b1c-2f6a-7c1d-9b1e-0c4f5a6b7c8d","type":"dispatch.logged.v1","source":"/ja2023/units/fgw","subject":"tasks/T01","time":"2024-03-05T09:12:00+08:00","datacontenttype":"application/json","unit":"fgw","basis":1,"data":{"on":"2024-03-05","summary":"调度"}}`)
	_, err := Parse(good)
	require.NoError(t, err)
	for _, bad := range []string{`"summary":"a","summary":"b"`, `"summary":"\ud800"`, "\"summary\":\"\xff\"", `"summary":"a",`} {
		data := bytes.Replace(good, []byte(`"summary":"调度"`), []byte(bad), 1)
		_, err := Parse(data)
		require.ErrorIs(t, err, &Error{Rule: "statement.json"}, bad)
	}
	for _, bad := range [][]byte{append(good, '{'), bytes.Replace(good, []byte(`"basis":1`), []byte(`"basis":1,"basis":1`), 1), good[:len(good)-1], nil} {
		_, err := Parse(bad)
		require.ErrorIs(t, err, &Error{Rule: "statement.json"}, string(bad))
	}
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(good)-1).Draw(t, "at")
		put := rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "put")
		end := min(len(good), at+rapid.IntRange(0, 2).Draw(t, "cut"))
		data := append(append(bytes.Clone(good[:at]), put...), good[end:]...)
		got, err := Parse(data)
		if err == nil {
			require.NoError(t, seal.CheckJSON(data), "%q", data)
		}
		want, slow := parse(data)
		require.Equal(t, slow, err, "%q", data)
		require.Equal(t, want, got, "%q", data)
	})
	_, ok := scanEvent(good)
	require.True(t, ok, "the fast way is taken")
}

// Every kind's statement reads alike on both ways.
func TestScanningEventsIsParsing(t *testing.T) {
	for _, bad := range []string{``, `,"x":1`, `} `, `}}`} {
		data := []byte(`{"specversion":"1.0","id":"018e0b1c-2f6a-7c1d-9b1e-0c4f5a6b7c8d","type":"dispatch.logged.v1","source":"/ja2023/units/fgw","subject":"tasks/T01","time":"2024-03-05T09:12:00+08:00","datacontenttype":"application/json","unit":"fgw","basis":1,"data": {"on":"2024-03-05","summary":"a"} ` + bad + `}`)
		want, slow := parse(data)
		got, err := Parse(data)
		require.Equal(t, slow, err, bad)
		require.Equal(t, want, got, bad)
	}
}

func TestIDsAreWhatThePatternSays(t *testing.T) {
	idRegexp := regexp.MustCompile(idPattern)
	for c := range 256 {
		for _, s := range []string{string([]byte{byte(c)}), string([]byte{'a', byte(c)}), string([]byte{byte(c), '-'}), "a督"} {
			require.Equal(t, idRegexp.MatchString(s), isID(s), "%q", s)
		}
	}
	for n := range 45 {
		s := strings.Repeat("x", n)
		require.Equal(t, idRegexp.MatchString(s), isID(s), n)
	}
}

func TestTheDigestOfAnEntry(t *testing.T) {
	r := Record{Sequence: 7, TrailVersion: 1, Place: Place{Campaign: "ja2023", Unit: "fgw", Family: Progress}, Envelope: []byte(`{"a":"x","head":"0123"}督`)}
	for range 3 {
		require.Equal(t, r.Digest(), EntryDigest(r.Encode()))
		r.Envelope = append(r.Envelope, r.Encode()...)
		r.Head[3]++
	}
}

func TestPlainPrefix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.OneOf(rapid.ByteRange(0x20, 0x7e), rapid.Byte()), 0, 40).Draw(t, "bytes")
		n := 0
		for n < len(b) && plain[b[n]] {
			n++
		}
		require.Equal(t, n, plainPrefix(b), "%q", b)
	})
	for c := range 256 {
		for at := range 20 {
			b := bytes.Repeat([]byte("a"), 24)
			b[at] = byte(c)
			want := 24
			if !plain[byte(c)] {
				want = at
			}
			require.Equal(t, want, plainPrefix(b), "%q", b)
		}
	}
}
