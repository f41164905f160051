package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/seeds"

	"github.com/spf13/cobra"
)

func (a *app) initCommand() *cobra.Command {
	var algorithm, file string
	var term term
	var example bool
	c := &cobra.Command{
		Use: "init", Short: "新建台账:章程、密钥、成员单位、任务与口径 make a new ledger of a plan", Args: cobra.NoArgs,
		Example: "  ducha init --data ja2023\n  ducha init --example > plan.yaml\n  ducha init --plan plan.yaml --data 目录",
		Long: `在空目录中新建台账:生成根密钥、台账密钥和办公室密钥,记录章程,登记成员单位,
采用口径,按方案交办任务。各单位自行生成密钥,由办公室登记。
不给 --plan 时用吉安方案;自己的方案从 --example 的示例改起,先用 ducha plan check 检查。

Makes a ledger in an empty folder: the root, ledger and office keys, the charter,
the member units, the policy and the plan's tasks. Without --plan it is the Ji'an plan.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if example {
				_, err := a.Out.Write(seeds.Example())
				return err
			}
			if a.data == "" {
				a.data = DefaultData
			}
			alg, err := seal.ParseAlgorithm(algorithm)
			if err != nil {
				return usageError{err}
			}
			plan, err := readPlan(file)
			if err != nil {
				return a.planError(file, err)
			}
			charter, err := term.charter(c, plan)
			if err != nil {
				return a.planError(file, err)
			}
			return a.init(c.Context(), alg, plan, charter)
		},
	}
	c.Flags().StringVar(&algorithm, "algorithm", string(seal.Ed25519), "根密钥与办公室密钥的算法;台账密钥一律 Ed25519 algorithm of the root and office keys: Ed25519|SM2")
	c.Flags().StringVar(&file, "plan", "", "方案文件(YAML),默认吉安方案 file with the plan (default: the Ji'an plan)")
	c.Flags().BoolVar(&example, "example", false, "写出带注释的示例方案 write a plan to begin with, and do nothing else")
	term.flags(c)
	return c
}

// planError shows the faults of a plan by their lines; of others it is the error.
func (a *app) planError(file string, err error) error {
	if _, ok := errors.AsType[seeds.Faults](err); ok {
		return a.planFaults(file, err)
	}
	return err
}

// init makes the ledger: everything that can be wrong is checked before the
// folder is touched.
func (a *app) init(ctx context.Context, alg seal.Algorithm, plan seeds.Plan, charter ledger.CharterAdopted) error {
	office := ledger.PartyID("units/" + plan.Headquarters.Office)
	keys := map[ledger.PartyID]seal.PrivateKey{}
	// The ledger's key signs checkpoints too, for which there is one algorithm.
	for party, alg := range map[ledger.PartyID]seal.Algorithm{"root": alg, "ledger": seal.Ed25519, office: alg} {
		key, err := seal.GenerateKey(alg, rand.Reader)
		if err != nil {
			return err
		}
		keys[party] = key
	}
	charter.RootKey, charter.LedgerKey = ledger.Text(keys["root"].Public().PEM()), ledger.Text(keys["ledger"].Public().PEM())
	if err := node.Create(ctx, a.data, plan.Campaign, keys["ledger"], node.Options{Logger: a.logger()}); err != nil {
		return err
	}
	for _, party := range []ledger.PartyID{"root", office} {
		if err := node.WriteKey(node.KeyFile(a.data, party), keys[party]); err != nil {
			return err
		}
	}
	return a.open(ctx, func(n *node.Node) error {
		said := seeds.Opening(plan, charter, ledger.Text(keys[office].Public().PEM()))
		for _, s := range said {
			_, _, err := n.Say(ctx, keys[s.By], ledger.Statement{Kind: ledger.KindOf(s.Body), Source: s.By, Unit: s.Unit, Task: s.Task, Body: s.Body})
			if err != nil {
				return fmt.Errorf("%s: %w", ledger.KindOf(s.Body), err)
			}
		}
		if a.json {
			return a.emit(map[string]any{"data": a.data, "campaign": plan.Campaign, "sequence": len(said), "root": keys["root"].Public().ID()})
		}
		a.printf(`已建台账 %[1]s:%[9]s %[2]s,%[3]s 至 %[4]s,%[5]d 条记录
根公钥编号    %[6]s
              请公布此编号;根私钥 %[7]s 请移出本机离线保管
办公室私钥    %[8]s
下一步        ducha serve --data %[1]s`, `ledger %[1]s: %[9]s %[2]s, %[3]s to %[4]s, %[5]d records
root key id   %[6]s
              publish this id; move the root key %[7]s off this machine
office key    %[8]s
next          ducha serve --data %[1]s`,
			a.data, plan.Title, charter.From, charter.To, len(said), keys["root"].Public().ID(), node.KeyFile(a.data, "root"), node.KeyFile(a.data, office), plan.Campaign)
		return nil
	})
}
