package main

import (
	"context"
	"fmt"
	"net"
	"os"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/console"
	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/ledger/proof"

	"github.com/spf13/cobra"
)

func (a *app) serveCommand() *cobra.Command {
	var listen string
	var receipts, copies []string
	var confirm bool
	var maxFile int64
	c := &cobra.Command{
		Use: "serve", Short: "打开台账并提供服务 open a ledger and serve it", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if a.data == "" {
				a.data = DefaultData
			}
			l, err := api.Listen(c.Context(), listen)
			if err != nil {
				return err
			}
			o := node.Options{Copies: copies, MaxFile: maxFile << 20}
			if o.Receipts, err = readReceipts(receipts); err != nil {
				return err
			}
			return a.openWith(c.Context(), o, func(n *node.Node) error { return a.serve(c.Context(), n, l, api.Options{Confirm: confirm}) })
		},
	}
	c.Flags().StringVar(&listen, "listen", DefaultListen, "监听地址,只限本机 address to listen on, loopback only")
	c.Flags().StringArrayVar(&receipts, "held-receipt", nil, "启动时据以核对的回执,可重复 a receipt to hold the ledger against at the start; repeatable")
	c.Flags().BoolVar(&confirm, "confirm-not-classified", false, "凡提交均须确认不涉密 take statements and files only from whoever confirms that nothing in them is classified")
	c.Flags().Int64Var(&maxFile, "max-file", 64, "单件材料上限(MiB) bound of one file of evidence, in MiB")
	c.Flags().StringArrayVar(&copies, "copy", nil, "启动时据以核对的日志副本目录,可重复 a folder that \"ducha archive sync\" keeps, to hold the ledger against; repeatable")
	return c
}

// readReceipts reads receipts, sealed or not.
func readReceipts(files []string) (list []ledger.SignedReceipt, err error) {
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, usageError{err}
		}
		r, err := proof.ParseSealedReceipt(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		list = append(list, r.SignedReceipt)
	}
	return list, nil
}

// DefaultData is the data folder of init and serve.
const DefaultData = "ducha-data"

// serve says where it listens, and serves until ctx ends.
func (a *app) serve(ctx context.Context, n *node.Node, l net.Listener, o api.Options) error {
	base := "http://" + l.Addr().String()
	handler := console.Handler(n, api.With(n, o))
	if a.json {
		if err := a.emit(map[string]string{"server": base}); err != nil {
			return err
		}
		return api.Serve(ctx, l, handler)
	}
	a.printf(`
服务已就绪:%[1]s
  挂图作战      %[1]s/
  各单位状态    %[1]s/api/v1/units
  各任务状态    %[1]s/api/v1/tasks
  封存日志      %[1]s/tlog/checkpoint
  接口说明      %[1]s/openapi.json
只监听本机地址:尚无登录,能连到端口者即可读取全部内容。Ctrl-C 结束。`, `
serving at %[1]s
  overview  %[1]s/
  units     %[1]s/api/v1/units
  tasks     %[1]s/api/v1/tasks
  log       %[1]s/tlog/checkpoint
  OpenAPI   %[1]s/openapi.json
Loopback only: there is no login yet, whoever reaches the port can read everything. Ctrl-C ends it.`, base)
	return api.Serve(ctx, l, handler)
}
