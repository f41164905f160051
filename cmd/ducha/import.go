package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/client"
	"ducha/cmd/internal/doors"
	"ducha/cmd/internal/imports"
	"ducha/cmd/internal/node"
	"ducha/commands"
	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

func (a *app) templateCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "template tasks|history", Short: "写出填报表(XLSX 或 CSV):任务清单、补录 write a form to fill in", Args: exactly(1),
		Example: "  ducha template tasks -o 任务清单.xlsx\n  ducha template history -o 补录.csv",
		RunE: func(_ *cobra.Command, args []string) error {
			if err := required("out", out); err != nil {
				return err
			}
			write := imports.Template
			if strings.EqualFold(filepath.Ext(out), ".csv") {
				write = imports.TemplateCSV
			}
			data, err := write(imports.Form(args[0]))
			if err != nil {
				return err
			}
			if err := writeNew(out, data); err != nil {
				return err
			}
			a.printf("已写出 %s;填好后:ducha import %s --dry-run", "wrote %s; once it is filled in: ducha import %s --dry-run", out, out)
			return nil
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "新文件 a new file (required)")
	return c
}

func (a *app) importCommand() *cobra.Command {
	var key, as string
	var dry, accept bool
	c := &cobra.Command{
		Use: "import FILE", Short: "导入填报表:先查每一格,再整批记录 import a filled form: every cell checked, all or nothing", Args: exactly(1),
		Long: `读入填好的表(任务清单或补录;XLSX 或 CSV,CSV 可为 UTF-8、UTF-16、GB18030)。每一个错格、每一处存疑都列出;有错不导入,存疑须修正或以
--accept-doubts 认可。签名后作为一个整体写入:要么全部,要么全无。补录一律标明为补录,由导入者签名,
写明原件与发生日期,不计入任何数据。签好的记录存于 FILE.signed,中断后重做不会重复。

Reads a filled form, a workbook or CSV. Every bad cell and every doubt is named; what is wrong must be mended,
doubts mended or accepted. What it makes is signed by whoever imports it, and recorded whole
or not at all. The signed statements are kept in FILE.signed: run again, nothing is doubled.`,
		Example: "  ducha import 补录.xlsx --dry-run\n  ducha import 补录.xlsx --key ledger/keys/units-ggb.pem --as units/ggb",
		RunE: func(c *cobra.Command, args []string) error {
			data, err := os.ReadFile(args[0])
			if err != nil {
				return usageError{err}
			}
			return a.ask(c.Context(), func(l *client.Client) error {
				read, err := l.Import(c.Context(), data)
				if err != nil {
					return err
				}
				if err := a.checked(read, accept, dry && key == ""); err != nil || dry && key == "" {
					return err
				}
				for flag, value := range map[string]string{"key": key, "as": as} {
					if err := required(flag, value); err != nil {
						return err
					}
				}
				return a.record(c.Context(), l, args[0], data, read, key, as, dry)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&key, "key", "", "导入者私钥 the importer's private key, PEM")
	f.StringVar(&as, "as", "", "导入者 who imports, such as units/ggb")
	f.BoolVar(&dry, "dry-run", false, "只查不写;给出 --key 时连同规则一起试 check and record nothing; with --key the rules too")
	f.BoolVar(&accept, "accept-doubts", false, "认可全部存疑 accept every doubt as it was read")
	return c
}

// checked shows what is wrong or doubtful, and stops where it must.
func (a *app) checked(read api.Import, accept, last bool) error {
	bad, doubts := 0, 0
	for _, p := range read.Problems {
		if p.Doubt {
			doubts++
		} else {
			bad++
		}
	}
	if a.json && (last || bad > 0 || doubts > 0 && !accept) {
		if err := a.emit(read); err != nil {
			return err
		}
	} else if !a.json {
		if len(read.Problems) > 0 {
			t := a.table(a.say("单元格", "cell"), "", a.say("所见", "found"), a.say("应为", "want"))
			for _, p := range read.Problems {
				t.AppendRow(table.Row{p.Sheet + "!" + p.Cell, a.say(map[bool]string{true: "存疑", false: "错误"}[p.Doubt], map[bool]string{true: "doubt", false: "wrong"}[p.Doubt]), visibleLines(a.words(p.Found)), visibleLines(a.words(p.Want))})
			}
			t.Render()
		}
		a.printf("%s:%d 行,可成 %d 条记录;错误 %d,存疑 %d", "%s: %d rows, %d statements; %d wrong, %d doubts", read.Campaign, read.Rows, len(read.Statements), bad, doubts)
	}
	switch {
	case bad > 0:
		return errFindings
	case doubts > 0 && !accept:
		if !a.json {
			a.printf("存疑须修正,或以 --accept-doubts 认可;未写入任何记录", "mend the doubts, or accept them with --accept-doubts; nothing was recorded")
		}
		return errFindings
	}
	return nil
}

// record signs what was read and submits it as one.
func (a *app) record(ctx context.Context, l *client.Client, path string, data []byte, read api.Import, keyFile, as string, dry bool) error {
	key, err := node.ReadKey(keyFile)
	if err != nil {
		return err
	}
	signed, err := a.signAll(path, data, read, key, ledger.PartyID(as), dry)
	if err != nil {
		return err
	}
	bar := a.progress(a.say("整批提交", "submitting as one"))
	batch, err := l.SubmitAll(ctx, signed, dry)
	bar.at(1, 1)
	bar.done()
	if err != nil {
		return atCell(err, read)
	}
	switch {
	case a.json:
		return a.emit(batch)
	case dry:
		a.printf("规则全部通过;未写入任何记录", "the rules admit all of it; nothing was recorded")
	case batch.Replayed:
		a.printf("此前已全部记录:第 %d 至 %d 条", "all of it is on record already: %d to %d", batch.Receipts[0].Sequence, batch.Receipts[len(batch.Receipts)-1].Sequence)
	default:
		a.printf("已记录 %d 条:第 %d 至 %d 条;签名存于 %s.signed", "recorded %d statements: %d to %d; what was signed is in %s.signed", len(batch.Receipts), batch.Receipts[0].Sequence, batch.Receipts[len(batch.Receipts)-1].Sequence, path)
	}
	return nil
}

// atCell says of a refusal which cell of the form it is about.
func atCell(err error, read api.Import) error {
	one, ok := errors.AsType[*commands.BatchError](err)
	e, named := errors.AsType[*ledger.Error](err)
	if !ok || !named || one.Index >= len(read.Statements) {
		return err
	}
	at := *e
	at.Found = read.Statements[one.Index].Cell + ": " + e.Found
	return &at
}

// signAll gives the signed statements, a line each: those of an earlier run with the
// same form, so that what was recorded then is not recorded again.
func (a *app) signAll(path string, data []byte, read api.Import, key seal.PrivateKey, as ledger.PartyID, dry bool) ([]byte, error) {
	sum := sha256.Sum256(data)
	head := fmt.Sprintf("# %x %s\n", sum, key.Public().ID())
	journal := path + ".signed"
	if old, err := os.ReadFile(journal); err == nil && !dry {
		if envelopes, ok := bytes.CutPrefix(old, []byte(head)); ok {
			return envelopes, nil
		}
		return nil, ledger.Refuse("import.signed", journal+" is of another form or another key", "that file moved away: what it holds may be on record")
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out bytes.Buffer
	now := time.Now().In(ledger.Shanghai).Truncate(time.Second)
	if a.Clock != nil {
		now = a.Clock().In(ledger.Shanghai).Truncate(time.Second)
	}
	for i, s := range read.Statements {
		// The id follows from the form, the cell and the key: the same row signed again is
		// the same statement.
		id := sha256.Sum256(fmt.Appendf(nil, "%x|%s|%d|%s", sum, s.Cell, i, key.Public().ID()))
		ref, err := uuid.FromBytes(id[:16])
		if err != nil {
			return nil, err
		}
		ref[6], ref[8] = ref[6]&0x0f|0x40, ref[8]&0x3f|0x80
		statement := ledger.Statement{ID: ref, Kind: s.Type, Campaign: read.Campaign, Source: as, Unit: s.Unit, Task: s.Task, Time: now, Body: jsontext.Value(s.Data)}
		env, err := seal.Seal(rand.Reader, key, seal.PayloadTypeStatement, statement.Encode())
		if err != nil {
			return nil, fmt.Errorf("sign: %w", err)
		}
		out.Write(env.Encode())
		out.WriteByte('\n')
	}
	if dry {
		return out.Bytes(), nil
	}
	if err := writeNew(journal, append([]byte(head), out.Bytes()...)); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// words puts what was found, or what would be accepted, into the reader's language.
func (a *app) words(text string) string {
	if a.lang == "en" {
		return text
	}
	return doors.Chinese(text)
}
