package witness

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func logFolder(dir string, h *history) string {
	return filepath.Join(dir, "logs", OriginHash(h.origin))
}

// State that is not what this witness left there is never taken for none, nor for
// its own: each of these would let it cosign a second history.
func TestAStateThatIsNotItsOwnIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, dir, log string, earlier []byte){
		"no checkpoint": func(t *testing.T, _, log string, _ []byte) {
			require.NoError(t, os.Remove(filepath.Join(log, "checkpoint")))
		},
		"an empty checkpoint": func(t *testing.T, _, log string, _ []byte) {
			require.NoError(t, os.Truncate(filepath.Join(log, "checkpoint"), 0))
		},
		"half a checkpoint": func(t *testing.T, _, log string, earlier []byte) {
			require.NoError(t, os.WriteFile(filepath.Join(log, "checkpoint"), earlier[:len(earlier)/2], 0o600))
		},
		"a checkpoint that was never cosigned": func(t *testing.T, _, log string, earlier []byte) {
			plain := earlier[:bytes.LastIndex(earlier, []byte("— "))]
			require.NoError(t, os.WriteFile(filepath.Join(log, "checkpoint"), plain, 0o600))
		},
		"no key of the log": func(t *testing.T, _, log string, _ []byte) {
			require.NoError(t, os.Remove(filepath.Join(log, "key")))
		},
		"a copy beside it": func(t *testing.T, _, log string, _ []byte) {
			require.NoError(t, os.CopyFS(log+".bak", os.DirFS(log)))
		},
		"a copy under another log's name": func(t *testing.T, _, log string, _ []byte) {
			require.NoError(t, os.CopyFS(filepath.Join(filepath.Dir(log), strings.Repeat("0", 64)), os.DirFS(log)))
		},
		"another key of the witness": func(t *testing.T, dir, _ string, _ []byte) {
			pem, err := keyOf(t, "another").PEM()
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "witness.pem"), pem, 0o600))
		},
		"another name of the witness": func(t *testing.T, dir, _ string, _ []byte) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "witness.json"), []byte(`{"name":"other.example/w"}`), 0o600))
		},
		"no key of the witness": func(t *testing.T, dir, _ string, _ []byte) {
			require.NoError(t, os.Remove(filepath.Join(dir, "witness.pem")))
		},
		"no folder of logs": func(t *testing.T, dir, _ string, _ []byte) {
			require.NoError(t, os.RemoveAll(filepath.Join(dir, "logs")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHistory(t, "ja2023", "a", 20)
			w, dir := newWitness(t, "W1", h)
			_, err := w.Add(h.from(0, 12).Encode())
			require.NoError(t, err)
			require.NoError(t, w.Close())
			signed, err := os.ReadFile(filepath.Join(logFolder(dir, h), "checkpoint"))
			require.NoError(t, err)
			spoil(t, dir, logFolder(dir, h), signed)
			_, err = Open(dir, clock)
			require.ErrorIs(t, err, &ledger.Error{Rule: "witness.state"})
			require.Equal(t, ledger.Damaged, ledger.ClassOf(err))
			_, err = Look(dir)
			require.Equal(t, ledger.Damaged, ledger.ClassOf(err))
		})
	}
}

// A write that fails may have been persisted or not. Either way nothing was
// answered, and the witness goes on, or starts again, from what is there.
func TestAWriteThatFails(t *testing.T) {
	full := errors.New("no space left on device")
	for name, fails := range map[string]func(string, []byte) error{
		"and was not persisted": func(string, []byte) error { return full },
		"but was persisted":     func(path string, data []byte) error { return errors.Join(write(path, data), full) },
	} {
		for _, restarts := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, restarts %v", name, restarts), func(t *testing.T) {
				h, fork := newHistory(t, "ja2023", "a", 20), newHistory(t, "ja2023", "b", 20)
				w, dir := newWitness(t, "W1", h)
				_, err := w.Add(h.from(0, 5).Encode())
				require.NoError(t, err)
				w.put = fails
				line, err := w.Add(h.from(5, 12).Encode())
				require.ErrorIs(t, err, full)
				require.Nil(t, line, "nothing is signed that is not kept")
				w.put = write
				if restarts {
					require.NoError(t, w.Close())
					w, err = Open(dir, clock)
					require.NoError(t, err)
					defer w.Close()
				}
				persisted := name == "but was persisted"
				old := uint64(5)
				if persisted {
					old = 12
				}
				_, err = w.Add(h.from(7, 12).Encode())
				no, ok := err.(*refusal)
				require.True(t, ok)
				require.Equal(t, old, no.size, "it stands where the disk does")
				if persisted {
					_, err = w.Add(fork.from(12, 12).Encode())
					require.ErrorContains(t, err, "two histories")
				}
				_, err = w.Add(h.from(old, 12).Encode())
				require.NoError(t, err)
				_, err = w.Add(h.from(12, 20).Encode())
				require.NoError(t, err)
			})
		}
	}
}

// Evidence that cannot be kept does not turn a refusal into a cosignature, and its
// loss is said aloud.
func TestEvidenceThatCannotBeKept(t *testing.T) {
	h, fork := newHistory(t, "ja2023", "a", 20), newHistory(t, "ja2023", "b", 20)
	w, _ := newWitness(t, "W1", h)
	var said bytes.Buffer
	w.Logger = slog.New(slog.NewTextHandler(&said, nil))
	_, err := w.Add(h.from(0, 12).Encode())
	require.NoError(t, err)
	w.put = func(string, []byte) error { return errors.New("no space left on device") }
	_, err = w.Add(fork.from(12, 12).Encode())
	require.ErrorContains(t, err, "two histories")
	require.Contains(t, said.String(), "evidence could not be kept")
	w.put = write
	_, err = w.Add(fork.from(12, 12).Encode())
	require.ErrorContains(t, err, "two histories")
	require.Contains(t, said.String(), "proof of fraud")
}

// Anybody can send a log's own checkpoints with a bad proof. That neither fills the
// room for evidence, nor stays as a suspicion once the log came there.
func TestNoiseIsNotEvidence(t *testing.T) {
	h, fork := newHistory(t, "ja2023", "a", 120), newHistory(t, "ja2023", "b", 120)
	w, dir := newWitness(t, "W1", h)
	_, err := w.Add(h.from(0, 5).Encode())
	require.NoError(t, err)
	for size := uint64(6); size <= 100; size++ {
		noise := h.from(5, size)
		noise.Proof = noise.Proof[:0]
		_, err := w.Add(noise.Encode())
		require.ErrorContains(t, err, "does not lead")
	}
	list, err := Look(dir)
	require.NoError(t, err)
	require.Len(t, list[0].Refused, maxKept)
	_, err = w.Add(fork.from(5, 5).Encode())
	require.Error(t, err)
	for size := uint64(6); size <= 100; size++ {
		_, err = w.Add(h.from(size-1, size).Encode())
		require.NoError(t, err)
	}
	list, err = Look(dir)
	require.NoError(t, err)
	require.Empty(t, list[0].Refused)
	require.Len(t, list[0].Forks, 1, "real fraud has room of its own")
}

// A log is added while the witness serves, by another process, and two who add at
// once with two keys do not both succeed.
func TestALogIsAddedWhileItServes(t *testing.T) {
	h := newHistory(t, "ja2023", "a", 20)
	w, dir := newWitness(t, "W1")
	_, err := w.Add(h.from(0, 5).Encode())
	require.ErrorContains(t, err, "not known")
	list, err := Look(dir)
	require.NoError(t, err)
	require.Empty(t, list)

	var adding sync.WaitGroup
	var added atomic.Int32
	for i := range 8 {
		adding.Go(func() {
			vkey := h.vkey()
			if i%2 == 1 {
				vkey = vkeyOf(t, h.origin, "an impostor")
			}
			if AddLog(dir, vkey) == nil && i%2 == 0 {
				added.Add(1)
			}
		})
	}
	adding.Wait()
	left, err := filepath.Glob(filepath.Join(dir, "logs", ".new-*"))
	require.NoError(t, err)
	require.Empty(t, left)
	_, err = w.Add(h.from(0, 5).Encode())
	if added.Load() == 0 { // the impostor was first: the true key is refused, all four times
		require.Error(t, err)
		return
	}
	require.EqualValues(t, 4, added.Load(), "the same key once more is nothing new")
	require.NoError(t, err)
	list, err = Look(dir)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.EqualValues(t, 5, list[0].Size)
}

// What a killed process left is cleared away, and means nothing before that.
func TestWhatAKillLeavesBehind(t *testing.T) {
	h := newHistory(t, "ja2023", "a", 20)
	w, dir := newWitness(t, "W1", h)
	_, err := w.Add(h.from(0, 5).Encode())
	require.NoError(t, err)
	require.NoError(t, w.Close())
	half := filepath.Join(logFolder(dir, h), ".new-123")
	require.NoError(t, os.WriteFile(half, []byte("half a check"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "logs", ".new-456"), 0o700))
	list, err := Look(dir)
	require.NoError(t, err)
	require.Len(t, list, 1)
	w, err = Open(dir, clock)
	require.NoError(t, err)
	defer w.Close()
	require.NoFileExists(t, half)
	_, err = w.Add(h.from(5, 9).Encode())
	require.NoError(t, err)
}

// Slow clients are put out, and meanwhile cost others nothing.
func TestSlowClients(t *testing.T) {
	h := newHistory(t, "ja2023", "a", 20)
	w, _ := newWitness(t, "W1", h)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	const slow = time.Second
	go w.serve(t.Context(), l, slow)
	base := "http://" + l.Addr().String()

	var ended sync.WaitGroup
	began := time.Now()
	for i := range 100 {
		c, err := net.Dial("tcp", l.Addr().String())
		require.NoError(t, err)
		defer c.Close()
		text := "POST /add-checkpoint HTTP/1.1\r\nHost: x\r\n" // no end of the headers
		if i%2 == 0 {
			text += "Content-Length: 60000\r\n\r\nold 0\n" // no end of the body
		}
		_, err = c.Write([]byte(text))
		require.NoError(t, err)
		ended.Go(func() {
			c.SetReadDeadline(time.Now().Add(10 * time.Second))
			for in := bufio.NewReader(c); ; {
				if _, err := in.ReadByte(); err != nil {
					var timeout net.Error
					assert.False(t, errors.As(err, &timeout) && timeout.Timeout(), "it is still there")
					return
				}
			}
		})
	}
	status, _, text := post(t, base, h.from(0, 5).Encode())
	require.Equal(t, 200, status, text)
	require.Less(t, time.Since(began), slow, "nobody waits for the slow")
	ended.Wait()

	// A reverse proxy may pass on the name under which the witness is known.
	r, err := http.NewRequest(http.MethodGet, base+"/"+OriginHash(h.origin)+"/checkpoint", nil)
	require.NoError(t, err)
	r.Host = "sjj.ja.example"
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, 200, res.StatusCode)
	for path, want := range map[string]int{"/healthz": 200, "/" + strings.Repeat("0", 64) + "/checkpoint": 404, "/../../checkpoint": 404, "/%2e%2e/checkpoint": 404, "/add-checkpoint": 405} {
		res, err := http.Get(base + path)
		require.NoError(t, err)
		res.Body.Close()
		require.Equal(t, want, res.StatusCode, path)
	}
}
