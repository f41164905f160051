package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"ducha/cmd/internal/client"
	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/projections"

	"github.com/emmansun/gmsm/sm3"
	"github.com/gabriel-vasile/mimetype"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

func (a *app) attachmentCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "attachment", Short: "佐证材料:交存、取回、核对 files of evidence", Args: noCommand, RunE: help,
		Long: `记录只写材料的摘要(SHA-256,并列 SM3);文件另存。先有写明摘要的记录,再交文件:没有签名的东西不占地方。

Statements name files by digest; the files are kept beside the ledger. The statement comes
first, then the file: nothing unsigned takes room.

  ducha statement new progress.reported --as units/fgw --task T01 --attach 照片.jpg period=… |
    ducha statement sign --key fgw.pem | ducha statement submit
  ducha attachment put 照片.jpg`,
	}
	c.AddCommand(a.attachmentPutCommand(), a.attachmentGetCommand(), a.attachmentListCommand(), a.attachmentCheckCommand(), a.attachmentInitCommand())
	return c
}

// evidenceOf is a file as a statement names it.
func evidenceOf(path string) (ledger.Evidence, error) {
	f, err := os.Open(path)
	if err != nil {
		return ledger.Evidence{}, usageError{err}
	}
	defer f.Close()
	sha, other := sha256.New(), sm3.New()
	size, err := io.Copy(io.MultiWriter(sha, other), f)
	if err != nil {
		return ledger.Evidence{}, fmt.Errorf("%s: %w", path, err)
	}
	kind, err := mimetype.DetectFile(path)
	if err != nil {
		return ledger.Evidence{}, fmt.Errorf("%s: %w", path, err)
	}
	media, _, _ := strings.Cut(kind.String(), ";")
	return ledger.Evidence{Name: ledger.Line(filepath.Base(path)), SHA256: ledger.Digest(hex.EncodeToString(sha.Sum(nil))), SM3: ledger.Digest(hex.EncodeToString(other.Sum(nil))),
		Size: size, Media: ledger.Line(media)}, nil
}

// depicted is what somebody says of the files that a statement names: when and where they
// came about, and whether they are work secrets.
type depicted struct {
	taken, place string
	working      bool
}

func (d *depicted) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&d.taken, "taken", "", "--attach 材料的形成日期,如 2026-03-05 the day that the files of --attach came about")
	f.StringVar(&d.place, "place", "", "--attach 材料的形成地点 where they did")
	f.BoolVar(&d.working, "working-secret", false, "--attach 材料含工作秘密 they hold work secrets (工作秘密)")
}

// of says it of a file.
func (d depicted) of(e ledger.Evidence) (ledger.Evidence, error) {
	e.Place, e.Working = ledger.Line(d.place), d.working
	if d.taken == "" {
		return e, nil
	}
	var err error
	e.Taken, err = ledger.ParseDate(d.taken)
	return e, err
}

// attach adds files to the evidence of a statement's data.
func attach(sp ledger.Spec, data []byte, files []string, shown depicted) ([]byte, error) {
	if len(files) == 0 && shown != (depicted{}) {
		return nil, usageError{errors.New("--taken, --place, --working-secret: of which file? give --attach")}
	}
	if len(files) == 0 {
		return data, nil
	}
	if !strings.Contains(string(sp.Schema()), `"evidence"`) {
		return nil, usageError{fmt.Errorf("--attach: %s names no files", sp.Kind)}
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, ledger.Malform("data.json", err.Error(), "one JSON object")
	}
	var list []json.RawMessage
	if old, ok := fields["evidence"]; ok {
		if err := json.Unmarshal(old, &list); err != nil {
			return nil, ledger.Malform("data.json", "evidence: "+err.Error(), "a list")
		}
	}
	for _, path := range files {
		e, err := evidenceOf(path)
		if err == nil {
			e, err = shown.of(e)
		}
		if err != nil {
			return nil, err
		}
		one, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	var err error
	if fields["evidence"], err = json.Marshal(list); err != nil {
		return nil, err
	}
	return json.Marshal(fields)
}

func (a *app) attachmentPutCommand() *cobra.Command {
	return &cobra.Command{
		Use: "put FILE...", Short: "交存材料;须已有记录写明其摘要 hand in files that statements name",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{fmt.Errorf("%s", c.UseLine())}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				for _, path := range args {
					if err := a.putFile(c.Context(), l, path); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

func (a *app) putFile(ctx context.Context, l *client.Client, path string) error {
	e, err := evidenceOf(path)
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := l.PutFile(ctx, e.SHA256, f)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if a.json {
		return a.emit(info)
	}
	a.printf("已收存 %s  %d 字节  %s\n  SHA-256 %s\n  SM3     %s", "stored %s  %d bytes  %s\n  SHA-256 %s\n  SM3     %s", path, info.Size, info.Media, info.SHA256, info.SM3)
	return nil
}

func (a *app) attachmentGetCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "get SHA256", Short: "取回材料,并核对摘要 fetch a file and check its digest", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := required("out", out); err != nil {
				return err
			}
			return a.ask(c.Context(), func(l *client.Client) error { return a.getFile(c.Context(), l, ledger.Digest(args[0]), out) })
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "写入新文件 a new file (required)")
	return c
}

// getFile writes a file once all of it came and has its digest.
func (a *app) getFile(ctx context.Context, l *client.Client, digest ledger.Digest, out string) error {
	body, err := l.GetFile(ctx, digest)
	if err != nil {
		return err
	}
	defer body.Close()
	part := out + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return usageError{err}
	}
	defer os.Remove(part)
	sha := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sha), body)
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("%s: %w", out, err)
	}
	if got := hex.EncodeToString(sha.Sum(nil)); got != string(digest) {
		return &ledger.Error{Class: ledger.Damaged, Rule: "evidence.digest", Found: fmt.Sprintf("%d bytes with the digest %s", n, got), Want: "the bytes with the digest " + string(digest)}
	}
	if err := os.Link(part, out); err != nil {
		return usageError{err}
	}
	a.printf("已取回 %s  %d 字节,摘要相符", "fetched %s  %d bytes, the digest is right", out, n)
	return nil
}

func (a *app) attachmentListCommand() *cobra.Command {
	var missing, reused bool
	c := &cobra.Command{
		Use: "list", Short: "记录写明的材料:是否已交、是否重复使用 files that statements name: held, missing, reused", Args: noCommand,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				r, err := l.Files(c.Context(), false)
				if err != nil {
					return err
				}
				kept := r.Files[:0]
				for _, f := range r.Files {
					if (!missing || f.Stored == nil && !f.Sealed) && (!reused || f.Reused) {
						kept = append(kept, f)
					}
				}
				r.Files = kept
				if a.json {
					return a.emit(r)
				}
				a.fileTable(r)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&missing, "missing", false, "只列未交存的 only those that the store lacks")
	c.Flags().BoolVar(&reused, "reused", false, "只列多份记录共用的 only those that more than one statement names")
	return c
}

func (a *app) fileTable(r node.FileReport) {
	t := a.table("SHA-256", a.say("材料", "name"), a.say("记录", "records"), a.say("现状", "state"))
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 1, WidthMax: 20, WidthMaxEnforcer: text.Trim}, {Number: 3, WidthMax: 44, WidthMaxEnforcer: text.WrapSoft}})
	for _, f := range r.Files {
		var records []string
		for _, n := range f.Names {
			records = append(records, fmt.Sprintf("%d %s %s", n.Sequence, n.Unit, n.Task))
		}
		name := projections.Visible(f.Names[0].Name)
		for _, word := range []string{string(f.Names[0].Taken), projections.Visible(f.Names[0].Place), map[bool]string{true: a.say("工作秘密", "work secret")}[f.Names[0].Working]} {
			if word != "" {
				name += "\n" + word
			}
		}
		t.AppendRow(table.Row{f.SHA256, name, strings.Join(records, "; "), a.fileState(f)})
	}
	t.Render()
	a.printf("写明 %d 件:已收存 %d,未交 %d,密封 %d,损坏 %d;库中另有 %d 件无记录写明", "%d named: %d held, %d missing, %d sealed, %d damaged; %d more in the store that nothing names",
		r.Named, r.Held, r.Missing, r.Sealed, r.Damaged, r.Unnamed)
}

func (a *app) fileState(f node.HeldFile) string {
	var parts []string
	switch {
	case f.Sealed:
		parts = append(parts, a.say("已密封", "sealed"))
	case f.Fault != "":
		parts = append(parts, a.say("已损坏", "damaged"))
	case f.Stored == nil:
		parts = append(parts, a.say("未交", "missing"))
	default:
		parts = append(parts, fmt.Sprintf(a.say("%d 字节", "%d bytes"), f.Stored.Size))
	}
	if f.Reused {
		parts = append(parts, a.say("重复使用", "reused"))
	}
	return strings.Join(parts, ", ")
}

func (a *app) attachmentCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "逐件读出并核对摘要 read every file and check its digest", Args: noCommand,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				r, err := l.Files(c.Context(), true)
				if err != nil {
					return err
				}
				if a.json {
					if err := a.emit(r); err != nil {
						return err
					}
				} else {
					for _, f := range r.Files {
						if f.Fault != "" {
							a.printf("损坏 %s:%s", "damaged %s: %s", f.SHA256, f.Fault)
						}
					}
					r.Files = nil
					a.fileTable(r)
				}
				if r.Damaged > 0 {
					return errFindings
				}
				return nil
			})
		},
	}
}

func (a *app) attachmentInitCommand() *cobra.Command {
	return &cobra.Command{
		Use: "init", Short: "为旧台账建立材料库(先停服务) make the store for files in a folder from before there was one", Args: noCommand,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := required("data", a.data); err != nil {
				return err
			}
			return node.CreateEvidence(c.Context(), node.Options{Dir: a.data, Logger: a.logger()})
		},
	}
}
