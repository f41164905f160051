package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ducha/cmd/internal/doors"
	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"
)

func (a *app) fsckCommand() *cobra.Command {
	var receipts string
	var files bool
	c := &cobra.Command{
		Use: "fsck", Short: "全面核对:存储、日志、视图、回执 check store, log, read models and receipts against one another", Args: cobra.NoArgs,
		Long: `逐条读取存储文件,与记录链、封存日志、标记、视图快照及所给回执相互核对;只读,不启动存储,不作改动。
每项发现均写明位置与处置办法;有发现时退出码为 1。

Reads files only, starts no server and changes nothing. Exit code 1: findings.`,
		Example: "  ducha fsck --data ducha-data --receipts receipts/",
		RunE: func(c *cobra.Command, _ []string) error {
			if err := required("data", a.data); err != nil {
				return err
			}
			held, err := heldReceipts(receipts)
			if err != nil {
				return err
			}
			bars := a.steps()
			defer bars.done()
			report, err := node.Fsck(c.Context(), node.Options{Dir: a.data, Logger: a.logger()}, held, bars.at)
			bars.done()
			if err != nil {
				return err
			}
			if err := a.findings(report); err != nil || !files {
				return err
			}
			// The files are read through the store, which only a server opens.
			return a.open(c.Context(), func(n *node.Node) error {
				found, err := n.Files(c.Context(), true)
				if err != nil {
					return err
				}
				for _, f := range found.Files {
					if f.Fault != "" {
						a.printf("佐证材料损坏 %s:%s", "damaged file %s: %s", f.SHA256, f.Fault)
					}
				}
				a.printf("佐证材料:写明 %d 件,已收存 %d,未交 %d,密封 %d,损坏 %d", "files of evidence: %d named, %d held, %d missing, %d sealed, %d damaged", found.Named, found.Held, found.Missing, found.Sealed, found.Damaged)
				if found.Damaged > 0 {
					return errFindings
				}
				return nil
			})
		},
	}
	c.Flags().BoolVar(&files, "attachments", false, "并逐件读出佐证材料核对(须先停服务) read every file of evidence too; the server must be stopped")
	c.Flags().StringVar(&receipts, "receipts", "", "一并核对的回执:文件,或目录中的全部 *.json a receipt, or a folder of them, to check against the ledger")
	return c
}

// heldReceipts reads a receipt, or all of a folder.
func heldReceipts(path string) (list []node.HeldReceipt, err error) {
	if path == "" {
		return nil, nil
	}
	files := []string{path}
	if info, err := os.Stat(path); err != nil {
		return nil, usageError{err}
	} else if info.IsDir() {
		files = nil
		err := filepath.WalkDir(path, func(file string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() && strings.HasSuffix(file, ".json") {
				files = append(files, file)
			}
			return err
		})
		if err != nil {
			return nil, usageError{err}
		}
		if len(files) == 0 {
			return nil, usageError{fmt.Errorf("no receipts (*.json) in %s", path)}
		}
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, usageError{err}
		}
		r, err := proof.ParseSealedReceipt(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		list = append(list, node.HeldReceipt{Path: file, Receipt: r})
	}
	return list, nil
}

// places are where findings are, in words.
var places = map[string][2]string{
	"folder": {"目录", "folder"}, "store": {"存储", "store"}, "archive": {"日志", "log"}, "projections": {"视图", "read models"}, "receipts": {"回执", "receipts"},
}

// remedies are what to do, in words; %s is the data folder.
var remedies = map[node.Remedy][2]string{
	node.RecoverStore: {"停止服务,运行 ducha recover --data %s;它自日志重建存储,旧存储保留", "stop the server and run ducha recover --data %s: it makes the store anew from the log and keeps the old one"},
	node.MendArchive:  {"停止服务,运行 ducha archive rebuild --data %s;存储亦受损时改用 ducha recover", "stop the server and run ducha archive rebuild --data %s, or ducha recover where the store is damaged too"},
	node.DropCaches:   {"快照只是缓存:停止服务后删除 %s 下的 snapshots,启动时自会重建", "snapshots are caches: stop the server and remove snapshots in %s; it makes them anew"},
	node.AskPeople:    {"保全 %s 与所给回执,一个字节也不要改动,报请审计核查", "keep %s and the receipts as they are, to the byte, and have the auditors look into it"},
}

// findings prints what a check found.
func (a *app) findings(r node.Report) error {
	if a.json {
		if err := a.emit(r); err != nil {
			return err
		}
	} else {
		a.listFindings(r)
	}
	if !r.OK() {
		return errFindings
	}
	return nil
}

func (a *app) listFindings(r node.Report) {
	told := map[node.Remedy]bool{}
	for _, f := range r.Findings {
		place := a.say(places[f.Where][0], places[f.Where][1])
		if f.Sequence > 0 {
			place += a.say(fmt.Sprintf(" 第 %d 条", f.Sequence), fmt.Sprintf(", record %d", f.Sequence))
		}
		words := f.Rule
		if rule, ok := doors.RuleOf(f.Rule); ok {
			words = a.say(rule.ZH, rule.EN) + " [" + f.Rule + "]"
		}
		a.printf("✗ %s:%s", "✗ %s: %s", place, words)
		a.detail("文件", "file", f.Path)
		a.detail("所见", "found", f.Found)
		a.detail("应为", "wanted", f.Want)
		told[f.Remedy] = true
	}
	if r.OK() {
		a.printf("核对无误:存储 %d 条,已封存 %d 条,快照 %d 份,回执 %d 份", "all is well: %d records in the store, %d sealed, %d snapshots, %d receipts", r.Records, r.Sealed, r.Snapshots, r.Receipts)
		return
	}
	a.printf("\n共 %d 项。处置:", "\n%d findings. What to do:", len(r.Findings))
	for _, remedy := range []node.Remedy{node.AskPeople, node.RecoverStore, node.MendArchive, node.DropCaches} {
		if told[remedy] {
			a.printf("  · "+remedies[remedy][0], "  · "+remedies[remedy][1], a.dataOrLog())
		}
	}
}

func (a *app) detail(zh, en, value string) {
	if value != "" {
		a.printf("    %[1]s:%[3]s", "    %[2]s: %[3]s", zh, en, value)
	}
}

func (a *app) dataOrLog() string {
	if a.data == "" {
		return "DIR"
	}
	return a.data
}

// verifierIn verifies the log of a verifier key that is in a file.
func verifierIn(path string) (note.Verifier, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, usageError{err}
	}
	origin, key, err := proof.PublicKeyOf(strings.TrimSpace(string(data)))
	if err != nil {
		if _, pem := seal.ParsePublicKey(data); pem == nil {
			return nil, &ledger.Error{Class: ledger.BadSeal, Rule: "key.form", Found: path + " is a PEM", Want: "the log's verifier key, as /tlog/key shows it: it names the log, too", Err: errors.Unwrap(err)}
		}
		return nil, err
	}
	return proof.LogVerifier(origin, key)
}
