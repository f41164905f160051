package main

import (
	"errors"
	"fmt"
	"strings"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/client"
	"ducha/cmd/internal/doors"
	"ducha/ledger"
	"ducha/projections"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

// campaignAt is what a server answers, or why it did not.
type campaignAt struct {
	Server string `json:"server"`
	*api.Campaign
	Error string `json:"error,omitempty"`
}

func (a *app) campaignsCommand() *cobra.Command {
	var asOf string
	c := &cobra.Command{
		Use: "campaigns [ADDRESS...]", Short: "几个攻坚战并排看 campaigns side by side, a server each",
		Example: "  ducha campaigns http://127.0.0.1:8420 http://127.0.0.1:8421",
		Long: `并排列出各攻坚战:编号、名称、攻坚期、各灯任务数、待释义事项。每个攻坚战是一份自己的台账、一个自己的服务。
不给地址则只问 --server(或 --data)一处。有一处问不到,其余照常列出,退出码为 1。`,
		RunE: func(c *cobra.Command, args []string) error {
			var list []campaignAt
			ask := func(server string, l *client.Client) error {
				got, err := l.Campaign(c.Context(), asOf)
				at := campaignAt{Server: server, Campaign: &got}
				if err != nil {
					at.Campaign, at.Error = nil, doors.Say(err, a.lang)
				}
				list = append(list, at)
				return nil
			}
			for _, server := range args {
				if err := ask(server, client.New(server)); err != nil {
					return err
				}
			}
			if len(args) == 0 {
				server := a.server
				if a.data != "" {
					server = a.data
				}
				if err := a.ask(c.Context(), func(l *client.Client) error { return ask(server, l) }); err != nil {
					return err
				}
			}
			return a.campaigns(list)
		},
	}
	c.Flags().StringVar(&asOf, "as-of", "", "截至 as of a day, month or time")
	return c
}

func (a *app) campaigns(list []campaignAt) error {
	var missed error
	for _, at := range list {
		if at.Error != "" {
			missed = errFindings
		}
	}
	if a.json {
		return errors.Join(a.emit(list), missed)
	}
	t := a.table(a.say("编号", "id"), a.say("攻坚战", "campaign"), a.say("攻坚期", "term"), a.say("单位", "units"), a.say("任务", "tasks"), a.say("灯", "lights"), a.say("待释义", "open questions"), a.say("服务", "server"))
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 2, WidthMax: 40, WidthMaxEnforcer: text.WrapSoft}})
	for _, at := range list {
		if at.Error != "" {
			t.AppendRow(table.Row{"—", projections.Visible(strings.ReplaceAll(at.Error, "\n", " ")), "", "", "", "", "", projections.Visible(at.Server)})
			continue
		}
		c := at.Campaign
		t.AppendRow(table.Row{c.Campaign, a.name(c.Title, c.TitleEN), fmt.Sprintf("%s\n%s", c.From, c.To), c.Units, c.Tasks, a.lights(c.Lights), c.Open, projections.Visible(at.Server)})
	}
	t.Render()
	return missed
}

// lights are how many tasks show each light, those that show none left out.
func (a *app) lights(count map[ledger.Light]int) string {
	var parts []string
	for _, l := range []ledger.Light{ledger.Red, ledger.Yellow, ledger.Green, ledger.Blue, ledger.Grey} {
		if n := count[l]; n > 0 {
			colour, _ := a.language().LightWords(l)
			parts = append(parts, fmt.Sprintf("%s %d", colour, n))
		}
	}
	return strings.Join(parts, " ")
}
