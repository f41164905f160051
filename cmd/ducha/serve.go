package main

import (
	"context"
	"net"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/console"
	"ducha/cmd/internal/node"

	"github.com/spf13/cobra"
)

func (a *app) serveCommand() *cobra.Command {
	var listen string
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
			return a.open(c.Context(), func(n *node.Node) error { return a.serve(c.Context(), n, l) })
		},
	}
	c.Flags().StringVar(&listen, "listen", DefaultListen, "监听地址,只限本机 address to listen on, loopback only")
	return c
}

// DefaultData is the data folder of init and serve.
const DefaultData = "ducha-data"

// serve says where it listens, and serves until ctx ends.
func (a *app) serve(ctx context.Context, n *node.Node, l net.Listener) error {
	base := "http://" + l.Addr().String()
	handler := console.Handler(n, api.Handler(n))
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
  接口说明      %[1]s/openapi.json
只监听本机地址:尚无登录,能连到端口者即可读取全部内容。Ctrl-C 结束。`, `
serving at %[1]s
  overview  %[1]s/
  units     %[1]s/api/v1/units
  tasks     %[1]s/api/v1/tasks
  OpenAPI   %[1]s/openapi.json
Loopback only: there is no login yet, whoever reaches the port can read everything. Ctrl-C ends it.`, base)
	return api.Serve(ctx, l, handler)
}
