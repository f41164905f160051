package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/client"
	"ducha/cmd/internal/doors"
	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/projections"

	"github.com/spf13/cobra"
)

// DefaultListen is where serve and demo listen, and where the other commands ask.
const DefaultListen = "127.0.0.1:8420"

// app is one run of the program: its flags and its ends.
type app struct {
	*Main
	server string
	data   string
	lang   string
	login  string // the key to log in with
	clean  bool   // confirmed: nothing handed in is classified
	json   bool
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "ducha",
		Short: "督查台账:每一次上报、调度、督办都签名在案 — an accountability ledger of signed statements",
		Long: `ducha 把每一次进展上报、调度和督办问责作为签名记录写入不可更改的台账。

  ducha demo                     一条命令看全貌:载入吉安方案,模拟两年,提供服务
  ducha status                   各单位、各任务的灯色
  ducha replay T06 --as-of 2024-08-15   回放:那一天知道什么、为何亮这盏灯
  ducha export fgw -o fgw.zip    导出单位台账
  ducha verify fgw.zip           脱机核验

ducha appends every progress report, dispatch and escalation as a signed
statement that nobody can change. Commands ask the server at --server, or open
the data folder at --data themselves. English: --lang en.`,
		SilenceErrors: true, SilenceUsage: true,
		Args: noCommand, RunE: help,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if a.lang != "zh" && a.lang != "en" {
				return usageError{fmt.Errorf("--lang %q: want zh or en", a.lang)}
			}
			return nil
		},
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w\n%s --help", err, c.CommandPath())}
	})
	f := root.PersistentFlags()
	f.StringVar(&a.server, "server", defaultServer(), "服务地址 address of the server to ask")
	f.StringVar(&a.data, "data", "", "数据目录;给出时直接打开,不经服务 data folder, opened directly instead of asking a server")
	f.StringVar(&a.login, "login", os.Getenv("DUCHA_LOGIN"), "登录密钥(PEM),按身份阅读 key to log in with, for a server that is read by role")
	f.BoolVar(&a.json, "json", false, "输出 JSON")
	f.BoolVar(&a.clean, "not-classified", os.Getenv("DUCHA_NOT_CLASSIFIED") == "yes", "确认所提交内容不涉密 confirm that nothing handed in is classified")
	f.StringVar(&a.lang, "lang", lang(), "语言 zh|en")
	root.AddCommand(a.initCommand(), a.planCommand(), a.campaignsCommand(), a.serveCommand(), a.demoCommand(), a.keyCommand(), a.statementCommand(), a.statusCommand(), a.questionsCommand(),
		a.replayCommand(), a.whyCommand(), a.tailCommand(), a.exportCommand(), a.verifyCommand(), a.rebuildCommand(), a.witnessCommand(), a.receiptCommand(), a.tokenCommand(),
		a.reviewCommand(), a.printCommand(), a.directivesCommand(), a.meetingCommand(), a.burdenCommand(), a.blockersCommand(), a.attachmentCommand(), a.templateCommand(), a.importCommand(), a.tableCommand(), a.ledgerCommand(), a.calendarCommand(), a.targetsCommand(), a.listsCommand(), a.cardsCommand(), a.dossierCommand(), a.inspectionCommand(), a.sampleCommand(), a.policyCommand(), a.diffCommand(), a.fsckCommand(), a.recoverCommand(), a.backupCommand(), a.restoreCommand(), a.archiveCommand())
	return root
}

// noCommand refuses words that name no command.
func noCommand(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("%s knows no command %q: see %s --help", c.CommandPath(), args[0], c.CommandPath())}
	}
	return nil
}

func help(c *cobra.Command, _ []string) error { return c.Help() }

// required says that a flag must be given.
func required(flag, value string) error {
	if value == "" {
		return usageError{fmt.Errorf("--%s is required", flag)}
	}
	return nil
}

func defaultServer() string {
	if s := os.Getenv("DUCHA_SERVER"); s != "" {
		return s
	}
	return "http://" + DefaultListen
}

func lang() string {
	if os.Getenv("DUCHA_LANG") == "en" {
		return "en"
	}
	return "zh"
}

// language is the one asked for.
func (a *app) language() projections.Lang { return projections.Lang(a.lang) }

// say picks the language.
func (a *app) say(zh, en string) string { return a.language().Pick(zh, en) }

func (a *app) printf(zh, en string, args ...any) { fmt.Fprintf(a.Out, a.say(zh, en)+"\n", args...) }

// emit writes v as JSON.
func (a *app) emit(v any) error {
	enc := json.NewEncoder(a.Out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// fail puts an error to people, or to a program when it asked for JSON.
func (a *app) fail(err error) {
	if !a.json {
		fmt.Fprintln(a.Err, doors.Say(err, a.lang))
		return
	}
	out := map[string]any{"error": err.Error(), "class": ledger.ClassOf(err)}
	if e, ok := errors.AsType[*ledger.Error](err); ok {
		out["rule"], out["found"], out["want"] = e.Rule, e.Found, e.Want
	}
	enc := json.NewEncoder(a.Err)
	enc.SetEscapeHTML(false)
	enc.Encode(map[string]any{"error": out}) // nothing is left to say it to
}

func (a *app) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(a.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// ask calls with a client of the ledger: of the data folder when --data names
// one, of the server otherwise.
func (a *app) ask(ctx context.Context, call func(*client.Client) error) error {
	asking := func(l *client.Client) error {
		l.NotClassified = a.clean
		return call(l)
	}
	if a.data == "" {
		l, err := a.connect(ctx)
		if err != nil {
			return err
		}
		return asking(l)
	}
	return a.open(ctx, func(n *node.Node) error { return asking(client.Over(api.Handler(n))) })
}

// connect is a client of the server, logged in where --login names a key.
func (a *app) connect(ctx context.Context) (*client.Client, error) {
	l := client.New(a.server)
	if a.login == "" {
		return l, nil
	}
	key, err := node.ReadKey(a.login)
	if err != nil {
		return nil, fmt.Errorf("--login: %w", err)
	}
	return l, l.LogIn(ctx, key)
}

// open calls with the ledger in the data folder.
func (a *app) open(ctx context.Context, call func(*node.Node) error) error {
	return a.openWith(ctx, node.Options{}, call)
}

func (a *app) openWith(ctx context.Context, o node.Options, call func(*node.Node) error) (err error) {
	o.Dir, o.Logger = a.data, a.logger()
	n, err := node.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	return call(n)
}
