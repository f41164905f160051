package projections

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ducha/ledger"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A snapshot is a cache: it is named by what it holds,
//
//	<projection>-v<version>-<sequence, 16 digits>-<SHA-256 of the file>.json
//
// and one that does not match its name, or is of another version, is passed
// over. Whatever it says can be had again by folding from the first record.
type snapshot struct {
	Chain *ledger.Chain  `json:"chain"`
	Clock ledger.Clock   `json:"clock"`
	State jsontext.Value `json:"state"`
}

func encodeSnapshot[T any](f *Fold[T]) []byte {
	state, err := json.Marshal(f.State, json.Deterministic(true))
	if err != nil {
		panic(fmt.Sprintf("projections: %s does not encode: %v", f.Name, err))
	}
	data, err := json.Marshal(snapshot{Chain: &f.Chain, Clock: f.Clock, State: state}, json.Deterministic(true))
	if err != nil {
		panic(fmt.Sprintf("projections: %s does not encode: %v", f.Name, err))
	}
	return data
}

func snapshotPrefix[T any](p Projection[T]) string { return fmt.Sprintf("%s-v%d-", p.Name, p.Version) }

func snapshotName[T any](f *Fold[T], data []byte) string {
	return fmt.Sprintf("%s%016d-%x.json", snapshotPrefix(f.Projection), f.Chain.Sequence(), sha256.Sum256(data))
}

// writeSnapshot keeps the two newest snapshots of a projection. A reader never
// sees half a file: the name appears with the rename.
func writeSnapshot(dir, name string, data []byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	tmp := filepath.Join(dir, "."+name)
	if err := os.WriteFile(tmp, data, 0o600); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	if err := os.Rename(tmp, filepath.Join(dir, name)); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	prefix := name[:strings.LastIndexByte(name[:strings.LastIndexByte(name, '-')], '-')+1]
	old, _ := snapshots(dir, prefix)
	for _, o := range old[min(2, len(old)):] {
		os.Remove(filepath.Join(dir, o)) // a cache: one too many does no harm
	}
	return nil
}

// snapshots lists the names with the prefix, newest first.
func snapshots(dir, prefix string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	slices.Reverse(names)
	return names, nil
}

// OpenFold starts from the newest good snapshot in dir that is not past last, the
// stream's last sequence, or before the first record where there is none.
func OpenFold[T any](p Projection[T], dir string, last uint64) *Fold[T] {
	names, _ := snapshots(dir, snapshotPrefix(p))
	for _, name := range names {
		if f, ok := readSnapshot(p, dir, name); ok && f.Chain.Sequence() <= last {
			return f
		}
	}
	return NewFold(p)
}

func readSnapshot[T any](p Projection[T], dir, name string) (*Fold[T], bool) {
	seq, sum, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(name, snapshotPrefix(p)), ".json"), "-")
	data, err := os.ReadFile(filepath.Join(dir, name))
	if !ok || err != nil {
		return nil, false
	}
	if got := sha256.Sum256(data); hex.EncodeToString(got[:]) != sum {
		return nil, false
	}
	f := NewFold(p)
	var s snapshot
	if json.Unmarshal(data, &s) != nil || s.Chain == nil || json.Unmarshal(s.State, f.State) != nil {
		return nil, false
	}
	f.Chain, f.Clock = *s.Chain, s.Clock
	if n, err := strconv.ParseUint(seq, 10, 64); err != nil || n != f.Chain.Sequence() {
		return nil, false
	}
	return f, true
}

// Copy is a state of its own that says the same: a state is what its JSON says.
func Copy[T any](state *T) (*T, error) {
	data, err := json.Marshal(state)
	if err != nil {
		return nil, err
	}
	out := new(T)
	return out, json.Unmarshal(data, out)
}
