package main

import (
	"maps"
	"slices"
	"strings"

	"ducha/cmd/internal/client"
	"ducha/cmd/internal/node"
	"ducha/ledger/archive"

	"github.com/spf13/cobra"
)

func (a *app) recoverCommand() *cobra.Command {
	var from, token, reason string
	var receipts, copies []string
	var loss bool
	c := &cobra.Command{
		Use: "recover", Short: "自封存日志重建受损的存储 make a damaged store anew from the sealed log", Args: cobra.NoArgs,
		Long: `自封存日志重建存储:序号、主题、字节、记录时间一律不变,逐条比对并核对签名的根之后才启用;
旧存储改名保留。已受理而尚未封存的记录自旧存储的文件中取回,逐条核验签名。中断后再次运行即可续作。
有已受理的记录无处可寻时,写明是哪些并且不作任何改动,除非 --accept-loss。
恢复后首次打开时,台账就此次恢复签署一条记录。

Makes the store anew: the same records with the same sequences, bytes and recorded
times, read back and held against the signed roots before it is used. The old
store is kept. Run it again when it was interrupted. Records that were acknowledged
and are nowhere to be found are named, and nothing is changed, unless --accept-loss.`,
		Example: "  ducha recover --data ducha-data\n  ducha recover --data ducha-data --from /mnt/copy",
		RunE: func(c *cobra.Command, _ []string) error {
			if err := required("data", a.data); err != nil {
				return err
			}
			o := node.RecoverOptions{Options: node.Options{Dir: a.data, Logger: a.logger(), Copies: copies}, From: sourceAt(from, token), FromName: from, Reason: reason, AcceptLoss: loss}
			var err error
			if o.Receipts, err = readReceipts(receipts); err != nil {
				return err
			}
			bars := a.steps()
			defer bars.done()
			o.Progress = bars.at
			done, err := node.Recover(c.Context(), o)
			bars.done()
			if err != nil {
				return err
			}
			return a.recovered(done)
		},
	}
	f := c.Flags()
	f.StringVar(&from, "from", "", "另取自此日志副本:目录或网址 another copy of the sealed log: folder or address")
	f.StringVar(&token, "token", "", "读取网上日志的访问令牌 bearer token for a log on the network")
	f.StringVar(&reason, "reason", "", "事由,记入台账 why, for the record")
	f.StringArrayVar(&receipts, "held-receipt", nil, "据以核对的回执,可重复 a receipt to hold the ledger against; repeatable")
	f.StringArrayVar(&copies, "copy", nil, "据以核对的日志副本目录,可重复 a folder that \"ducha archive sync\" keeps, to hold the ledger against; repeatable")
	f.BoolVar(&loss, "accept-loss", false, "接受所报的缺失并记入台账 go on without the records that are named as lost; it is put on record")
	return c
}

// sourceAt is a log in a folder or at an address, nil for none.
func sourceAt(where, token string) archive.Source {
	switch {
	case where == "":
		return nil
	case strings.HasPrefix(where, "http://") || strings.HasPrefix(where, "https://"):
		return client.LogAt(where, token)
	}
	return archive.Dir(where)
}

// recovered says what came of a recovery.
func (a *app) recovered(r node.Recovery) error {
	if a.json {
		return a.emit(r)
	}
	if r.Resumed {
		a.printf("接续上次中断的恢复。", "Went on with a recovery that was cut short.")
	}
	a.printf("已恢复至第 %d 条,其中 %d 条由已签署的检查点证明(根 %s)", "recovered up to record %d; %d of them are proved by a signed checkpoint (root %s)", r.Sequence, r.Sealed, r.Root)
	for _, from := range slices.Sorted(maps.Keys(r.Taken)) {
		a.printf("  %d 条取自 %s", "  %d from %s", r.Taken[from], from)
	}
	for _, f := range r.Flaws {
		a.printf("  ? %s", "  ? %s", f)
	}
	if len(r.Mended) > 0 {
		a.printf("日志中 %d 个文件已重做", "%d files of the log were made anew", len(r.Mended))
	}
	if r.Lost > 0 {
		a.printf("缺失:第 %d 至 %d 条曾经受理(据 %s),无处可寻;持有其回执者所言属实", "LOST: records %d to %d were acknowledged, as %s says, and are nowhere to be found; whoever holds their receipts is right", r.Sequence+1, r.Known, r.KnownBy)
	} else {
		a.printf("已知受理的 %d 条全部在案", "all %d records that are known to have been acknowledged are there", r.Known)
	}
	if r.Damaged != "" {
		a.printf("旧存储保留于 %s,确认无误后可删", "the old store is kept in %s; remove it once all is well", r.Damaged)
	}
	a.printf("下一步        ducha serve --data %s", "next          ducha serve --data %s", a.data)
	return nil
}

// steps shows the steps of long work, one bar after the other.
type steps struct {
	app  *app
	step node.Step
	bar  *bar
}

func (a *app) steps() *steps { return &steps{app: a} }

var stepNames = map[node.Step][2]string{
	node.Filling:   {"重建存储", "filling the new store"},
	node.Comparing: {"逐条比对", "comparing every record"},
	node.Mending:   {"修补日志", "mending the log"},
	node.Reading:   {"核对存储", "reading the store"},
	node.Verifying: {"核对日志", "verifying the log"},
	node.Packing:   {"写入备份", "writing the backup"},
}

func (s *steps) at(step node.Step, done, total uint64) {
	if s.bar == nil || s.step != step {
		s.done()
		words := stepNames[step]
		s.step, s.bar = step, s.app.progress(s.app.say(words[0], words[1]))
	}
	s.bar.at(done, total)
}

func (s *steps) done() {
	if s.bar != nil {
		s.bar.done()
	}
}
