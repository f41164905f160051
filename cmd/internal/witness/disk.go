package witness

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// unfinished begins the names of files and folders that have not got theirs yet.
const unfinished = ".new-"

// write puts a file in its place for good: whole, or not at all. After an error it
// may be there or not.
func write(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), unfinished+"*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// sweep removes what a killed process left in the folders of logs. Whoever holds
// the lock is the only one who writes there.
func sweep(dir string) error {
	folders, err := os.ReadDir(filepath.Join(dir, logsDir))
	if err != nil {
		return damaged(dir, "the folder logs", err)
	}
	for _, folder := range folders {
		if strings.HasPrefix(folder.Name(), unfinished) {
			continue // of somebody who is adding a log, perhaps now
		}
		at := filepath.Join(dir, logsDir, folder.Name())
		files, err := os.ReadDir(at)
		for _, f := range files {
			if err == nil && strings.HasPrefix(f.Name(), unfinished) {
				err = os.Remove(filepath.Join(at, f.Name()))
			}
		}
		if err != nil {
			return fmt.Errorf("tidy witness: %w", err)
		}
	}
	return nil
}
