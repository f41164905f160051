package archive

import (
	"context"
	"log/slog"
	"os"
	"strings"
)

// beingWritten is the folder, in a copy of a log, for files that are being written.
const beingWritten = ".new"

// sweep removes what a crash left: tiles that no checkpoint covers, and the partial
// tiles of those that are full and published. Files that are not a log's own stay.
func (d *disk) sweep(signed, published uint64, logger *slog.Logger) error {
	var beyond, partial []string
	for path, err := range Dir(d.root).List(context.Background()) {
		if err != nil {
			return err
		}
		t, err := ParsePath(path)
		switch {
		case path == CheckpointPath || strings.HasPrefix(path, beingWritten+"/"):
		case err != nil:
			logger.Warn("the archive has a file that is not its own", "path", path)
		case !t.covered(signed):
			beyond = append(beyond, path)
		case t.Width < width && t.full().covered(published):
			if _, err := os.Stat(d.at(t.full().Path())); err == nil {
				partial = append(partial, path)
			}
		}
	}
	if len(beyond)+len(partial) > 0 {
		logger.Info("swept the archive", "unsealed", len(beyond), "outgrown", len(partial))
	}
	for _, path := range append(beyond, partial...) {
		if err := d.remove(path); err != nil {
			return err
		}
		if t, err := ParsePath(path); err == nil && t.Width < width {
			os.Remove(d.at(t.folder())) // when it was the last in it
		}
	}
	return nil
}

// tidy removes the partial tiles of tiles that became full and were published,
// since the log had another size.
func (d *disk) tidy(before, now uint64) error {
	if before/width == now/width {
		return nil
	}
	for level := 0; hashesAt(now, level) > 0; level++ {
		for n := hashesAt(before, level) / width; n < hashesAt(now, level)/width; n++ {
			if level == 0 {
				if err := d.remove((Tile{Entries, n, width}).folder()); err != nil {
					return err
				}
			}
			if err := d.remove((Tile{level, n, width}).folder()); err != nil {
				return err
			}
		}
	}
	return nil
}
