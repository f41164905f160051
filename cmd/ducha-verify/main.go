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
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"ducha/ledger/seal"
	"ducha/projections/trail"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"
)

func main() {
	m := &Main{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Args: os.Args[1:], Lang: os.Getenv("DUCHA_LANG")}
	os.Exit(m.Run())
}

// Exit codes.
const (
	exitGood = iota
	exitFindings
	exitUnreadable
)

// errFindings says that the report has been printed, and what it says.
var errFindings = errors.New("findings")

// Main is the program with its ends open, so that tests start what users start.
type Main struct {
	In       io.Reader
	Out, Err io.Writer
	Args     []string
	Lang     string // zh unless en

	root string
	json bool
}

// Run runs the program and gives its exit code.
func (m *Main) Run() int {
	c := m.command()
	c.SetArgs(m.Args)
	c.SetOut(m.Out)
	c.SetErr(m.Err)
	switch err := c.Execute(); {
	case err == nil:
		return exitGood
	case errors.Is(err, errFindings):
		return exitFindings
	default:
		fmt.Fprintln(m.Err, "ducha-verify:", err)
		return exitUnreadable
	}
}

func (m *Main) command() *cobra.Command {
	if m.Lang != "en" {
		m.Lang = "zh"
	}
	c := &cobra.Command{
		Use: "ducha-verify FILE", Short: "脱机核验导出的台账 verify an exported trail, offline", Args: cobra.ExactArgs(1),
		Long: `脱机核验导出的台账:签名、公钥、链、存证,并由记录重新计算状态。FILE 为 - 时读标准输入。
退出码:0 无问题,1 发现问题,2 无法读取。

Verifies an exported trail and asks nobody: signatures, keys, the chain, the attestation; and
recomputes the status from the records. FILE may be -, standard input. English: --lang en.
Exit code: 0 good, 1 findings, 2 unreadable.`,
		Example:       "  ducha-verify fgw-trail.zip --root KEYID --lang en",
		SilenceErrors: true, SilenceUsage: true,
		RunE: func(_ *cobra.Command, args []string) error { return m.verify(args[0]) },
	}
	c.CompletionOptions.DisableDefaultCmd = true
	f := c.Flags()
	f.StringVar(&m.root, "root", "", "指挥部公布的根公钥编号 id of the root key, as the headquarters publishes it")
	f.BoolVar(&m.json, "json", false, "以 JSON 输出 print the report as JSON")
	f.StringVar(&m.Lang, "lang", m.Lang, "语言 zh|en")
	return c
}

func (m *Main) verify(name string) error {
	if m.Lang != "zh" && m.Lang != "en" {
		return fmt.Errorf("--lang %q: zh or en", m.Lang)
	}
	if len(m.root) != 64 && m.root != "" || strings.Trim(m.root, "0123456789abcdef") != "" {
		return fmt.Errorf("--root %q: 64 lower-case hexadecimal digits", m.root)
	}
	data, err := m.read(name)
	if err != nil {
		return err
	}
	report := trail.Verify(data, trail.Options{Root: seal.KeyID(m.root)})
	if err := m.print(report); err != nil {
		return err
	}
	if !report.OK {
		return errFindings
	}
	return nil
}

// read reads a file, or standard input, but no more than a trail may have.
func (m *Main) read(name string) ([]byte, error) {
	in := m.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, trail.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return data, nil
}

func (m *Main) print(r trail.Report) error {
	if !m.json {
		r.Print(m.Out, m.Lang)
		return nil
	}
	data, err := json.Marshal(r, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	_, err = m.Out.Write(append(data, '\n'))
	return err
}
