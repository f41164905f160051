package main

import (
	"context"
	"errors"

	"ducha/cmd/internal/node"
	"ducha/ledger"

	"github.com/spf13/cobra"
)

func (a *app) backupCommand() *cobra.Command {
	var keys bool
	c := &cobra.Command{
		Use: "backup FILE", Short: "备份为一个文件,写毕读回核验 back up to one file, verified as it is read back", Args: exactly(1),
		Long: `把封存日志(截至已公布的检查点)、台账标识与见证人名单备份为一个 tar 文件,写毕读回,逐条核验。
服务运行时也可备份。私钥缺省不入备份,请另行离线保管:还原时用 --key 给出;--with-keys 则一并写入,不加密。

One tar with the sealed log up to the published checkpoint. Works while the server
runs. Private keys are kept apart unless --with-keys, which does not encrypt them.`,
		Example: "  ducha backup ja2023-0305.tar --data ducha-data",
		RunE: func(c *cobra.Command, args []string) error {
			if err := required("data", a.data); err != nil {
				return err
			}
			running, err := a.sealAll(c.Context())
			if err != nil {
				return err
			}
			bars := a.steps()
			defer bars.done()
			m, err := node.Backup(c.Context(), node.BackupOptions{Options: node.Options{Dir: a.data, Logger: a.logger()}, File: args[0], WithKeys: keys, Progress: bars.at})
			if err != nil {
				return err
			}
			bars.done()
			if a.json {
				return a.emit(map[string]any{"file": args[0], "size": m.Size, "root": m.Root, "keys": m.Keys, "running": running})
			}
			a.printf("已备份至 %s:截至第 %d 条,根 %s,读回核验无误", "wrote %s: up to record %d, root %s, read back and verified", args[0], m.Size, m.Root)
			if running {
				a.printf("服务在运行:其后记录的不在此备份中", "the server is running: what it records after that is not in this backup")
			}
			if m.Keys {
				a.printf("注意:备份中有私钥且未加密,请妥为保管", "NOTE: the private keys are in it, in the clear: guard it like them")
			} else {
				a.printf("私钥不在备份中,还原时须另给:%s", "the private keys are not in it; a restore asks for %s", node.LedgerKeyFile(a.data))
			}
			return nil
		},
	}
	c.Flags().BoolVar(&keys, "with-keys", false, "连同私钥(不加密) with the private keys, in the clear")
	return c
}

// sealAll seals what is recorded, where no server runs that does so itself. A ledger
// that does not open is backed up as far as it is sealed.
func (a *app) sealAll(ctx context.Context) (running bool, err error) {
	err = a.open(ctx, func(n *node.Node) error { return n.Seal(ctx, n.View.Sequence()) })
	switch {
	case errors.Is(err, &ledger.Error{Rule: "folder.lock"}):
		return true, nil
	case ledger.ClassOf(err) == ledger.Damaged || ledger.ClassOf(err) == ledger.Unavailable:
		a.fail(err)
		return false, nil
	}
	return false, err
}

func (a *app) restoreCommand() *cobra.Command {
	var key string
	var receipts, copies []string
	c := &cobra.Command{
		Use: "restore FILE", Short: "自备份还原到空目录 make a data folder of a backup", Args: exactly(1),
		Long: `先核验整个备份,再写入空目录 --data,重建存储并逐条比对,最后才启用该目录。
备份之后的记录不在其中:请以 --held-receipt、--copy 或见证人核对。还原一事由台账签署记录在案。

All of the backup is verified before anything is written.`,
		Example: "  ducha restore ja2023-0305.tar --data ducha-data --key ledger.pem",
		RunE: func(c *cobra.Command, args []string) error {
			if err := required("data", a.data); err != nil {
				return err
			}
			o := node.RestoreOptions{Options: node.Options{Dir: a.data, Logger: a.logger(), Copies: copies}, File: args[0], Key: key}
			var err error
			if o.Receipts, err = readReceipts(receipts); err != nil {
				return err
			}
			bars := a.steps()
			defer bars.done()
			o.Progress = bars.at
			done, m, err := node.Restore(c.Context(), o)
			bars.done()
			if err != nil {
				return err
			}
			if !a.json {
				a.printf("备份 %s 制于 %s,截至第 %d 条", "the backup %s was made at %s and goes up to record %d", args[0], m.Made.In(ledger.Shanghai).Format("2006-01-02 15:04:05"), m.Size)
			}
			return a.recovered(done)
		},
	}
	f := c.Flags()
	f.StringVar(&key, "key", "", "台账私钥文件,备份中没有私钥时须给 file of the ledger's private key")
	f.StringArrayVar(&receipts, "held-receipt", nil, "据以核对的回执,可重复 a receipt to hold the ledger against; repeatable")
	f.StringArrayVar(&copies, "copy", nil, "据以核对的日志副本目录,可重复 a copy of the log to hold the ledger against; repeatable")
	return c
}
