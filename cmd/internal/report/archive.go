package report

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"time"
)

// archive is a zip whose bytes follow from its parts: they go in by name, whatever
// order they came in (the workbook's sheets come out of a map), and at one time.
type archive struct {
	to    io.Writer
	at    time.Time
	parts map[string]*bytes.Buffer
}

// Create begins a part.
func (a *archive) Create(name string) (io.Writer, error) {
	if a.parts[name] != nil {
		return nil, fmt.Errorf("report: two parts %s", name)
	}
	a.parts[name] = &bytes.Buffer{}
	return a.parts[name], nil
}

// AddFS is for workbooks that carry other files; ours carry none.
func (a *archive) AddFS(fs.FS) error { return errors.ErrUnsupported }

// Close writes the zip.
func (a *archive) Close() error {
	const first = "[Content_Types].xml" // some readers look for it there
	names := slices.Sorted(maps.Keys(a.parts))
	if i := slices.Index(names, first); i > 0 {
		names = slices.Insert(slices.Delete(names, i, i+1), 0, first)
	}
	w := zip.NewWriter(a.to)
	for _, name := range names {
		part, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: a.at.UTC()})
		if err == nil {
			_, err = part.Write(a.parts[name].Bytes())
		}
		if err != nil {
			return fmt.Errorf("report: %s: %w", name, err)
		}
	}
	return w.Close()
}
