package archive

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/proof"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// feed is records that come when a test says so.
type feed struct {
	ctx  context.Context
	come chan []ledger.Record
}

func newFeed(ctx context.Context) *feed { return &feed{ctx, make(chan []ledger.Record)} }

func (f *feed) all() iter.Seq2[ledger.Record, error] {
	return func(yield func(ledger.Record, error) bool) {
		for {
			select {
			case list, ok := <-f.come:
				if !ok {
					return
				}
				for _, r := range list {
					if !yield(r, nil) {
						return
					}
				}
			case <-f.ctx.Done():
				yield(ledger.Record{}, f.ctx.Err())
				return
			}
		}
	}
}

// running is a log that runs on a feed.
func running(t *testing.T, l *Log) (*feed, context.CancelFunc, <-chan error) {
	ctx, stop := context.WithCancel(t.Context())
	f := newFeed(ctx)
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx, f.all()) }()
	t.Cleanup(stop)
	return f, stop, ended
}

func TestRunSealsWhatComes(t *testing.T) {
	o := optionsIn(t.TempDir())
	l := open(t, o)
	f, _, ended := running(t, l)
	f.come <- records(10)
	require.Eventually(t, func() bool { return l.Published().Size == 10 }, time.Second, 5*time.Millisecond, "at most a second behind")
	f.come <- records(1000)[10:]
	require.Eventually(t, func() bool { return l.Published().Size == 1000 }, time.Second, 5*time.Millisecond)
	f.come <- records(1003)[1000:]
	close(f.come)
	require.NoError(t, <-ended)
	require.Equal(t, checkpointOf(1003), l.Published(), "what is left is sealed at the end")
	require.Equal(t, start, l.Status().Since)
	sound(t, o.Dir)
}

// Under load that never pauses the published log is at most a second behind, and not
// sealed more often than is good.
func TestRunIsAtMostASecondBehind(t *testing.T) {
	var seals atomic.Int64
	o := optionsIn(t.TempDir())
	o.Cosign = func(_ context.Context, a Ask) ([]byte, error) { seals.Add(1); return a.Signed, nil }
	l := open(t, o)
	f, stop, ended := running(t, l)
	list := records(66_000)
	began, oldest := time.Now(), time.Duration(0)
	var mu sync.Mutex
	added := map[uint64]time.Time{} // when each hundredth came
	var seeing sync.WaitGroup
	over := make(chan struct{})
	seeing.Go(func() {
		for {
			select {
			case <-over:
				return
			case <-time.After(5 * time.Millisecond):
			}
			size := l.Published().Size
			mu.Lock()
			for n, at := range added {
				if oldest = max(oldest, time.Since(at)); n <= size {
					delete(added, n)
				}
			}
			mu.Unlock()
		}
	})
	at := 0
	for time.Since(began) < 3*time.Second && at+100 < len(list) {
		f.come <- list[at : at+100]
		at += 100
		mu.Lock()
		added[uint64(at)] = time.Now()
		mu.Unlock()
		time.Sleep(2 * time.Millisecond)
	}
	took := time.Since(began)
	require.Eventually(t, func() bool { return l.Published().Size == uint64(at) }, time.Second, time.Millisecond)
	close(over)
	seeing.Wait()
	stop()
	require.ErrorIs(t, <-ended, context.Canceled)
	t.Logf("%d records in %v, %d seals, at most %v behind", at, took, seals.Load(), oldest)
	assert.Less(t, oldest, time.Second)
	assert.LessOrEqual(t, seals.Load(), int64(took/rest)+2)
}

func TestWaitIsToldAtOnce(t *testing.T) {
	l := open(t, optionsIn(t.TempDir()))
	f, _, _ := running(t, l)
	var waiting sync.WaitGroup
	for n := range 20 {
		waiting.Go(func() { assert.NoError(t, l.Wait(t.Context(), uint64(n+1))) })
	}
	time.Sleep(20 * time.Millisecond)
	began := time.Now()
	f.come <- records(20)
	waiting.Wait()
	assert.Less(t, time.Since(began), linger, "somebody waits: it does not linger")
	require.NoError(t, l.Wait(t.Context(), 7), "published already")

	ctx, stop := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer stop()
	err := l.Wait(ctx, 21)
	require.Equal(t, ledger.Unavailable, ledger.ClassOf(err))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Empty(t, l.waiting)

	go func() { time.Sleep(20 * time.Millisecond); l.Close() }()
	err = l.Wait(t.Context(), 21)
	require.Equal(t, ledger.Unavailable, ledger.ClassOf(err))
	require.ErrorIs(t, err, &ledger.Error{Rule: "archive.closed"})
}

// While the witnesses do not cosign, records are taken all the same, and published
// once they do.
func TestWitnessesThatDoNotAnswer(t *testing.T) {
	var well atomic.Bool
	var asked []proof.Checkpoint
	o := optionsIn(t.TempDir())
	o.Cosign = func(_ context.Context, a Ask) ([]byte, error) {
		asked = append(asked, a.Checkpoint)
		if !well.Load() {
			return nil, errors.New("the witness is down")
		}
		return a.Signed, nil
	}
	l := open(t, o)
	f, _, ended := running(t, l)
	f.come <- records(300)
	ctx, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	err := l.Wait(ctx, 300)
	require.Equal(t, ledger.Unavailable, ledger.ClassOf(err))
	require.ErrorContains(t, err, "the witness is down", "and it says why")
	require.ErrorContains(t, l.Status().Cosign, "the witness is down")
	f.come <- records(2000)[300:]
	require.Eventually(t, func() bool { return l.Size() == 2000 }, time.Second, time.Millisecond)
	require.Zero(t, l.Published().Size)
	require.NoFileExists(t, filepath.Join(o.Dir, CheckpointPath))
	well.Store(true)
	require.NoError(t, l.Wait(t.Context(), 2000))
	require.NoError(t, l.Status().Cosign)
	close(f.come)
	require.NoError(t, <-ended)
	require.Greater(t, len(asked), 1)
	for i, c := range asked {
		require.Equal(t, checkpointOf(int(c.Size)), c)
		require.True(t, i == 0 || c.Size >= asked[i-1].Size)
	}
	sound(t, o.Dir)
}

// Witnesses that give back something else than they were given are not believed.
func TestWitnessesThatChangeTheCheckpoint(t *testing.T) {
	for name, cosign := range map[string]func(a Ask) []byte{
		"nothing": func(Ask) []byte { return nil },
		"another checkpoint": func(Ask) []byte {
			signed, err := checkpointOf(5).Sign(keyOf("ledger"))
			require.NoError(t, err)
			return signed
		},
		"without our signature": func(a Ask) []byte {
			signed, err := a.Checkpoint.Sign(keyOf("clerk"))
			require.NoError(t, err)
			return signed
		},
	} {
		o := optionsIn(t.TempDir())
		o.Cosign = func(_ context.Context, a Ask) ([]byte, error) { return cosign(a), nil }
		l := open(t, o)
		addAll(t, l, records(10))
		require.ErrorIs(t, l.Seal(t.Context()), &ledger.Error{Rule: "archive.cosign"}, name)
		require.Zero(t, l.Published().Size, name)
		require.NoFileExists(t, filepath.Join(o.Dir, CheckpointPath))
	}
}

// What witnesses add is published, and another size can be proved to them.
func TestWitnessesAreAsked(t *testing.T) {
	witness, err := proof.NewCosigner("audit.example.org", keyOf("audit"))
	require.NoError(t, err)
	o := optionsIn(t.TempDir())
	o.Cosign = func(_ context.Context, a Ask) ([]byte, error) {
		if a.Checkpoint.Size > 40 {
			require.NoError(t, consistent(checkpointOf(7), a.Checkpoint, a.Hashes))
		}
		line, err := witness.Cosign(a.Signed, start)
		require.NoError(t, err)
		return proof.AddSignatures(a.Signed, line)
	}
	l := open(t, o)
	for _, n := range []uint64{40, 400} {
		addAll(t, l, records(int(n))[l.Size():])
		require.NoError(t, l.Seal(t.Context()))
	}
	policy, err := proof.ParsePolicy([]byte("witness w " + witness.VerifierKey() + "\nquorum w\n"))
	require.NoError(t, err)
	_, signed, err := l.Reader().Checkpoint(t.Context())
	require.NoError(t, err)
	_, met, err := policy.Cosigned(signed)
	require.NoError(t, err)
	require.True(t, met)
	p, err := l.Reader().Prove(t.Context(), 77)
	require.NoError(t, err)
	_, err = p.Verify(records(77)[76].Encode(), verifier())
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.Equal(t, checkpointOf(400), open(t, o).Published(), "with cosignatures it opens again")
}

func TestAddRefuses(t *testing.T) {
	l := open(t, optionsIn(t.TempDir()))
	require.ErrorIs(t, l.Add(records(2)[1]), &ledger.Error{Rule: "archive.sequence"})
	require.NoError(t, l.Add(records(1)[0]))
	require.ErrorIs(t, l.Add(records(1)[0]), &ledger.Error{Rule: "archive.sequence"})
	other := records(2)[1]
	other.Place.Campaign = "ja2024"
	require.ErrorIs(t, l.Add(other), &ledger.Error{Rule: "archive.campaign"})
	large := records(2)[1]
	large.Envelope = make([]byte, ledger.MaxEntry)
	for i := range large.Envelope {
		large.Envelope[i] = 'a'
	}
	require.Equal(t, ledger.TooLarge, ledger.ClassOf(l.Add(large)))
	require.NoError(t, l.Add(records(2)[1]), "none of it was held against the log")
	require.NoError(t, l.Seal(t.Context()))
	require.NoError(t, l.Seal(t.Context()), "nothing is new")
	require.Equal(t, checkpointOf(2), l.Published())
}

// A disk that fails stops the log, and says so to everybody; opened again it goes on.
func TestADiskThatFails(t *testing.T) {
	o := optionsIn(t.TempDir())
	l, err := newLog(o)
	require.NoError(t, err)
	full := errors.New("no space left on device")
	var broken atomic.Bool
	step := func(_, _ string, do func() error) error {
		if broken.Load() {
			return full
		}
		return do()
	}
	l.files.step, l.state.step = step, step
	require.NoError(t, l.open())
	f, _, ended := running(t, l)
	f.come <- records(300)
	require.NoError(t, l.Wait(t.Context(), 300))
	broken.Store(true)
	f.come <- records(900)[300:]
	err = l.Wait(t.Context(), 900)
	require.ErrorIs(t, err, full)
	require.Equal(t, ledger.Unavailable, ledger.ClassOf(err))
	require.ErrorIs(t, <-ended, full)
	require.ErrorIs(t, l.Status().Err, full)
	require.ErrorIs(t, l.Add(records(901)[900]), full)
	require.NoError(t, l.Close())
	broken.Store(false)
	again := open(t, o)
	require.EqualValues(t, 300, again.Published().Size)
	require.NoError(t, again.Run(t.Context(), each(records(900)[300:])))
	require.Equal(t, checkpointOf(900), again.Published())
	sound(t, o.Dir)
}

func TestOpenRefuses(t *testing.T) {
	_, good := sealedLog(t, 300)
	for name, c := range map[string]struct {
		do   func(o *Options)
		rule string
	}{
		"a log that is open":       {nil, "archive.lock"},
		"an edge of other bytes":   {func(o *Options) { tamper(t, o.Dir, "tile/0/001.p/44", flip(3)) }, "archive.root"},
		"a missing edge":           {func(o *Options) { require.NoError(t, os.Remove(filepath.Join(o.Dir, "tile/1/000.p/1"))) }, "archive.missing"},
		"a bundle of other bytes":  {func(o *Options) { tamper(t, o.Dir, "tile/entries/001.p/44", flip(-1)) }, "archive.bundle"},
		"a checkpoint of others":   {func(o *Options) { o.Key = keyOf("clerk") }, "archive.checkpoint"},
		"a changed checkpoint":     {func(o *Options) { tamper(t, o.Dir, CheckpointPath, flip(30)) }, "archive.checkpoint"},
		"a changed staged one":     {func(o *Options) { tamper(t, o.State, stagedPath, flip(30)) }, "archive.checkpoint"},
		"a staged one of one size": {func(o *Options) { stageOther(t, *o, 300) }, "archive.fork"},
		"an older staged one":      {func(o *Options) { stageOther(t, *o, 200) }, "archive.fork"},
		"both checkpoints gone": {func(o *Options) {
			require.NoError(t, os.Remove(filepath.Join(o.State, stagedPath)))
			require.NoError(t, os.Remove(filepath.Join(o.Dir, CheckpointPath)))
		}, "archive.checkpoint"},
		"tiles and no checkpoint": {func(o *Options) {
			require.NoError(t, os.RemoveAll(o.State))
			require.NoError(t, os.Remove(filepath.Join(o.Dir, CheckpointPath)))
		}, "archive.checkpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			o := good
			if c.do != nil {
				dir := t.TempDir()
				o = optionsIn(dir)
				require.NoError(t, os.CopyFS(o.Dir, os.DirFS(good.Dir)))
				require.NoError(t, os.CopyFS(o.State, os.DirFS(good.State)))
				c.do(&o)
			}
			before := folder(t, o.Dir)
			_, err := Open(o)
			require.ErrorIs(t, err, &ledger.Error{Rule: c.rule}, "%v", err)
			sameFiles(t, before, folder(t, o.Dir), "and changes nothing")
			if c.do != nil {
				_, err = Open(o)
				require.ErrorIs(t, err, &ledger.Error{Rule: c.rule}, "a second attempt finds the same")
			}
		})
	}
}

// stageOther stages a checkpoint of another history.
func stageOther(t testing.TB, o Options, size int) {
	c := checkpointOf(size)
	c.Root[0] ^= 1
	signed, err := c.Sign(keyOf("ledger"))
	require.NoError(t, err)
	write(t, o.State, stagedPath, signed)
}

// Two that seal into one folder, which a lock on another machine does not see.
func TestSomebodyElsePublishes(t *testing.T) {
	l, o := sealedLog(t, 300)
	signed, err := checkpointOf(305).Sign(keyOf("ledger"))
	require.NoError(t, err)
	write(t, o.Dir, CheckpointPath, signed)
	addAll(t, l, records(310)[300:])
	require.ErrorIs(t, l.Seal(t.Context()), &ledger.Error{Rule: "archive.checkpoint"})
	_, now, err := l.Reader().Checkpoint(t.Context())
	require.NoError(t, err)
	require.Equal(t, signed, now)
}

// Readers go on while the log grows and partial tiles go.
func TestReadersBesideTheSealer(t *testing.T) {
	o := optionsIn(t.TempDir())
	l := open(t, o)
	addAll(t, l, records(1))
	require.NoError(t, l.Seal(t.Context()))
	ctx, stop := context.WithCancel(t.Context())
	var reading sync.WaitGroup
	for range 2 {
		reading.Go(func() {
			for ctx.Err() == nil {
				findings, c, err := Verify(t.Context(), Dir(o.Dir), verifier(), nil)
				assert.NoError(t, err)
				assert.Empty(t, findings)
				p, err := l.Reader().Prove(t.Context(), c.Size)
				if assert.NoError(t, err) {
					_, err = p.Verify(records(int(c.Size))[c.Size-1].Encode(), verifier())
					assert.NoError(t, err)
				}
			}
		})
	}
	for n := 1; n < 600; n += 7 {
		addAll(t, l, records(n + 7)[n:])
		require.NoError(t, l.Seal(t.Context()))
	}
	stop()
	reading.Wait()
}
