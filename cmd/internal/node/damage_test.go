package node

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"ducha/ledger"
	"ducha/ledger/natsd"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"
)

func itoa(n int) string { return strconv.Itoa(n) }

// blockOf is the last block of a ledger's store.
func blockOf(t testing.TB, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "store", "jetstream", "$G", "streams", "LEDGER_ja2023", "msgs", "*.blk"))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	return names[len(names)-1]
}

// onlyFile is the one file in a folder.
func onlyFile(t testing.TB, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.NotEmpty(t, entries)
	return filepath.Join(dir, entries[len(entries)-1].Name())
}

// flip changes one bit of a file: at a byte, or below 1 at a part of it.
func flip(t testing.TB, path string, at float64) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	if at < 1 {
		at *= float64(len(data))
	}
	data[int(at)] ^= 4
	require.NoError(t, os.WriteFile(path, data, 0o600))
}

// forge adds a record to a ledger's store as somebody does who has the files and
// the program.
func forge(t *testing.T, dir string, r ledger.Record) {
	t.Helper()
	server, err := natsd.Start(t.Context(), natsd.Options{Dir: dir})
	require.NoError(t, err)
	defer func() { require.NoError(t, server.Close()) }()
	conn, err := server.Connect()
	require.NoError(t, err)
	defer conn.Close()
	e, err := r.Read()
	require.NoError(t, err)
	reply, err := conn.RequestMsgWithContext(t.Context(), &nats.Msg{Subject: r.Place.String(), Data: r.Envelope, Header: nats.Header{
		nats.MsgIdHdr: {e.ID.String()}, "Ducha-Recorded": {ledger.FormatRecorded(r.Recorded)}, "Ducha-Task-Version": {fmt.Sprint(r.TaskVersion)},
		"Ducha-Trail-Version": {fmt.Sprint(r.TrailVersion)}, "Ducha-Head": {r.Head.String()},
	}})
	require.NoError(t, err)
	require.Contains(t, string(reply.Data), fmt.Sprintf(`"seq":%d`, r.Sequence))
}
