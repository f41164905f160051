package ledger

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A record is written by hand, for speed, and is what json.Marshal writes.
func TestARecordIsWrittenAsJSONDoes(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("\"\\/<>&'\u2028\u2029\x00\x1f\x7f\ufeff\ufffd督查😀é\n\t\b\f\r")), 0, 40, -1))
	rapid.Check(t, func(t *rapid.T) {
		r := Record{
			Sequence: rapid.Uint64().Draw(t, "sequence"), TaskVersion: rapid.Uint64().Draw(t, "task"), TrailVersion: rapid.Uint64().Draw(t, "trail"),
			Recorded: time.UnixMilli(rapid.Int64Range(-1e12, 1e13).Draw(t, "recorded")).In(time.FixedZone("", rapid.IntRange(-43200, 43200).Draw(t, "zone"))),
			Place:    Place{LocalID(text.Draw(t, "campaign")), UnitID(text.Draw(t, "unit")), TaskID(text.Draw(t, "of")), Family(text.Draw(t, "family"))},
			Envelope: []byte(text.Draw(t, "envelope")),
		}
		copy(r.Head[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "head"))
		for _, head := range []*Hash{nil, &r.Head} {
			want, err := json.Marshal(entry{
				Envelope: string(r.Envelope), Head: head, Recorded: FormatRecorded(r.Recorded), Sequence: r.Sequence,
				Subject: r.Place.String(), TaskVersion: r.TaskVersion, TrailVersion: r.TrailVersion, V: 1,
			}, jsontext.AllowInvalidUTF8(false))
			require.NoError(t, err)
			require.Equal(t, string(want), string(r.encode(head)))
		}
	})
	require.Panics(t, func() { Record{Envelope: []byte("\xff")}.Encode() })
}
