package ledger

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The fast way takes nothing that the slow way does not, and reads the same in it.
func TestScanningIsParsing(t *testing.T) {
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Uint64Range(0, 1<<53)
		r := Record{Sequence: number.Draw(t, "sequence"), TaskVersion: number.Draw(t, "task"), TrailVersion: number.Draw(t, "trail"),
			Recorded: time.UnixMilli(rapid.Int64Range(946684800000, 4102444800000).Draw(t, "recorded")).UTC(),
			Place:    Place{Campaign: "ja2023", Unit: "fgw", Task: TaskID(rapid.SampledFrom([]string{"", "T01"}).Draw(t, "task id")), Family: Progress},
			Envelope: []byte(rapid.OneOf(rapid.StringMatching(`[ -~]{0,60}`), rapid.String()).Draw(t, "envelope"))}
		copy(r.Head[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "head"))
		data := r.Encode()
		agree(t, data)
		if _, ok := scanRecord(data); ok {
			taken++
		}

		// One byte changed, taken out or put in; or a piece of it twice.
		at := rapid.IntRange(0, len(data)-1).Draw(t, "at")
		agree(t, append(append(bytes.Clone(data[:at]), rapid.Byte().Draw(t, "byte")), data[at+1:]...))
		agree(t, append(bytes.Clone(data[:at]), data[at+1:]...))
		agree(t, append(append(bytes.Clone(data[:at]), rapid.Byte().Draw(t, "byte")), data[at:]...))
		agree(t, append(bytes.Clone(data[:at]), data[at/2:]...))
	})
	require.Positive(t, taken)
}

func agree(t require.TestingT, data []byte) {
	want, err := parseRecord(data)
	got, ok := scanRecord(data)
	if err != nil {
		require.False(t, ok, "%q: %v", data, err)
		return
	}
	if ok {
		require.Equal(t, want, got)
	}
}

func TestARecordWithARealEnvelopeIsScanned(t *testing.T) {
	r := Record{Sequence: 7, TrailVersion: 1, Recorded: time.UnixMilli(1700000000123).UTC(), Place: Place{Campaign: "ja2023", Unit: "fgw", Family: Progress},
		Envelope: []byte(`{"payload":"eyJz+/==","payloadType":"application/cloudevents+json","signatures":[{"keyid":"ab","sig":"cd"}]}`)}
	got, ok := scanRecord(r.Encode())
	require.True(t, ok)
	require.Equal(t, r, got)
	for _, bad := range []string{"", "{", string(r.Encode()) + "\n", string(r.Encode()[:len(r.Encode())-1])} {
		_, ok := scanRecord([]byte(bad))
		require.False(t, ok, bad)
	}
}

// A server outlives the folder that it was started in.
func TestSchemasNeedNoWorkingFolder(t *testing.T) {
	dir := t.TempDir() + "/gone"
	require.NoError(t, os.Mkdir(dir, 0o700))
	t.Chdir(dir)
	require.NoError(t, os.Remove(dir))
	for _, s := range Kinds() {
		require.NotPanics(t, func() { s.compileAnew() }, s.Kind)
	}
}
