package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"ducha/cmd/internal/client"
	"ducha/ledger"
	"ducha/projections/trail"

	"github.com/spf13/cobra"
)

func (a *app) exportCommand() *cobra.Command {
	var out, files string
	c := &cobra.Command{
		Use: "export UNIT", Short: "导出单位台账 export a unit's trail, to be verified offline", Args: exactly(1),
		Example: "  ducha export fgw -o fgw-trail.zip",
		RunE: func(c *cobra.Command, args []string) error {
			if err := required("output", out); err != nil {
				return err
			}
			return a.ask(c.Context(), func(l *client.Client) error {
				data, err := l.Trail(c.Context(), args[0])
				if err != nil {
					return err
				}
				if err := writeNew(out, data); err != nil {
					return err
				}
				if files != "" {
					if err := a.exportFiles(c.Context(), l, data, files); err != nil {
						return err
					}
				}
				if a.json {
					return a.emit(map[string]any{"file": out, "bytes": len(data)})
				}
				a.printf("已导出 %s(%d 字节)。脱机核验:ducha-verify %s", "wrote %s (%d bytes). Verify it offline: ducha-verify %s", out, len(data), out)
				return nil
			})
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "输出文件 file to write")
	c.Flags().StringVar(&files, "attachments", "", "并将佐证材料取到此目录,以摘要为名 fetch the files of evidence into this folder too, each under its digest")
	return c
}

// exportFiles fetches what the trail's records name and the store has; what it lacks
// is said, and is no error: the trail stands without it.
func (a *app) exportFiles(ctx context.Context, l *client.Client, bundle []byte, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return usageError{err}
	}
	list := trail.Attachments(bundle)
	bar := a.progress(a.say("取佐证材料", "fetching files"))
	defer bar.done()
	got, missing := 0, 0
	for i, x := range list {
		bar.at(uint64(i+1), uint64(len(list)))
		if x.Sealed {
			continue
		}
		quiet := *a
		m := *a.Main
		m.Out = io.Discard
		quiet.Main = &m
		err := quiet.getFile(ctx, l, x.SHA256, filepath.Join(dir, string(x.SHA256)))
		switch {
		case ledger.ClassOf(err) == ledger.NotFound:
			missing++
		case err != nil:
			return err
		default:
			got++
		}
	}
	bar.done()
	if !a.json {
		a.printf("佐证材料 %d 件:已取 %d,未交 %d。核对:ducha-verify --attachments %s", "%d files named: %d fetched, %d never handed in. Check them: ducha-verify --attachments %s", len(list), got, missing, dir)
	}
	return nil
}

// writeNew writes a file that was not there before.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return &ledger.Error{Class: ledger.Refused, Rule: "file.exists", Found: path + " exists already", Want: "another name"}
	}
	if err != nil {
		return usageError{err}
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
