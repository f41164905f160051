package main

import (
	"errors"
	"io/fs"
	"os"

	"ducha/cmd/internal/client"
	"ducha/ledger"

	"github.com/spf13/cobra"
)

func (a *app) exportCommand() *cobra.Command {
	var out string
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
				if a.json {
					return a.emit(map[string]any{"file": out, "bytes": len(data)})
				}
				a.printf("已导出 %s(%d 字节)。脱机核验:ducha-verify %s", "wrote %s (%d bytes). Verify it offline: ducha-verify %s", out, len(data), out)
				return nil
			})
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "输出文件 file to write")
	return c
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
