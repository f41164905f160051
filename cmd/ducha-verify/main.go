// Command ducha-verify checks an exported trail (导出台账) offline: who signed each
// statement, that none was changed, that none was left out, and that the status
// follows from them. It is all that an auditor needs, and knows of no server.
//
//	ducha-verify fgw-trail.zip --root 5f0c…e1
//
// It exits with 0 when all is good, 1 when something was found, and 2 when the
// file could not be read or the command not understood.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"ducha/cmd/internal/verify"

	"github.com/spf13/cobra"
)

func main() {
	debug.SetGCPercent(400) // short-lived, and a bundle is small: time is better spent on signatures
	m := &Main{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Args: os.Args[1:], Lang: os.Getenv("DUCHA_LANG")}
	os.Exit(m.Run())
}

// Exit codes.
const (
	exitGood = iota
	exitFindings
	exitUnreadable
)

// Main is the program with its ends open, so that tests start what users start.
type Main struct {
	In       io.Reader
	Out, Err io.Writer
	Args     []string
	Lang     string // zh unless en
}

// Run runs the program and gives its exit code.
func (m *Main) Run() int {
	c := m.command()
	c.SetArgs(m.Args)
	c.SetOut(m.Out)
	c.SetErr(m.Err)
	switch err := c.ExecuteContext(context.Background()); {
	case err == nil:
		return exitGood
	case errors.Is(err, verify.ErrFindings):
		return exitFindings
	default:
		fmt.Fprintln(m.Err, "ducha-verify:", err)
		return exitUnreadable
	}
}

func (m *Main) command() *cobra.Command {
	v := &verify.Command{In: m.In, Out: m.Out}
	c := &cobra.Command{
		Use: "ducha-verify FILE...", Short: "脱机核验导出的台账 verify exported trails, offline", Args: cobra.MinimumNArgs(1),
		Long: verify.Long,
		Example: `  ducha-verify fgw-trail.zip --root KEYID --policy witnesses.txt
  ducha-verify march.zip may.zip --receipt receipt.json --lang en
  ducha-verify fgw-trail.zip --log /mnt/copy-of-the-log --json`,
		SilenceErrors: true, SilenceUsage: true,
		RunE: func(c *cobra.Command, args []string) error { return v.Run(c.Context(), args) },
	}
	c.CompletionOptions.DisableDefaultCmd = true
	if m.Lang != "en" {
		m.Lang = "zh"
	}
	v.Flags(c)
	c.Flags().BoolVar(&v.JSON, "json", false, "以 JSON 输出 print the report as JSON")
	c.Flags().StringVar(&v.Lang, "lang", m.Lang, "语言 zh|en")
	return c
}
