package archive

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"ducha/ledger"
	"ducha/ledger/proof"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// cut is what is left of a disk after the process stopped.
type cut string

const (
	kill  cut = "kill -9"         // all that was done
	power cut = "power cut"       // only what was synced
	torn  cut = "power cut, torn" // what was synced, and some of the rest
)

var errDead = errors.New("the process is dead")

// machine does what a log does to its disk until it is stopped, and knows what of
// it is on stable storage: the bytes of a file once it was synced, its name once
// the folder was.
type machine struct {
	roots []string // these folders are there from the start
	kept  bool     // no power is cut: what is on stable storage does not matter

	mu      sync.Mutex
	steps   int
	stop    int  // at this step, 0 for never
	after   bool // the step that it stops at is done
	dead    bool
	synced  map[string]bool    // contents
	durable map[string]*string // by path: nil for a folder
	pending map[string]*string // since the folder was synced; gone for what was removed
}

var gone = new(string)

func newMachine(roots ...string) *machine {
	return &machine{roots: roots, synced: map[string]bool{}, durable: map[string]*string{}, pending: map[string]*string{}}
}

// step is a disk's step.
func (m *machine) step(op, path string, do func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.steps++
	stops := m.steps == m.stop
	if m.dead || stops && !m.after {
		m.dead = true
		return errDead
	}
	if err := do(); err != nil {
		return err
	}
	m.note(op, path)
	if stops {
		m.dead = true
		return errDead
	}
	return nil
}

func (m *machine) note(op, path string) {
	if m.kept {
		return
	}
	switch op {
	case "sync":
		data, _ := os.ReadFile(path)
		m.synced[string(data)] = true
	case "rename":
		data, _ := os.ReadFile(path)
		content := string(data)
		if !m.synced[content] {
			content = ""
		}
		m.pending[path] = &content
	case "mkdir":
		m.pending[path] = nil
	case "remove":
		m.pending[path] = gone
	case "syncdir":
		for p, content := range m.pending {
			if filepath.Dir(p) != path {
				continue
			}
			delete(m.pending, p)
			if content != gone {
				m.durable[p] = content
				continue
			}
			for q := range m.durable {
				if q == p || strings.HasPrefix(q, p+"/") {
					delete(m.durable, q)
				}
			}
		}
	}
}

// restart leaves on disk what survives, and lets a new process run.
func (m *machine) restart(t require.TestingT, c cut, survives func() bool) {
	if c != kill {
		left := m.durable
		if c == torn {
			left = map[string]*string{}
			for p, content := range m.durable {
				left[p] = content
			}
			for p, content := range m.pending {
				if survives() {
					if left[p] = content; content == gone {
						delete(left, p) // what was in a folder that is gone is not reached any more
					}
				}
			}
		}
		for _, root := range m.roots {
			entries, err := os.ReadDir(root)
			require.NoError(t, err)
			for _, e := range entries {
				if e.Name() != "lock" {
					require.NoError(t, os.RemoveAll(filepath.Join(root, e.Name())))
				}
			}
			m.restore(t, root, left)
		}
	}
	// What is there now may stay; only the bytes of what is not synced are at risk.
	m.durable, m.pending = map[string]*string{}, map[string]*string{}
	for _, root := range m.roots {
		if !m.kept {
			m.adopt(t, root)
		}
	}
	m.steps, m.dead, m.stop = 0, false, 0
}

// restore makes the files below a folder that can be reached from it.
func (m *machine) restore(t require.TestingT, dir string, left map[string]*string) {
	for p, content := range left {
		if filepath.Dir(p) != dir {
			continue
		}
		if content != nil {
			require.NoError(t, os.WriteFile(p, []byte(*content), 0o644))
			continue
		}
		require.NoError(t, os.MkdirAll(p, 0o755))
		m.restore(t, p, left)
	}
}

func (m *machine) adopt(t require.TestingT, dir string) {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		p := filepath.Join(dir, e.Name())
		if e.IsDir() {
			m.durable[p] = nil
			m.adopt(t, p)
			continue
		}
		data, err := os.ReadFile(p)
		require.NoError(t, err)
		content := string(data)
		m.durable[p] = &content
	}
}

// memory is a folder in memory, where there is such a thing: what is lost in a power
// cut is the machine's business here, not the disk's.
func memory(t require.TestingT) (dir string, done func()) {
	dir, err := os.MkdirTemp("/dev/shm", "archive-test")
	if err != nil {
		dir, err = os.MkdirTemp("", "archive-test")
	}
	require.NoError(t, err)
	return dir, func() { os.RemoveAll(dir) }
}

// life is a log that lives through crashes.
type life struct {
	t     require.TestingT
	o     Options
	m     *machine
	told  uint64             // published, as Seal said
	asked []proof.Checkpoint // what witnesses saw, in order
}

func newLife(t require.TestingT, dir string) *life {
	f := &life{t: t, o: optionsIn(dir)}
	f.m = newMachine(f.o.Dir, f.o.State)
	f.o.Cosign = func(_ context.Context, a Ask) ([]byte, error) {
		f.asked = append(f.asked, a.Checkpoint)
		require.Equal(t, rootOf(int(a.Checkpoint.Size)), a.Checkpoint.Root)
		c, _, err := NewReader(Dir(f.o.Dir), verifier()).Checkpoint(context.Background())
		require.True(t, err == nil || ledger.ClassOf(err) == ledger.NotFound, "%v", err)
		for _, tile := range edge(c.Size) {
			_, err := os.Stat(filepath.Join(f.o.Dir, tile.Path()))
			require.NoError(t, err, "a partial tile stays until the full one is published")
		}
		return a.Signed, nil
	}
	return f
}

// run opens the log and seals it at these sizes, as far as it comes.
func (f *life) run(sizes []int) error {
	l, err := newLog(f.o)
	require.NoError(f.t, err)
	l.files.step, l.state.step = f.m.step, f.m.step
	if err := l.open(); err != nil {
		require.ErrorIs(f.t, err, errDead, "a log opens after whatever crash")
		return err
	}
	defer l.Close()
	require.GreaterOrEqual(f.t, l.Published().Size, f.told, "what was published stays published")
	if n := len(f.asked); n > 0 {
		require.GreaterOrEqual(f.t, max(l.Size(), l.Status().Promised), f.asked[n-1].Size, "what was signed stays promised")
	}
	if l.Size() > l.Published().Size {
		if err := l.Seal(context.Background()); err != nil {
			return err
		}
	}
	for _, size := range sizes {
		if uint64(size) <= l.Size() {
			continue
		}
		for _, r := range records(size)[l.Size():] {
			if err := l.Add(r); err != nil {
				return err
			}
		}
		if err := l.Seal(context.Background()); err != nil {
			return err
		}
		f.told = l.Published().Size
		require.EqualValues(f.t, size, f.told)
	}
	return nil
}

// ends lets the log go on to its end, and compares it with one that never crashed.
func (f *life) ends(sizes []int, what ...any) {
	require.NoError(f.t, f.run(sizes), what...)
	sameFiles(f.t, filesOf(sizes...), folder(f.t, f.o.Dir), what...)
	var last uint64
	for _, c := range f.asked {
		require.GreaterOrEqual(f.t, c.Size, last, "a log does not sign less than it did")
		last = c.Size
	}
}

var faultSizes = []int{2, 255, 257, 515}

// Stopped at each write, sync, rename and removal in turn, before it and after it,
// by a kill and by a power cut, a log opens and goes on, and is in the end the log
// that never stopped.
func TestALogSurvivesAStopAtEveryStep(t *testing.T) {
	count := newLife(t, t.TempDir())
	count.ends(faultSizes)
	steps := count.m.steps
	require.Greater(t, steps, 50)
	stride := 1
	if testing.Short() {
		stride = 17
	}
	for _, c := range []cut{kill, power, torn} {
		t.Run(string(c), func(t *testing.T) {
			for at := 1; at <= steps; at += stride {
				for _, after := range []bool{false, true} {
					dir, done := memory(t)
					f := newLife(t, dir)
					f.m.stop, f.m.after, f.m.kept = at, after, c == kill
					what := fmt.Sprintf("step %d of %d, done: %v", at, steps, after)
					err := f.run(faultSizes)
					if f.m.dead && err != nil {
						require.ErrorIs(t, err, errDead, what)
					}
					seed := uint64(at)
					f.m.restart(t, c, func() bool { seed = seed*6364136223846793005 + 1442695040888963407; return seed>>60&1 == 0 })
					f.ends(faultSizes, what)
					done()
				}
			}
		})
	}
}

// Crash after crash, in the middle of getting up again too.
func TestALogSurvivesManyStops(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, done := memory(t)
		defer done()
		sizes := []int{rapid.IntRange(1, 255).Draw(t, "first")}
		for range rapid.IntRange(1, 4).Draw(t, "seals") {
			sizes = append(sizes, sizes[len(sizes)-1]+rapid.IntRange(1, 270).Draw(t, "more"))
		}
		f := newLife(t, dir)
		for range rapid.IntRange(1, 6).Draw(t, "crashes") {
			f.m.stop, f.m.after = rapid.IntRange(1, 60).Draw(t, "step"), rapid.Bool().Draw(t, "done")
			err := f.run(sizes)
			if err != nil {
				require.ErrorIs(t, err, errDead)
			}
			f.m.restart(t, rapid.SampledFrom([]cut{kill, power, torn}).Draw(t, "cut"), func() bool { return rapid.Bool().Draw(t, "survives") })
		}
		f.ends(sizes)
		sound(t, f.o.Dir)
	})
}

// The promise of a staged checkpoint, when its files are gone: the records must lead
// to it, and nothing smaller is signed before.
func TestAStagedCheckpointIsAPromise(t *testing.T) {
	stagedAt := func(t *testing.T, n int) Options { // 300 published, n staged
		l, o := sealedLog(t, 300)
		require.NoError(t, l.Close())
		refuse := o
		refuse.Cosign = func(context.Context, Ask) ([]byte, error) { return nil, errors.New("no witness is there") }
		l = open(t, refuse)
		addAll(t, l, records(n)[300:])
		err := l.Seal(t.Context())
		require.ErrorIs(t, err, &ledger.Error{Rule: "archive.cosign"})
		require.EqualValues(t, 300, l.Published().Size)
		require.NoError(t, l.Close())
		return o
	}
	t.Run("its files are there", func(t *testing.T) {
		o := stagedAt(t, 600)
		l := open(t, o)
		require.EqualValues(t, 600, l.Size())
		require.EqualValues(t, 300, l.Published().Size)
		_, err := guarded(l.Guard(), records(450))
		require.ErrorIs(t, err, &ledger.Error{Rule: "archive.short"}, "the stream holds what was signed, or it is not the stream")
		_, err = guarded(l.Guard(), changed(records(650), 500))
		require.ErrorContains(t, err, "record 500 ")
		_, err = guarded(l.Guard(), records(600))
		require.NoError(t, err)
		require.NoError(t, l.Seal(t.Context()))
		require.Equal(t, checkpointOf(600), l.Published())
		sameFiles(t, filesOf(300, 600), folder(t, o.Dir))
	})
	set := func(t *testing.T, o Options) { // the folder is one of an earlier day
		_, old := sealedLog(t, 300)
		require.NoError(t, os.RemoveAll(o.Dir))
		require.NoError(t, os.CopyFS(o.Dir, os.DirFS(old.Dir)))
	}
	t.Run("the records lead to it", func(t *testing.T) {
		o := stagedAt(t, 600)
		set(t, o)
		l := open(t, o)
		require.EqualValues(t, 300, l.Size())
		require.EqualValues(t, 600, l.Status().Promised)
		_, err := guarded(l.Guard(), records(450))
		require.ErrorIs(t, err, &ledger.Error{Rule: "archive.short"})
		_, err = guarded(l.Guard(), changed(records(650), 500))
		require.ErrorIs(t, err, &ledger.Error{Rule: "archive.record"})
		addAll(t, l, records(599)[300:])
		require.NoError(t, l.Seal(t.Context()))
		require.EqualValues(t, 300, l.Published().Size, "nothing smaller than the promise is signed")
		addAll(t, l, records(600)[599:])
		require.NoError(t, l.Seal(t.Context()))
		require.Equal(t, checkpointOf(600), l.Published())
		require.Zero(t, l.Status().Promised)
	})
	t.Run("the records lead elsewhere", func(t *testing.T) {
		o := stagedAt(t, 600)
		set(t, o)
		l := open(t, o)
		other := newMaker("another history")
		for range 300 {
			other.next()
		}
		var err error
		for err == nil {
			err = l.Add(other.next())
		}
		require.Equal(t, ledger.Damaged, ledger.ClassOf(err))
		require.ErrorIs(t, err, &ledger.Error{Rule: "archive.promise"})
		require.EqualValues(t, 600, other.chain.Sequence(), "found at the promised size")
		require.Equal(t, err, l.Seal(t.Context()), "and it has stopped")
	})
	t.Run("a file under the promise holds other bytes", func(t *testing.T) {
		o := stagedAt(t, 600)
		path := filepath.Join(o.Dir, "tile", "entries", "001")
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		data[50] ^= 1
		require.NoError(t, os.WriteFile(path, data, 0o644))
		require.NoError(t, os.Remove(filepath.Join(o.Dir, "tile", "0", "002.p", "88")))
		l := open(t, o)
		require.EqualValues(t, 600, l.Status().Promised)
		for _, r := range records(600)[300:] {
			if err = l.Add(r); err != nil {
				break // it may be found before the end
			}
		}
		err = errors.Join(err, l.Seal(t.Context()))
		require.Equal(t, ledger.Damaged, ledger.ClassOf(err), "%v", err)
		require.ErrorContains(t, err, filepath.Join("tile", "entries", "001"))
		now, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, data, now, "evidence is not written over")
	})
}
