package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"ducha/cmd/internal/client"
	"ducha/cmd/internal/node"
	"ducha/commands"
	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

func (a *app) statementCommand() *cobra.Command {
	c := &cobra.Command{Use: "statement", Short: "记录 statements: kinds, schema, new, sign, submit", Args: noCommand, RunE: help}
	c.AddCommand(a.kindsCommand(), a.schemaCommand(), a.newCommand(), a.signCommand(), a.submitCommand())
	return c
}

func (a *app) kindsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "kinds", Short: "全部记录种类 every kind, and who may say it", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			t := a.table(a.say("种类", "kind"), a.say("名称", "term"), a.say("类别", "family"), a.say("由谁签", "signers"))
			var all []map[string]any
			for _, s := range ledger.Kinds() {
				t.AppendRow(table.Row{s.Kind, s.Name, s.Family, join(commands.Speakers[s.Kind])})
				all = append(all, map[string]any{"type": s.Kind, "name": s.Name, "family": s.Family, "signers": commands.Speakers[s.Kind]})
			}
			if a.json {
				return a.emit(all)
			}
			t.Render()
			return nil
		},
	}
}

func join(speakers []commands.Speaker) string {
	var words []string
	for _, s := range speakers {
		words = append(words, string(s))
	}
	return strings.Join(words, ", ")
}

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use: "schema KIND", Short: "某一种类的格式 JSON Schema of a kind's data", Args: exactly(1),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := kind(args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.Out, "%s\n", s.Schema())
			return err
		},
	}
}

// kind finds a kind; the version may be left out.
func kind(name string) (ledger.Spec, error) {
	for _, k := range []string{name, name + ".v1"} {
		if s, ok := ledger.Kind(k).Spec(); ok {
			return s, nil
		}
	}
	return ledger.Spec{}, &ledger.Error{Class: ledger.NotFound, Rule: "statement.type", Found: "kind " + name, Want: "a kind of `ducha statement kinds`"}
}

func (a *app) newCommand() *cobra.Command {
	var s ledger.Statement
	var source, unit, task, at, data string
	var basis int64
	var files []string
	var shown depicted
	c := &cobra.Command{
		Use:   "new KIND [FIELD=VALUE...]",
		Short: "拟写记录 draft an unsigned statement",
		Long: `拟写一条未签名的记录,打印到标准输出。字段写作 名=值,或用 --data-json 给出 JSON。
Prints an unsigned statement. Fields are NAME=VALUE, or JSON with --data-json.`,
		Example: `  ducha statement new progress.reported --as units/fgw --task T01 period=2025-12 percent=80 summary=平台二期上线 |
    ducha statement sign --key fgw.pem | ducha statement submit`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New(c.UseLine())}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			sp, err := kind(args[0])
			if err != nil {
				return err
			}
			if err := required("as", source); err != nil {
				return err
			}
			body, err := fields(sp, data, args[1:])
			if err != nil {
				return err
			}
			if body, err = attach(sp, body, files, shown); err != nil {
				return err
			}
			if s.ID, err = uuid.NewV7(); err != nil {
				return err
			}
			s.Kind, s.Source, s.Unit, s.Task, s.Body = sp.Kind, ledger.PartyID(source), ledger.UnitID(unit), ledger.TaskID(task), jsontext.Value(body)
			s.Time = time.Now().In(ledger.Shanghai).Truncate(time.Second)
			if at != "" {
				if s.Time, err = time.Parse(time.RFC3339, at); err != nil {
					return usageError{fmt.Errorf("--time: %w", err)}
				}
			}
			s.Basis = uint64(max(basis, 0))
			if err := a.complete(c, &s, sp, basis < 0); err != nil {
				return err
			}
			payload := s.Encode()
			if _, err := ledger.Parse(payload); err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.Out, "%s\n", payload)
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&source, "as", "", "以何主体提交 who speaks, such as units/fgw")
	f.StringVar(&unit, "unit", "", "责任主体单位 the unit held to account (default: the task's lead unit, the speaker, or hq)")
	f.StringVar(&task, "task", "", "任务 task, such as T01")
	f.StringVar((*string)(&s.Campaign), "campaign", "", "攻坚战编号 campaign (default: the ledger's)")
	f.StringVar(&at, "time", "", "所称时间 time of the statement, RFC 3339 (default: now)")
	f.StringVar(&data, "data-json", "", "数据 JSON the data as JSON")
	shown.flags(c)
	f.StringArrayVar(&files, "attach", nil, "佐证材料文件,可重复;写入其摘要 a file of evidence, named by its digest; may be repeated")
	f.Int64Var(&basis, "basis", -1, "所见的最后序号 last sequence of the task that was seen (default: the ledger's)")
	return c
}

// complete fills in what the ledger knows: the campaign, the task's lead unit,
// and the last sequence on the task.
func (a *app) complete(c *cobra.Command, s *ledger.Statement, sp ledger.Spec, basis bool) error {
	if s.Unit == "" && sp.Scope == ledger.CampaignScope {
		s.Unit = ledger.HQ
	}
	if u, ok := s.Source.Unit(); s.Unit == "" && s.Task == "" && ok {
		s.Unit = u
	}
	if s.Campaign != "" && s.Unit != "" && !(basis && s.Task != "") {
		return nil
	}
	return a.ask(c.Context(), func(l *client.Client) error {
		if s.Task == "" {
			units, err := l.Units(c.Context(), "")
			s.Campaign = units.Campaign
			return err
		}
		t, err := l.Task(c.Context(), string(s.Task), "")
		if err != nil {
			return err
		}
		s.Campaign = t.Campaign
		if s.Unit == "" {
			s.Unit = t.Lead
		}
		if basis {
			s.Basis = t.Last
		}
		return nil
	})
}

// fields builds the data of a statement from JSON or from name=value pairs, each
// value read as its field's schema has it.
func fields(sp ledger.Spec, data string, pairs []string) ([]byte, error) {
	if data != "" && len(pairs) > 0 {
		return nil, usageError{errors.New("give the fields as NAME=VALUE or as --data-json, not both")}
	}
	if data != "" {
		if err := seal.CheckJSON([]byte(data)); err != nil {
			return nil, ledger.Malform("data.json", err.Error(), "one JSON object")
		}
		return []byte(data), nil
	}
	var schema struct {
		Properties map[string]struct {
			Type string `json:"type"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(sp.Schema(), &schema); err != nil {
		return nil, err
	}
	out := map[string]json.RawMessage{}
	for _, p := range pairs {
		name, value, ok := strings.Cut(p, "=")
		property, known := schema.Properties[name]
		if !ok || !known {
			return nil, usageError{fmt.Errorf("%q: want NAME=VALUE with a field of %s (ducha statement schema %s)", p, sp.Kind, sp.Kind)}
		}
		if file, ok := strings.CutPrefix(value, "@"); ok && property.Type == "string" {
			content, err := os.ReadFile(file)
			if err != nil {
				return nil, usageError{err}
			}
			value = string(content)
		}
		if property.Type == "string" || !json.Valid([]byte(value)) {
			quoted, err := json.Marshal(value)
			if err != nil {
				return nil, err
			}
			value = string(quoted)
		}
		out[name] = json.RawMessage(value)
	}
	return json.Marshal(out)
}

func (a *app) signCommand() *cobra.Command {
	var keyFile string
	c := &cobra.Command{
		Use: "sign [FILE]", Short: "签名 sign a statement: a DSSE envelope", Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			payload, err := a.input(args)
			if err != nil {
				return err
			}
			payload = []byte(strings.TrimSpace(string(payload)))
			if _, err := ledger.Parse(payload); err != nil {
				return err
			}
			if err := required("key", keyFile); err != nil {
				return err
			}
			key, err := node.ReadKey(keyFile)
			if err != nil {
				return err
			}
			env, err := seal.Seal(rand.Reader, key, seal.PayloadTypeStatement, payload)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.Out, "%s\n", env.Encode())
			return err
		},
	}
	c.Flags().StringVar(&keyFile, "key", "", "私钥文件 private key (PKCS#8 PEM)")
	return c
}

func (a *app) submitCommand() *cobra.Command {
	var waitSealed bool
	var out string
	c := &cobra.Command{
		Use: "submit [FILE]", Short: "提交签名记录,取得回执 submit an envelope, print the receipt", Args: cobra.MaximumNArgs(1),
		Long: `提交签名记录。--wait-sealed 等到记录封存,把封存回执写入文件:凭它即可向任何人证明,台账确已记录。
Submits an envelope. With --wait-sealed the sealed receipt, which proves to anybody
that the statement is on record, is written to --output, or to ID.receipt.json.`,
		RunE: func(c *cobra.Command, args []string) error {
			envelope, err := a.input(args)
			if err != nil {
				return err
			}
			return a.ask(c.Context(), func(l *client.Client) error {
				submit := l.SubmitSealed
				if !waitSealed {
					submit = func(ctx context.Context, envelope []byte) (proof.SealedReceipt, bool, error) {
						r, replayed, err := l.Submit(ctx, envelope)
						return proof.SealedReceipt{SignedReceipt: r}, replayed, err
					}
				}
				receipt, replayed, err := submit(c.Context(), envelope)
				if err != nil {
					return err
				}
				if waitSealed && out == "" && !a.json {
					out = receipt.ID.String() + ".receipt.json"
				}
				return a.submitted(receipt, replayed, waitSealed, out)
			})
		},
	}
	c.Flags().BoolVar(&waitSealed, "wait-sealed", false, "等到封存,写出封存回执 wait until the record is sealed, write the sealed receipt")
	c.Flags().StringVarP(&out, "output", "o", "", "回执文件 file for the receipt")
	return c
}

// submitted shows a receipt, and writes it where a file is named.
func (a *app) submitted(receipt proof.SealedReceipt, replayed, waited bool, out string) error {
	if out != "" {
		if err := writeReceipt(out, receipt); err != nil {
			return err
		}
	}
	if a.json {
		if waited {
			return a.emit(receipt)
		}
		return a.emit(receipt.SignedReceipt)
	}
	if replayed {
		a.printf("此前已记录,以下为首次回执", "on record already; this is its first receipt")
	}
	a.printf("攻坚战    %s\n序号      %d\n记录时间  %s\n名下      %s 第 %d 条\n摘要      %s\n链首      %s",
		"campaign  %s\nsequence  %d\nrecorded  %s\ntrail     %s number %d\ndigest    %s\nhead      %s",
		receipt.Campaign, receipt.Sequence, receipt.Recorded, receipt.Unit, receipt.TrailVersion, receipt.Digest, receipt.Head)
	if out != "" {
		a.printf("回执      %s", "receipt   %s", out)
	}
	if waited && !receipt.Sealed {
		a.printf("已记录,尚未封存:稍后 ducha receipt upgrade %s", "recorded, and not sealed yet: ducha receipt upgrade %s, later", out)
	}
	return nil
}

// input is a file's bytes, or standard input's.
func (a *app) input(args []string) ([]byte, error) {
	if len(args) == 0 || args[0] == "-" {
		return io.ReadAll(io.LimitReader(a.In, 4*seal.MaxEnvelope))
	}
	data, err := os.ReadFile(args[0])
	if err != nil {
		return nil, usageError{err}
	}
	return data, nil
}
