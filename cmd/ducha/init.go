package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/seeds"

	"github.com/spf13/cobra"
)

func (a *app) initCommand() *cobra.Command {
	var algorithm, from, to string
	c := &cobra.Command{
		Use: "init", Short: "新建台账:章程、密钥、成员单位、任务与默认口径 make a new ledger of the Ji'an plan", Args: cobra.NoArgs,
		Long: `在空目录中新建台账:生成根密钥、台账密钥和办公室密钥,记录章程,登记成员单位,
采用默认口径,按方案交办任务。各单位自行生成密钥,由办公室登记。

Makes a ledger in an empty folder: the root, ledger and office keys, the charter,
the member units, the default policy and the plan's tasks.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if a.data == "" {
				a.data = DefaultData
			}
			alg, err := seal.ParseAlgorithm(algorithm)
			if err != nil {
				return usageError{err}
			}
			charter := ledger.CharterAdopted{Clock: ledger.ClockRecorded}
			if charter.From, err = ledger.ParseDate(from); err != nil {
				return err
			}
			if charter.To, err = ledger.ParseDate(to); err != nil {
				return err
			}
			return a.init(c.Context(), alg, charter)
		},
	}
	year := time.Now().In(ledger.Shanghai).Year()
	c.Flags().StringVar(&algorithm, "algorithm", string(seal.Ed25519), "根密钥与办公室密钥的算法;台账密钥一律 Ed25519 algorithm of the root and office keys: Ed25519|SM2")
	c.Flags().StringVar(&from, "from", fmt.Sprintf("%d-01-01", year), "攻坚期起 first day of the campaign")
	c.Flags().StringVar(&to, "to", fmt.Sprintf("%d-12-31", year+1), "攻坚期止 last day of the campaign")
	return c
}

// init makes the ledger: everything that can be wrong is checked before the
// folder is touched.
func (a *app) init(ctx context.Context, alg seal.Algorithm, charter ledger.CharterAdopted) error {
	plan := seeds.JiAn()
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
	charter.Campaign, charter.Title, charter.TitleEN, charter.Basis = plan.Campaign, ledger.Line(plan.Title), ledger.Line(plan.TitleEN), ledger.Line(plan.Basis)
	charter.RootKey, charter.LedgerKey = ledger.Text(keys["root"].Public().PEM()), ledger.Text(keys["ledger"].Public().PEM())
	if err := charter.Check(); err != nil {
		return err
	}
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
		a.printf(`已建台账 %[1]s:%[2]s,%[3]s 至 %[4]s,%[5]d 条记录
根公钥编号    %[6]s
              请公布此编号;根私钥 %[7]s 请移出本机离线保管
办公室私钥    %[8]s
下一步        ducha serve --data %[1]s`, `ledger %[1]s: %[2]s, %[3]s to %[4]s, %[5]d records
root key id   %[6]s
              publish this id; move the root key %[7]s off this machine
office key    %[8]s
next          ducha serve --data %[1]s`,
			a.data, plan.Title, charter.From, charter.To, len(said), keys["root"].Public().ID(), node.KeyFile(a.data, "root"), node.KeyFile(a.data, office))
		return nil
	})
}
