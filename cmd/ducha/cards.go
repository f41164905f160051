package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"ducha/cmd/internal/client"
	"ducha/ledger"
	"ducha/projections"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

var cardStates = map[projections.CardState][2]string{
	projections.CardProposed: {"提请中", "proposed"}, projections.CardInForce: {"在册", "in force"}, projections.CardRefused: {"不予赋牌", "refused"},
	projections.CardReturned: {"退回补正", "returned"}, projections.CardRemoved: {"已摘牌", "removed"}, projections.CardRevoked: {"复核撤销", "revoked on review"},
}

func (a *app) cardsCommand() *cobra.Command {
	var unit, asOf string
	var inForce bool
	c := &cobra.Command{
		Use: "cards", Short: "赋牌登记:现状、责任、摘牌标准与各项时限 the register of cards: state, duty, criteria, clocks", Args: noCommand,
		Long: `每一张牌从提请到了结:由谁提请、由谁决定、责任与期限、摘牌标准、由谁验收;复核、复查各自的时限。
牌只由有权机关决定,台账不会自行赋牌或摘牌:期限届满只作提示。

Every card from its proposal to its end. Only an outside authority's decision makes or
ends one: a term that is over is shown, and nothing follows by itself.`,
		Example: "  ducha cards\n  ducha cards --unit gzw --as-of 2024-08-15",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.ask(c.Context(), func(l *client.Client) error {
				q := client.Narrow(unit, asOf, nil)
				if inForce {
					q.Set("state", string(projections.CardInForce))
				}
				cards, err := l.Cards(c.Context(), q)
				if err != nil {
					return err
				}
				if a.json {
					return a.emit(cards)
				}
				a.standing(cards.Standing)
				a.cardTable(cards.Cards)
				return nil
			})
		},
	}
	c.Flags().StringVar(&unit, "unit", "", "只看此单位 this unit only")
	c.Flags().BoolVar(&inForce, "in-force", false, "只看在册的 only those in force")
	c.Flags().StringVar(&asOf, "as-of", "", "截至 as of a day, month or time")
	return c
}

func (a *app) cardTable(cards []projections.CardStatus) {
	t := a.table(a.say("提请", "proposal"), a.say("单位", "unit"), a.say("任务", "task"), a.say("牌", "card"), a.say("现状", "state"), a.say("责任与摘牌标准", "duty and criteria"), a.say("时限", "clocks"))
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 6, WidthMax: 44, WidthMaxEnforcer: text.WrapSoft}, {Number: 7, WidthMax: 36, WidthMaxEnforcer: text.WrapSoft}})
	for _, c := range cards {
		duty := c.Duty
		for _, criterion := range c.Criteria {
			duty += "\n· " + string(criterion)
		}
		if duty == "" {
			duty = c.Reason
		}
		t.AppendRow(table.Row{c.Proposed.Sequence, c.Unit, c.Task, a.colour(c.Colour), a.say(cardStates[c.State][0], cardStates[c.State][1]), visibleLines(duty), a.cardClocks(c)})
		t.AppendSeparator()
	}
	t.Render()
}

// visibleLines keeps the line ends of our own.
func visibleLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = projections.Visible(l)
	}
	return strings.Join(lines, "\n")
}

func (a *app) colour(c ledger.Colour) string {
	return a.say(map[ledger.Colour]string{"yellow": "黄牌", "red": "红牌"}[c], string(c))
}

func (a *app) cardClocks(c projections.CardStatus) string {
	var lines []string
	add := func(when bool, zh, en string, args ...any) {
		if when {
			lines = append(lines, fmt.Sprintf(a.say(zh, en), args...))
		}
	}
	add(c.Until != "", "期限至 %s", "until %s", c.Until)
	add(c.Expired, "期限已过,仍在册", "its term is over, it stands")
	add(c.ReviewBy != "", "可申请复核至 %s", "a review may be asked for until %s", c.ReviewBy)
	for _, r := range c.Reviews {
		switch {
		case r.Decided == nil:
			add(true, "复核待决,应于 %s 前作出", "a review is due by %s", r.DueBy)
			add(r.Late, "复核逾期", "the review is late")
		default:
			add(true, "复核:%s(第 %d 条)", "review: %s (record %d)", a.outcome(r.Outcome), r.Decided.Sequence)
			add(r.Late, "逾期作出", "decided late")
		}
	}
	add(c.LookBy != "", "复查应于 %s 前", "to be looked at again by %s", c.LookBy)
	add(c.LookLate, "复查逾期", "that look is late")
	add(c.Applied != nil && c.Removed == nil, "已申请摘牌", "removal applied for")
	add(c.Checked != nil && c.Checked.All(), "核查:逐条达到", "checked: every criterion met")
	add(c.Checked != nil && !c.Checked.All(), "核查:尚未全部达到", "checked: not every criterion met")
	add(c.Removed != nil, "摘牌:第 %d 条", "removed: record %d", sequenceOf(c.Removed))
	for _, e := range c.Effects {
		add(true, "后果(另行决定):%s", "consequence, decided elsewhere: %s", projections.Visible(string(e.What)))
	}
	return strings.Join(lines, "\n")
}

func sequenceOf(s *projections.Stamp) uint64 {
	if s == nil {
		return 0
	}
	return s.Sequence
}

func (a *app) outcome(o ledger.Outcome) string {
	return a.say(map[ledger.Outcome]string{ledger.Upheld: "维持", ledger.Changed: "变更", ledger.Revoked: "撤销"}[o], string(o))
}

func (a *app) dossierCommand() *cobra.Command {
	var asOf, out, verify string
	c := &cobra.Command{
		Use: "dossier TASK", Short: "提请案卷:台账所载的全部依据与单位陈述 what speaks for and against a card", Args: exactly(1),
		Long: `汇集一项任务到某日(已过)为止的依据:各月末的灯、所报与核实、已采取的步骤、单位的陈述、督查发现,
每一项写明记录序号。其摘要写入提请(card.proposed.v1 的 dossier 与 dossier_as_of),有权机关可随时重做并比对。

Gathers what the ledger has for and against a card as of a day that is over, each fact
with its record. Its digest goes into the proposal; whoever decides makes it again and
compares: --verify.`,
		Example: "  ducha dossier T07 --as-of 2024-06-05 -o T07.json\n  ducha dossier T07 --as-of 2024-06-05 --verify 3f2a…",
		RunE: func(c *cobra.Command, args []string) error {
			if err := required("as-of", asOf); err != nil {
				return err
			}
			return a.ask(c.Context(), func(l *client.Client) error {
				d, err := l.Dossier(c.Context(), args[0], asOf)
				if err != nil {
					return err
				}
				if out != "" {
					data, err := json.MarshalIndent(d.Dossier, "", "  ")
					if err != nil {
						return err
					}
					if err := writeNew(out, append(data, '\n')); err != nil {
						return err
					}
				}
				if a.json {
					return a.emit(d)
				}
				a.printf("%s %s  %s  截至 %s  %s", "%s %s  %s  as of %s  %s", d.Task, projections.Visible(d.Name), projections.Visible(d.UnitName), asOf, d.Status.Light)
				a.printf("依据 %s", "because %s", a.language().FigureWords(d.Status.Figures))
				a.printf("月末灯色 %d 个,月报 %d 份,已采取的步骤 %d 项,单位陈述 %d 项,督查发现 %d 项;等待协调 %d 天", "%d month's ends, %d reports, %d steps taken, %d answers, %d findings; %d days waited",
					len(d.Months), len(d.Reports), len(d.Steps), len(d.Answers), len(d.Findings), d.Waited)
				a.printf("摘要 %s", "digest %s", d.Digest)
				switch {
				case verify == "":
					return nil
				case verify == string(d.Digest):
					a.printf("一致:与提请所写的案卷相同", "the same: this is the dossier of the proposal")
					return nil
				}
				a.printf("不一致:提请所写为 %s", "NOT THE SAME: the proposal says %s", verify)
				return errFindings
			})
		},
	}
	c.Flags().StringVar(&asOf, "as-of", "", "截至之日,须已过 a day that is over (required)")
	c.Flags().StringVarP(&out, "out", "o", "", "写入文件 write the dossier to a new file, as JSON")
	c.Flags().StringVar(&verify, "verify", "", "与此摘要比对 compare with this digest; exit code 1 if it differs")
	return c
}
