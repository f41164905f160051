package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/client"
	"ducha/cmd/internal/console"
	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/seal"
	"ducha/projections"
	"ducha/projections/trail"
	"ducha/seeds"

	"github.com/spf13/cobra"
)

// demoSeed makes the demo's history: the same one everywhere.
const demoSeed = 2023

func (a *app) demoCommand() *cobra.Command {
	var listen string
	var once bool
	c := &cobra.Command{
		Use: "demo", Short: "一条命令看全貌:吉安方案,两年,十二项任务 the whole main job on the real plan, simulated", Args: cobra.NoArgs,
		Long: `新建数据目录,载入吉安市重点改革突破攻坚战方案,模拟两年的上报、调度、通报与提请赋牌,
展示状态、回放、导出与脱机核验,说明在浏览器中以何密钥登录,然后提供服务。全部签名、存储与核验均为真实;演示密钥只供演示。

Makes a data folder, loads the Ji'an plan, simulates two years through the real
door, shows status, replay, export and offline verification, says which key to log
in with in the browser, and serves.`,
		RunE: func(c *cobra.Command, _ []string) error { return a.demo(c.Context(), listen, once) },
	}
	c.Flags().StringVar(&listen, "listen", DefaultListen, "监听地址,只限本机 address to listen on, loopback only")
	c.Flags().BoolVar(&once, "once", false, "展示后即结束,不提供服务 show and end, do not serve")
	return c
}

func (a *app) demo(ctx context.Context, listen string, once bool) error {
	// The port first: nothing is simulated for a server that cannot start.
	l, err := api.Listen(ctx, listen, "", "")
	if err != nil {
		return err
	}
	defer l.Close()
	fresh, err := a.demoFolder()
	if err != nil {
		return err
	}
	if fresh {
		if err := node.Create(ctx, a.data, seeds.JiAn().Campaign, seeds.Keys(demoSeed)["ledger"], node.Options{Logger: a.logger()}); err != nil {
			return err
		}
		for party, key := range seeds.Keys(demoSeed) {
			if party == "ledger" {
				continue
			}
			if err := node.WriteKey(node.KeyFile(a.data, party), key); err != nil {
				return err
			}
		}
	}
	return a.open(ctx, func(n *node.Node) error {
		if err := a.simulate(ctx, n); err != nil {
			return err
		}
		open := api.Options{OpenLog: true, Guard: api.GuardOf(n, true)} // its keys are known to everybody, so is all that it says
		handler := console.Handler(n, open.Guard, api.With(n, open))
		if a.json {
			if err := a.emit(map[string]any{"data": a.data, "sequence": n.View.Sequence(), "server": "http://" + l.Addr().String()}); err != nil {
				return err
			}
		} else if err := a.tour(ctx, client.Over(handler)); err != nil {
			return err
		} else if err := a.signIn(api.Base(l)); err != nil {
			return err
		}
		if once {
			return nil
		}
		return a.serve(ctx, n, l, open)
	})
}

// demoFolder settles the data folder: a new one unless --data names one; one
// that holds a demo ledger is served again.
func (a *app) demoFolder() (fresh bool, err error) {
	if a.data == "" {
		if a.data, err = os.MkdirTemp("", "ducha-demo-"); err != nil {
			return false, err
		}
		return true, nil
	}
	entries, err := os.ReadDir(a.data)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return true, nil
	}
	return false, err
}

// simulate submits what the simulated campaign says and the ledger does not have
// yet, in order: a demo that was interrupted goes on where it stood.
func (a *app) simulate(ctx context.Context, n *node.Node) error {
	simulation := seeds.Simulate(seeds.Options{Seed: demoSeed})
	var root seal.KeyID
	n.View.Read(func(c *projections.Campaign, _ uint64) {
		if key, err := seal.ParsePublicKey([]byte(c.Charter.RootKey)); err == nil {
			root = key.ID()
		}
	})
	done := n.View.Sequence()
	if done > 0 && root != seeds.Keys(demoSeed)["root"].Public().ID() {
		return ledger.Refuse("demo.folder", a.data+" holds a ledger that is not a demo", "an empty folder, or `ducha serve --data "+a.data+"`")
	}
	total := uint64(simulation.Total())
	if done >= total {
		return nil
	}
	if !a.json {
		a.printf("数据目录 %s", "data folder %s", a.data)
	}
	bar := a.progress(a.say("模拟两年", "simulating two years"))
	defer bar.done()
	var i uint64
	for step := range simulation.Steps() {
		if i++; i <= done {
			continue
		}
		receipt, _, err := n.Submit(ctx, step.Envelope)
		if err != nil {
			return fmt.Errorf("step %d, %s: %w", i, step.Statement.Kind, err)
		}
		if receipt.Sequence != i {
			return ledger.Refuse("demo.folder", fmt.Sprintf("step %d was recorded as %d: %s holds another ledger", i, receipt.Sequence, a.data), "an empty folder")
		}
		bar.at(i, total)
	}
	return nil
}

// tour shows the main job in the terminal.
func (a *app) tour(ctx context.Context, l *client.Client) error {
	step := func(zh, en string) { fmt.Fprintf(a.Out, "\n── %s ──\n", a.say(zh, en)) }

	step("一、各单位、各任务的灯", "1. every unit, every task, its light")
	if err := a.allStatus(ctx, l, ""); err != nil {
		return err
	}
	task, day := "T06", "2024-08-15"
	step("二、回放:"+task+" 在 "+day+" 为何亮这盏灯", "2. replay: why "+task+" had its light on "+day)
	if err := a.replay(ctx, l, task, day, 8); err != nil {
		return err
	}
	step("三、通报与提请赋牌:从通报到摘牌,以及未予赋牌的一件", "3. notices and cards: one to its removal, one refused")
	if err := a.escalations(ctx, l, "T07", "T09"); err != nil {
		return err
	}
	step("四、导出市发改委台账,脱机核验", "4. export the trail of a unit and verify it offline")
	if err := a.exportAndVerify(ctx, l, "fgw"); err != nil {
		return err
	}
	step("五、封存:全部记录都在一份任何人可核对的日志里", "5. all of it is sealed in a log that anybody can check")
	return a.sealed(ctx, l)
}

// newcomers are those whose work one tries first, each with what it does.
var newcomers = []struct {
	party  ledger.PartyID
	zh, en string
}{
	{"units/fgw", "市发改委(牵头单位):报进展、签收、反馈", "a lead unit: reports, signs for directives, answers"},
	{"units/ggb", "市委改革办(办公室):交办、催办、拟通报", "the office: directives, reminders, notices"},
	{"officers/zhihuizhang", "指挥长:研究难点、审签", "the commander: decides blockers, approves"},
	{"authorities/jiwei", "市纪委监委(有权机关):决定赋牌", "the authority: decides on cards"},
	{"inspectors/ducha-1", "督查一组:回放、核查", "an inspector: replays, verifies"},
	{"auditors/shenji", "市审计局:导出、核验", "the auditor: exports, verifies"},
}

// signIn says how one signs in as whom in the browser.
func (a *app) signIn(base string) error {
	fmt.Fprintf(a.Out, "\n── %s ──\n", a.say("六、在浏览器中办理", "6. at work in the browser"))
	a.printf(`看:打开 %[1]s/ 即可,演示台账阅读公开。
办:打开 %[1]s/login ,点“选择文件”,选下列一个密钥文件,再点“登录”:`, `To look: open %[1]s/, reading is open in the demo.
To act: open %[1]s/login, choose one of these key files, and press "Log in":`, base)
	for _, n := range newcomers {
		file, err := filepath.Abs(node.KeyFile(a.data, n.party))
		if err != nil {
			return err
		}
		fmt.Fprintf(a.Out, "  %s  %s\n", file, a.say(n.zh, n.en))
	}
	a.printf("其余各方的密钥在同一文件夹。演示密钥人人可得,只供演示。", "Everybody else's key is in the same folder. Demo keys are known to all: for demonstration only.")
	return nil
}

// sealed shows the checkpoint that everything stands under.
func (a *app) sealed(ctx context.Context, l *client.Client) error {
	signed, err := l.Log("").ReadFile(ctx, archive.CheckpointPath)
	if err != nil {
		return err
	}
	fmt.Fprint(a.Out, string(signed))
	a.printf(`上面是台账签署的检查点:日志名、条数、根。副本和见证人(ducha witness)使台账无法另造一份历史:
  ducha receipt check 回执.json     某次上报是否在日志里;不在,即为舞弊证据
  ducha archive sync 目录           在别处保留一份日志并核对`, `That is the checkpoint which the ledger signed: the log's name, its size, its root. With a copy, or a
witness (ducha witness), nobody can make another history:
  ducha receipt check receipt.json  is that report in the log? if not, that is proof of fraud
  ducha archive sync DIR            keeps a verified copy of the log elsewhere`)
	return nil
}

// escalations shows what was done about tasks that were slow, statement by statement.
func (a *app) escalations(ctx context.Context, l *client.Client, tasks ...string) error {
	t := a.statements()
	for _, task := range tasks {
		history, err := l.History(ctx, task, "")
		if err != nil {
			return err
		}
		for _, s := range history.Statements {
			if s.Type.Family() == ledger.Escalation && s.Type != "reminder.sent.v1" {
				t.AppendRow(a.statementRow(s))
			}
		}
		t.AppendSeparator()
	}
	t.Render()
	return nil
}

func (a *app) exportAndVerify(ctx context.Context, l *client.Client, unit string) error {
	data, err := l.Trail(ctx, unit)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(a.data, "export-")
	if err != nil {
		return err
	}
	file := filepath.Join(dir, unit+"-trail.zip")
	if err := writeNew(file, data); err != nil {
		return err
	}
	a.printf("%s(%d 字节)", "%s (%d bytes)", file, len(data))
	root := seeds.Keys(demoSeed)["root"].Public().ID()
	report := trail.Verify(data, trail.Options{Root: seal.KeyID(root)})
	report.Print(a.Out, a.lang)
	if !report.OK {
		return errFindings
	}
	a.printf("\n再试:改动其中任何一个字节,核验即指出是哪一条。\n  ducha verify %s --root %s", "\nTry it: change any byte in it, and the verification names the record.\n  ducha verify %s --root %s", file, root)
	return nil
}
