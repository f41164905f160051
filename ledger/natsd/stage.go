package natsd

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ducha/ledger"
)

// memory is where staged batches go: a file system in memory.
const memory = "/dev/shm"

// stage lets the server stage atomic batches in memory instead of on
// disk. An R1 batch is first written to a store of its own, with some eight
// syncs, before it is written to the stream and synced there; the statements of
// a batch do not depend on each other, so nothing is lost that was acknowledged
// when the staging is gone after a power cut: the batch was not acknowledged,
// and what is there of it are whole statements. After a kill the staging is still
// there, and the server finishes the batch. See docs/adr/0005.
//
// It is a matter of speed alone. Where it cannot be had, or a later server keeps
// its staging elsewhere, batches are staged on disk.
func (s *Server) stage(campaign ledger.LocalID, memory string) error {
	stream := filepath.Join(s.folder.store(), "jetstream", "$G", "streams", ledger.StreamName(campaign))
	if _, err := os.Stat(stream); err != nil {
		return nil // no stream yet
	}
	if _, err := os.Stat(memory); err != nil {
		return nil
	}
	path, err := filepath.Abs(s.folder.dir)
	if err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	// The same folder has the same staging, so that a restart finds what a kill left.
	staging := filepath.Join(memory, fmt.Sprintf("ducha-%x", sha256.Sum256([]byte(path))))
	link := filepath.Join(stream, "batches")
	switch target, err := os.Readlink(link); {
	case err == nil && target == staging: // of a run that was killed
	case err == nil: // of a folder that has been moved here
		if err := os.Remove(link); err != nil {
			return fmt.Errorf("stage: %w", err)
		}
		fallthrough
	case errors.Is(err, fs.ErrNotExist):
		if err := os.Symlink(staging, link); err != nil {
			return fmt.Errorf("stage: %w", err)
		}
	default:
		return nil // the store has a folder of its own there
	}
	// The server has recovered by now: what a kill left in the staging is used up.
	err = os.RemoveAll(staging)
	if err == nil {
		err = os.Mkdir(staging, 0o700)
	}
	if err != nil { // a link that leads nowhere would make every batch fail
		return errors.Join(fmt.Errorf("stage: %w", err), os.Remove(link))
	}
	s.staging = staging
	return nil
}
