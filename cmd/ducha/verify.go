package main

import (
	"os"

	"ducha/ledger/seal"
	"ducha/projections/trail"

	"github.com/spf13/cobra"
)

func (a *app) verifyCommand() *cobra.Command {
	var root string
	c := &cobra.Command{
		Use: "verify FILE", Short: "脱机核验导出的台账 verify an exported trail, offline", Args: exactly(1),
		Long: `脱机核验导出的台账:签名、链、密钥、存证,并重新计算状态。有问题时退出码为 1。
Verifies an exported trail without asking anybody. ducha-verify does the same and is all that an auditor needs.`,
		RunE: func(_ *cobra.Command, args []string) error {
			data, err := os.ReadFile(args[0])
			if err != nil {
				return usageError{err}
			}
			report := trail.Verify(data, trail.Options{Root: seal.KeyID(root)})
			if a.json {
				err = a.emit(report)
			} else {
				report.Print(a.Out, a.lang)
			}
			if err == nil && !report.OK {
				err = errFindings
			}
			return err
		},
	}
	c.Flags().StringVar(&root, "root", "", "公布的根公钥编号 id of the root key as the headquarters published it")
	return c
}
