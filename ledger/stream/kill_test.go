package stream

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/natsd"

	"github.com/stretchr/testify/require"
)

// childDir names the folder that this binary is to append to, when a test runs it
// a second time as a process of its own.
const childDir = "DUCHA_TEST_FOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := appendUntilKilled(dir); err != nil {
			fmt.Println("failed", err)
		}
		return
	}
	os.Exit(m.Run())
}

// appendUntilKilled appends from 32 goroutines and prints each statement's id and
// sequence once it is acknowledged.
func appendUntilKilled(dir string) error {
	ctx := context.Background()
	server, err := natsd.Start(ctx, natsd.Options{Dir: dir})
	if err != nil {
		return err
	}
	nc, err := server.Connect()
	if err != nil {
		return err
	}
	st, err := Open(ctx, nc, campaign)
	if err != nil {
		return err
	}
	mark, err := ReadMark(filepath.Join(dir, "mark"))
	if err != nil {
		return err
	}
	var chain ledger.Chain
	for r, err := range Check(&chain, st.Read(ctx, 0)) {
		if err != nil {
			return err
		}
		if err := mark.Hold(r); err != nil {
			return err
		}
	}
	if err := mark.Reached(chain.Sequence()); err != nil {
		return err
	}
	w, err := NewWriter(ctx, st, &chain, newIndex(), WriterOptions{Clock: time.Now, MarkPath: filepath.Join(dir, "mark")})
	if err != nil {
		return err
	}
	var print sync.Mutex
	for g := range 32 {
		go func() {
			for {
				d, err := sign(fmt.Sprintf("u%02d", g), "T01")
				if err != nil {
					panic(err)
				}
				r, err := w.Append(ctx, d)
				if err != nil {
					panic(err)
				}
				print.Lock()
				fmt.Println(d.Statement.ID, r.Sequence)
				print.Unlock()
			}
		}()
	}
	select {}
}

// Whatever the moment of a kill, what was acknowledged is there, once, at its
// sequence, and the ledger goes on from there.
func TestAKillLosesNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "ledger")
	require.NoError(t, natsd.Init(dir, natsd.Marker{Campaign: campaign, Mode: natsd.Standalone}))
	admin, err := natsd.Start(t.Context(), natsd.Options{Dir: dir, Admin: true})
	require.NoError(t, err)
	nc, err := admin.ConnectAdmin()
	require.NoError(t, err)
	_, err = Create(t.Context(), nc, Config{Campaign: campaign})
	require.NoError(t, err)
	nc.Close()
	require.NoError(t, admin.Close())

	acknowledged := map[string]uint64{}
	for round := range 5 {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), childDir+"="+dir)
		out, err := c.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, c.Start())
		lines, n := bufio.NewScanner(out), 0
		for lines.Scan() {
			var id string
			var sequence uint64
			_, err := fmt.Sscan(lines.Text(), &id, &sequence)
			if err != nil && n > 150+97*round {
				break // a line that the kill cut
			}
			require.NoError(t, err, lines.Text())
			acknowledged[id] = sequence
			if n++; n == 150+97*round {
				require.NoError(t, c.Process.Kill())
			}
		}
		c.Wait()
		require.GreaterOrEqual(t, n, 150+97*round)
	}

	server, err := natsd.Start(t.Context(), natsd.Options{Dir: dir})
	require.NoError(t, err)
	defer server.Close()
	log := whole(t, connect(t, server))
	at := map[string]uint64{}
	for _, r := range log {
		e, err := r.Read()
		require.NoError(t, err)
		require.NotContains(t, at, e.ID.String(), "recorded twice")
		at[e.ID.String()] = r.Sequence
	}
	for id, sequence := range acknowledged {
		require.Equal(t, sequence, at[id], "statement %s", id)
	}
	mark, err := ReadMark(filepath.Join(dir, "mark"))
	require.NoError(t, err)
	require.NoError(t, mark.Reached(uint64(len(log))))
	t.Logf("%d acknowledged, %d recorded", len(acknowledged), len(log))
}
