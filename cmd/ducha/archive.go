package main

import (
	"ducha/cmd/internal/node"
	"ducha/ledger/archive"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"
)

func (a *app) archiveCommand() *cobra.Command {
	c := &cobra.Command{Use: "archive", Short: "封存日志:副本、核验、重做 the sealed log: copies, verification", Args: noCommand, RunE: help}
	c.AddCommand(a.archiveSyncCommand(), a.archiveVerifyCommand(), a.archiveRebuildCommand())
	return c
}

// logAt names a log, and who its owner is.
type logAt struct {
	from, token, key string
}

func (l *logAt) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&l.from, "from", "", "日志目录或网址;缺省为 --data 之下的 archive folder or address of the log (default: that of --data)")
	f.StringVar(&l.token, "token", "", "读取网上日志的访问令牌 bearer token for a log on the network")
	f.StringVar(&l.key, "key", "", "日志公钥(verifier key)文件;缺省取自 --data file with the verifier key of the log, as /tlog/key shows it (default: that of --data)")
}

// open is the log, and what verifies it.
func (l *logAt) open(a *app) (archive.Source, note.Verifier, error) {
	from := l.from
	if from == "" {
		if err := required("data", a.data); err != nil {
			return nil, nil, err
		}
		from = node.ArchiveDir(a.data)
	}
	v, err := a.logVerifier(l.key)
	return sourceAt(from, l.token), v, err
}

// logVerifier verifies the log of the ledger in --data, or of a verifier key.
func (a *app) logVerifier(key string) (note.Verifier, error) {
	if key != "" {
		return verifierIn(key)
	}
	if err := required("data", a.data); err != nil {
		return nil, err
	}
	return node.LogVerifier(a.data)
}

func (a *app) archiveSyncCommand() *cobra.Command {
	l := &logAt{}
	c := &cobra.Command{
		Use: "sync DIR", Short: "把日志抄送到另一目录,逐条核验 keep a copy of the log, verified as it is copied", Args: exactly(1),
		Long: `把封存日志抄到 DIR:只抄新增部分,先核验后公布;来源更旧或另是一份历史时拒绝,原副本不动。
副本宜在另一台机器上,可随时中断、重复运行。

Copies what is new. Refuses a source that is older than the copy or tells another
history, and leaves the copy as it is. Best kept on another machine.`,
		Example: "  ducha archive sync /mnt/copy --data ducha-data\n  ducha archive sync copy --from http://127.0.0.1:8420/tlog/ --key ledger.vkey",
		RunE: func(c *cobra.Command, args []string) error {
			src, v, err := l.open(a)
			if err != nil {
				return err
			}
			bar := a.progress(a.say("抄送日志", "copying the log"))
			defer bar.done()
			checkpoint, err := archive.Sync(c.Context(), src, args[0], v, bar.at)
			if err != nil {
				return err
			}
			bar.done()
			if a.json {
				return a.emit(map[string]any{"copy": args[0], "size": checkpoint.Size, "root": checkpoint.Root.String()})
			}
			a.printf("副本 %s:%d 条,根 %s", "%s: %d records, root %s", args[0], checkpoint.Size, checkpoint.Root)
			return nil
		},
	}
	l.flags(c)
	return c
}

func (a *app) archiveVerifyCommand() *cobra.Command {
	l := &logAt{}
	c := &cobra.Command{
		Use: "verify", Short: "核验日志的每一个文件与每一条记录 verify every file and every record of a log", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			src, v, err := l.open(a)
			if err != nil {
				return err
			}
			bar := a.progress(a.say("核验日志", "verifying the log"))
			defer bar.done()
			found, checkpoint, err := archive.Verify(c.Context(), src, v, bar.at)
			if err != nil {
				return err
			}
			bar.done()
			report := node.Report{Sealed: checkpoint.Size, Findings: []node.Finding{}}
			for _, f := range found {
				report.Findings = append(report.Findings, node.FindingOf(f))
			}
			if report.OK() && !a.json {
				a.printf("日志核验无误:%d 条,根 %s", "the log is good: %d records, root %s", checkpoint.Size, checkpoint.Root)
				return nil
			}
			return a.findings(report)
		},
	}
	l.flags(c)
	return c
}

func (a *app) archiveRebuildCommand() *cobra.Command {
	return &cobra.Command{
		Use: "rebuild", Short: "自记录流重做日志中缺失或受损的文件 make files of the log anew from the store", Args: cobra.NoArgs,
		Long: `自存储中的记录重做日志里缺失或受损的文件。记录须有检查点所签的根,否则不作任何改动。
Nothing is changed unless the records have the root that the checkpoint signs.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := required("data", a.data); err != nil {
				return err
			}
			bar := a.progress(a.say("重做日志文件", "making files of the log anew"))
			defer bar.done()
			written, err := node.RebuildArchive(c.Context(), node.Options{Dir: a.data, Logger: a.logger()}, bar.at)
			if err != nil {
				return err
			}
			bar.done()
			if a.json {
				return a.emit(map[string]any{"written": written})
			}
			for _, path := range written {
				a.printf("  %s", "  %s", path)
			}
			a.printf("重做 %d 个文件", "%d files were made anew", len(written))
			return nil
		},
	}
}
