package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"ducha/ledger"
	"ducha/projections"
	"ducha/seeds"

	"github.com/spf13/cobra"
)

func (a *app) planCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "plan", Short: "实施方案:示例、格式、检查 plans of campaigns: example, schema, check", Args: noCommand, RunE: help,
		Example: "  ducha plan example > plan.yaml\n  ducha plan check plan.yaml\n  ducha init --plan plan.yaml --data 目录",
	}
	c.AddCommand(a.planTextCommand("example", "写出带注释的示例方案 write a plan to begin with", seeds.Example),
		a.planTextCommand("jian", "写出吉安方案 write the Ji'an plan, which init takes when none is named", seeds.JiAnText),
		a.planTextCommand("schema", "写出方案的格式说明 the JSON Schema of a plan, for editors", seeds.Schema), a.planCheckCommand())
	return c
}

func (a *app) planTextCommand(use, short string, text func() []byte) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		_, err := a.Out.Write(text())
		return err
	}}
}

func (a *app) planCheckCommand() *cobra.Command {
	var term term
	c := &cobra.Command{
		Use: "check FILE", Short: "逐行检查方案,不建台账 check a plan, line by line", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			plan, err := readPlan(args[0])
			if err == nil {
				_, err = term.charter(c, plan)
			}
			if err != nil {
				return a.planFaults(args[0], err)
			}
			if a.json {
				return a.emit(map[string]any{"ok": true, "campaign": plan.Campaign, "units": len(plan.Units), "tasks": len(plan.Tasks), "targets": len(plan.Targets),
					"milestones": len(plan.Milestones), "questions": len(plan.Questions), "faults": []seeds.Fault{}})
			}
			a.printf("%s 检查通过:%s %s,单位 %d,任务 %d,目标 %d,节点 %d,待释义 %d", "%s is good: %s %s, %d units, %d tasks, %d targets, %d milestones, %d questions",
				projections.Visible(args[0]), plan.Campaign, projections.Visible(plan.Title), len(plan.Units), len(plan.Tasks), len(plan.Targets), len(plan.Milestones), len(plan.Questions))
			if !slices.ContainsFunc(plan.People, func(x seeds.Person) bool { return x.Role == ledger.RoleCommander }) {
				a.printf("未列指挥长:台账建立后由办公室登记其角色与公钥,此前无人可批准通报与提请", "no commander in it: the office registers one later; until then nobody approves notices and proposals")
			}
			if unset := withoutMilestone(plan); len(unset) > 0 {
				a.printf("未设节点的任务 %v:将显示为灰", "tasks without a milestone, which will be grey: %v", unset)
			}
			return nil
		},
	}
	term.flags(c)
	return c
}

func withoutMilestone(p seeds.Plan) []ledger.TaskID {
	has := map[ledger.TaskID]bool{}
	for _, m := range p.Milestones {
		has[m.Task] = true
	}
	var unset []ledger.TaskID
	for _, t := range p.Tasks {
		if !has[t.ID] {
			unset = append(unset, t.ID)
		}
	}
	return unset
}

// planFaults prints what is wrong with a plan, a line each.
func (a *app) planFaults(file string, err error) error {
	faults, ok := errors.AsType[seeds.Faults](err)
	if !ok {
		faults = seeds.Faults{{Text: err.Error(), ZH: err.Error()}}
	}
	if a.json {
		return errors.Join(a.emit(map[string]any{"ok": false, "faults": faults}), errFindings)
	}
	for _, f := range faults {
		if f.Text = a.say(f.ZH, f.Text); f.Text == "" {
			f.Text = f.ZH
		}
		if f.Line == 0 {
			fmt.Fprintf(a.Err, "%s: %s\n", projections.Visible(file), projections.Visible(f.Text))
			continue
		}
		fmt.Fprintf(a.Err, a.say("%s 第 %d 行:%s\n", "%s:%d: %s\n"), projections.Visible(file), f.Line, projections.Visible(f.Text))
	}
	fmt.Fprintf(a.Err, a.say("共 %d 处,均须改正\n", "%d faults, all to be mended\n"), len(faults))
	return errFindings
}

// readPlan reads the plan in a file; the Ji'an plan where none is named.
func readPlan(file string) (seeds.Plan, error) {
	if file == "" {
		return seeds.JiAn(), nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return seeds.Plan{}, usageError{err}
	}
	return seeds.ParsePlan(data)
}

// term is the campaign's first and last day, as flags that go before the plan's.
type term struct{ from, to string }

func (t *term) flags(c *cobra.Command) {
	year := time.Now().In(ledger.Shanghai).Year()
	c.Flags().StringVar(&t.from, "from", fmt.Sprintf("%d-01-01", year), "攻坚期起(默认依方案) first day of the campaign, the plan's where it names one")
	c.Flags().StringVar(&t.to, "to", fmt.Sprintf("%d-12-31", year+1), "攻坚期止(默认依方案) last day of the campaign, likewise")
}

// charter is the plan's charter with the term that is asked for, once a rehearsal
// of the opening has passed.
func (t *term) charter(c *cobra.Command, p seeds.Plan) (ledger.CharterAdopted, error) {
	charter := p.Charter()
	for _, day := range []struct {
		flag, value string
		to          *ledger.Date
	}{{"from", t.from, &charter.From}, {"to", t.to, &charter.To}} {
		if *day.to != "" && !c.Flags().Changed(day.flag) {
			continue
		}
		d, err := ledger.ParseDate(day.value)
		if err != nil {
			return charter, err
		}
		*day.to = d
	}
	if err := charter.Check(); err != nil {
		return charter, err
	}
	return charter, seeds.Rehearse(p, charter, time.Now())
}
