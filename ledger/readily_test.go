package ledger

import (
	"bytes"
	"regexp"
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
		if _, err := Parse(data); err == nil {
			require.NoError(t, seal.CheckJSON(data), "%q", data)
		}
	})
}

func TestTheDigestOfAnEntry(t *testing.T) {
	r := Record{Sequence: 7, TrailVersion: 1, Place: Place{Campaign: "ja2023", Unit: "fgw", Family: Progress}, Envelope: []byte(`{"a":"x","head":"0123"}督`)}
	for range 3 {
		require.Equal(t, r.Digest(), EntryDigest(r.Encode()))
		r.Envelope = append(r.Envelope, r.Encode()...)
		r.Head[3]++
	}
}
