// Package verify is the offline verification of exported trails as a command: all
// of `ducha-verify`, and `ducha verify`. It links no NATS and asks nobody.
package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"ducha/ledger/archive"
	"ducha/ledger/proof"
	"ducha/ledger/seal"
	"ducha/projections"
	"ducha/projections/trail"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"
)

// ErrFindings says that the report has been printed, and what it says.
var ErrFindings = errors.New("findings")

// Command is what was asked for.
type Command struct {
	In  io.Reader // for a file "-"
	Out io.Writer

	Root     string
	Policy   string
	Receipts []string
	Log      string // a copy of the log
	CA       []string
	// Attachments is a folder with files that the records name.
	Attachments string
	JSON        bool
	Lang        string
}

// Flags adds the flags of a verification to a command.
func (v *Command) Flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&v.Root, "root", "", "指挥部公布的根公钥编号 id of the root key, as the headquarters publishes it")
	f.StringVar(&v.Policy, "policy", "", "信任策略文件:哪些见证人须已共签 c2sp.org/tlog-policy file: which witnesses must have cosigned")
	f.StringArrayVar(&v.Receipts, "receipt", nil, "据以核对的回执文件,可重复 a receipt that must be for a record here; repeatable")
	f.StringArrayVar(&v.CA, "ca", nil, "认证机构根证书文件(PEM),据以核对证书的签发者,可重复 certificates of the authorities that are trusted to issue certificates; repeatable")
	f.StringVar(&v.Attachments, "attachments", "", "据以核对的佐证材料目录 a folder with files of evidence, to hold against what the records name")
	f.StringVar(&v.Log, "log", "", "据以核对的封存日志副本(目录) a folder with a copy of the sealed log")
}

// Long is what both commands say of themselves.
const Long = `脱机核验导出的台账:签名、公钥、链、封存日志与见证、存证,并由记录重新计算状态。
给出两份以上时,还互相核对:同一台账不得对不同的人出示不同的历史。给出回执或日志副本时,还据以核对:
应有的记录一条不缺。FILE 为 - 时读标准输入。
退出码:0 无问题,1 发现问题,2 无法读取。

Verifies exported trails and asks nobody: signatures, keys, the chain, the sealed log and its
witnesses, the attestation; and recomputes the status from the records. Several files are held
against each other, too: one ledger has one history. So are receipts and a copy of the log, if you
have them: nothing that belongs into a file is missing. FILE may be -, standard input.
Exit code: 0 good, 1 findings, 2 unreadable.`

// Verified is one file with its report.
type Verified struct {
	File   string       `json:"file"`
	Report trail.Report `json:"report"`
}

// All is several files and how they agree.
type All struct {
	OK       bool              `json:"ok"`
	Files    []Verified        `json:"files"`
	Together *trail.Comparison `json:"together,omitempty"` // the files, held against each other
	Copy     *trail.Comparison `json:"copy,omitempty"`     // and against the copy of the log
	Evidence *Held             `json:"attachments,omitempty"`
}

// Run verifies files and prints what it found; [ErrFindings] when that is anything.
func (v *Command) Run(ctx context.Context, files []string) error {
	options, err := v.options()
	if err != nil {
		return err
	}
	all := All{OK: true}
	var bundles [][]byte
	for _, name := range files {
		data, err := v.read(name)
		if err != nil {
			return err
		}
		report := trail.Verify(data, options)
		all.OK = all.OK && report.OK
		all.Files, bundles = append(all.Files, Verified{name, report}), append(bundles, data)
	}
	if len(bundles) > 1 {
		together := trail.Compare(bundles...)
		all.OK = all.OK && len(together.Findings) == 0
		all.Together = &together
	}
	if v.Log != "" {
		held, err := v.held(ctx, all.Files, bundles)
		if err != nil {
			return fmt.Errorf("--log %s: %w", v.Log, err)
		}
		all.OK = all.OK && len(held.Findings) == 0
		all.Copy = &held
	}
	if v.Attachments != "" {
		held, err := v.attachments(bundles)
		if err != nil {
			return fmt.Errorf("--attachments %s: %w", v.Attachments, err)
		}
		all.OK = all.OK && held.Foreign == 0 && len(held.Missing) == 0
		all.Evidence = &held
	}
	if err := v.print(all); err != nil {
		return err
	}
	if all.Evidence != nil && !v.JSON {
		if err := all.Evidence.print(v.Out, projections.Lang(v.Lang)); err != nil {
			return err
		}
	}
	if !all.OK {
		return ErrFindings
	}
	return nil
}

// held holds the bundles against the copy of the log, every entry of which is
// verified on the way.
func (v *Command) held(ctx context.Context, files []Verified, bundles [][]byte) (trail.Comparison, error) {
	var key note.Verifier
	var err error
	for _, f := range files {
		if key, err = f.Report.LogKey(); err == nil {
			break
		}
	}
	if err != nil {
		return trail.Comparison{}, err
	}
	log := archive.NewReader(archive.Dir(v.Log), key)
	c, _, err := log.Checkpoint(ctx)
	if err != nil {
		return trail.Comparison{}, err
	}
	return trail.CompareCopy(trail.Copy{Checkpoint: c, Records: log.Records(ctx, c, 0)}, bundles...)
}

// options reads what the reader knows from elsewhere.
func (v *Command) options() (o trail.Options, err error) {
	if v.Lang != "zh" && v.Lang != "en" {
		return o, fmt.Errorf("--lang %q: zh or en", v.Lang)
	}
	if len(v.Root) != 64 && v.Root != "" || strings.Trim(v.Root, "0123456789abcdef") != "" {
		return o, fmt.Errorf("--root %q: 64 lower-case hexadecimal digits", v.Root)
	}
	o.Root = seal.KeyID(v.Root)
	if v.Policy != "" {
		text, err := os.ReadFile(v.Policy)
		if err != nil {
			return o, err
		}
		p, err := proof.ParsePolicy(text)
		if err != nil {
			return o, fmt.Errorf("--policy %s: %w", v.Policy, err)
		}
		o.Policy = &p
	}
	for _, name := range v.Receipts {
		text, err := os.ReadFile(name)
		if err != nil {
			return o, err
		}
		r, err := proof.ParseSealedReceipt(text)
		if err != nil {
			return o, fmt.Errorf("--receipt %s: %w", name, err)
		}
		o.Receipts = append(o.Receipts, r)
	}
	var trusted []byte
	for _, name := range v.CA {
		text, err := os.ReadFile(name)
		if err != nil {
			return o, err
		}
		trusted = append(append(trusted, text...), '\n')
	}
	if len(v.CA) > 0 {
		a, err := seal.ParseAuthorities(trusted)
		if err != nil {
			return o, fmt.Errorf("--ca: %w", err)
		}
		o.Authorities = &a
	}
	return o, nil
}

// read reads a file, or standard input, but no more than a trail may have.
func (v *Command) read(name string) ([]byte, error) {
	in := v.In
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

// print writes the report, of a single file as it is.
func (v *Command) print(all All) error {
	var shown any = all
	if len(all.Files) == 1 && all.Copy == nil {
		shown = all.Files[0].Report
	}
	if v.JSON {
		data, err := json.Marshal(shown, json.Deterministic(true), jsontext.WithIndent("  "))
		if err != nil {
			return fmt.Errorf("print: %w", err)
		}
		_, err = v.Out.Write(append(data, '\n'))
		return err
	}
	for _, f := range all.Files {
		if len(all.Files) > 1 {
			fmt.Fprintf(v.Out, "── %s ──\n", projections.Visible(f.File))
		}
		f.Report.Print(v.Out, v.Lang)
	}
	if len(all.Files) > 1 {
		all.Together.Print(v.Out, v.Lang)
	}
	if all.Copy != nil {
		all.Copy.PrintCopy(v.Out, v.Lang)
	}
	return nil
}
