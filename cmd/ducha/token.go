package main

import (
	"crypto/rand"
	"fmt"
	"time"

	"ducha/cmd/internal/tokens"
	"ducha/ledger"
	"ducha/ledger/natsd"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

func (a *app) tokenCommand() *cobra.Command {
	c := &cobra.Command{Use: "token", Short: "访问令牌 bearer tokens for outside tools: new, list, revoke", Args: noCommand, RunE: help,
		Long: `访问令牌:供外部工具读取封存日志中的记录正文。只在数据目录所在机器上办理,服务无须重启。
Bearer tokens let outside tools read the entries of the sealed log. They are kept in
the data folder, by their digest alone; a running server sees changes at once.`}
	c.AddCommand(a.tokenNewCommand(), a.tokenListCommand(), a.tokenRevokeCommand())
	return c
}

// tokens are those of the data folder, which must be named.
func (a *app) tokens() (*tokens.File, error) {
	if err := required("data", a.data); err != nil {
		return nil, err
	}
	if _, err := natsd.ReadMarker(a.data); err != nil { // a folder of no ledger would keep a token for nobody
		return nil, err
	}
	return tokens.In(a.data), nil
}

func (a *app) tokenNewCommand() *cobra.Command {
	var role, name string
	var days int
	c := &cobra.Command{
		Use: "new", Short: "新办令牌,只显示一次 make a token; it is shown once", Args: cobra.NoArgs,
		Example: "  ducha token new --role auditor --name 审计局 --days 90 --data ducha-data",
		RunE: func(*cobra.Command, []string) error {
			file, err := a.tokens()
			if err != nil {
				return err
			}
			now := time.Now()
			secret, t, err := file.New(rand.Reader, ledger.Role(role), name, now, now.AddDate(0, 0, days))
			if err != nil {
				return err
			}
			if a.json {
				return a.emit(map[string]any{"token": secret, "id": t.ID, "role": t.Role, "name": t.Name, "expires": t.Expires, "reads_entries": t.Role.ReadsAll()})
			}
			fmt.Fprintln(a.Out, secret)
			fmt.Fprintf(a.Err, a.say("编号 %s,%s(%s),有效至 %s;令牌只此一次显示,请即保存\n", "id %s, %s (%s), until %s; the token is not shown again\n"),
				t.ID, t.Name, t.Role, t.Expires.In(ledger.Shanghai).Format("2006-01-02 15:04"))
			if !t.Role.ReadsAll() {
				fmt.Fprintln(a.Err, a.say("注意:该角色不得阅全部记录,日志正文对其不开放", "note: this role may not see all, so the log's entries stay closed to it"))
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&role, "role", "", fmt.Sprintf("角色 role: one of %v", tokens.Roles))
	f.StringVar(&name, "name", "", "持有人 who holds it")
	f.IntVar(&days, "days", 90, "有效天数 how many days it is good for")
	return c
}

func (a *app) tokenListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "令牌清单 all tokens, also those that are over", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			file, err := a.tokens()
			if err != nil {
				return err
			}
			all, err := file.List()
			if err != nil {
				return err
			}
			if a.json {
				if all == nil {
					all = []tokens.Token{}
				}
				return a.emit(all)
			}
			t := a.table(a.say("编号", "id"), a.say("角色", "role"), a.say("持有人", "name"), a.say("办理", "made"), a.say("状态", "state"))
			for _, x := range all {
				t.AppendRow(table.Row{x.ID, x.Role, x.Name, dayOf(x.Created), a.tokenState(x, time.Now())})
			}
			t.Render()
			return nil
		},
	}
}

func dayOf(t time.Time) string { return t.In(ledger.Shanghai).Format("2006-01-02") }

func (a *app) tokenState(t tokens.Token, now time.Time) string {
	switch {
	case !t.Revoked.IsZero():
		return a.say("已撤销 ", "revoked ") + dayOf(t.Revoked)
	case !now.Before(t.Expires):
		return a.say("已过期 ", "over since ") + dayOf(t.Expires)
	}
	return a.say("有效至 ", "until ") + dayOf(t.Expires)
}

func (a *app) tokenRevokeCommand() *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID", Short: "撤销令牌 end a token", Args: exactly(1),
		RunE: func(_ *cobra.Command, args []string) error {
			file, err := a.tokens()
			if err != nil {
				return err
			}
			t, err := file.Revoke(args[0], time.Now())
			if err != nil {
				return err
			}
			if a.json {
				return a.emit(t)
			}
			a.printf("已撤销 %s(%s)", "revoked %s (%s)", t.ID, t.Name)
			return nil
		},
	}
}
