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
	var confirm, open bool
	var certificate, certificateKey string
	var hosts []string
	var maxFile int64
	c := &cobra.Command{
		Use: "serve", Short: "打开台账并提供服务 open a ledger and serve it", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if a.data == "" {
				a.data = DefaultData
			}
			l, err := api.Listen(c.Context(), listen, certificate, certificateKey)
			if err != nil {
				return err
			}
			defer l.Close()
			o := node.Options{Copies: copies, MaxFile: maxFile << 20}
			if o.Receipts, err = readReceipts(receipts); err != nil {
				return err
			}
			return a.openWith(c.Context(), o, func(n *node.Node) error {
				return a.serve(c.Context(), n, l, api.Options{OpenLog: open, Confirm: confirm, Guard: api.GuardOf(n, open)}, hosts...)
			})
		},
	}
	c.Flags().StringVar(&listen, "listen", DefaultListen, "监听地址;本机以外须有 TLS address to listen on; beyond loopback with TLS only")
	c.Flags().StringVar(&certificate, "tls-cert", "", "TLS 证书(PEM) certificate chain, PEM")
	c.Flags().StringVar(&certificateKey, "tls-key", "", "TLS 私钥(PEM) its key, PEM")
	c.Flags().StringArrayVar(&hosts, "host", nil, "他人用以访问的主机名,可重复 a host name that others reach it by; repeatable")
	c.Flags().BoolVar(&open, "open-reading", false, "不登录亦可阅读全部 whoever reaches the port reads everything, without a login")
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
func (a *app) serve(ctx context.Context, n *node.Node, l net.Listener, o api.Options, hosts ...string) error {
	base := api.Base(l)
	handler := console.Handler(n, o.Guard, api.With(n, o))
	if a.json {
		if err := a.emit(map[string]string{"server": base}); err != nil {
			return err
		}
		return api.Serve(ctx, l, handler, hosts...)
	}
	reading := a.say("按身份阅读:以在册密钥登录", "reading is by role: log in with an enrolled key")
	if o.Guard == nil || o.Guard.Open {
		reading = a.say("阅读公开:能连到端口者即可读取全部内容;以密钥登录者按其身份阅读与签署", "reading is open: whoever reaches the port reads everything; who logs in with a key reads and signs by role")
	}
	a.printf(`
服务已就绪:%[1]s
  挂图作战      %[1]s/
  各单位状态    %[1]s/api/v1/units
  各任务状态    %[1]s/api/v1/tasks
  封存日志      %[1]s/tlog/checkpoint
  接口说明      %[1]s/openapi.json
%[2]s。Ctrl-C 结束。`, `
serving at %[1]s
  overview  %[1]s/
  units     %[1]s/api/v1/units
  tasks     %[1]s/api/v1/tasks
  log       %[1]s/tlog/checkpoint
  OpenAPI   %[1]s/openapi.json
%[2]s. Ctrl-C ends it.`, base, reading)
	return api.Serve(ctx, l, handler, hosts...)
}
