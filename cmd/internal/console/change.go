package console

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ducha/ledger"
	"ducha/projections"

	"github.com/google/uuid"
)

// minute is an instant in Shanghai, to the minute.
func minute(t time.Time) string { return t.In(ledger.Shanghai).Format("2006-01-02 15:04") }

// second is likewise an instant to the second.
func second(t time.Time) string { return t.In(ledger.Shanghai).Format("2006-01-02 15:04:05") }

func valueWords(q *request, v any) string {
	switch v := v.(type) {
	case nil:
		return "—"
	case bool:
		if v {
			return q.T("是", "yes")
		}
		return q.T("否", "no")
	case float64:
		return number(v)
	}
	return fmt.Sprint(v)
}

// change is one thing of a unit that is another one now.
type change struct {
	What     string
	Path     string // where it stands on record
	From, To string
}

// changesOf are a unit's changes since a day's end, those that people ask for: what an
// office counts (lights, progress, dates, where things stand), no text that was signed.
func changesOf(q *request, c *projections.Campaign, unit ledger.UnitID, since ledger.Date) []change {
	from := since.End()
	if !from.Before(q.At) {
		return nil
	}
	var list []change
	for _, x := range c.ChangesOf(unit, from, q.At) {
		what, path, words := readPath(q, c, x.Path)
		if what != "" {
			list = append(list, change{what, path, words(x.From), words(x.To)})
		}
	}
	slices.SortStableFunc(list, func(x, y change) int { // lights before what they come from
		return count(strings.HasSuffix(y.What, q.T("灯", "light"))) - count(strings.HasSuffix(x.What, q.T("灯", "light")))
	})
	return list
}

// figuresShown are those whose changes are shown.
var figuresShown = map[string][2]string{
	"planned": {"应达进度(%)", "due (%)"}, "actual": {"实际进度(%)", "actual (%)"}, "claimed": {"所报进度(%)", "claimed (%)"},
	"late_days": {"节点超期天数", "days late"}, "reports_missed": {"连续缺报期数", "reports missed"}, "slow_months": {"连续较慢月数", "slow months"},
}

// readPath puts the path of a change into words; those that nobody asks for have none.
func readPath(q *request, c *projections.Campaign, path string) (what, link string, words func(any) string) {
	words = func(v any) string { return valueWords(q, v) }
	head, rest, _ := strings.Cut(path, ".")
	switch head {
	case "tasks":
		task, rest, _ := strings.Cut(rest, ".")
		what, words = readTask(q, rest, words)
		if what != "" {
			what = task + " " + what
		}
		return what, q.Link("/tasks/" + task), words
	case "directives", "notices", "cards":
		id, field, _ := strings.Cut(rest, ".")
		what, words = readMatter(q, head, field, words)
		if ref, err := uuid.Parse(id); err == nil && what != "" {
			what += fmt.Sprintf(q.T("(第 %d 条)", " (record %d)"), c.Index.Statements[ref].Sequence)
		}
		return what, q.Link("/statements/" + id), words
	case "unit":
		if year, ok := strings.CutPrefix(rest, "plan_filed."); ok {
			what = year + q.T(" 年度工作计划已报", " annual plan filed")
		} else if rest == "name" {
			what = q.T("名称", "name")
		}
	case "policy":
		if rest == "name" {
			what = q.T("施行的口径", "policy in force")
		}
	}
	return what, "", words
}

func readTask(q *request, rest string, words func(any) string) (string, func(any) string) {
	switch part, field, _ := strings.Cut(rest, "."); part {
	case "light":
		return q.T("灯", "light"), func(v any) string {
			if v == nil {
				return words(v)
			}
			_, means := q.Lang.LightWords(ledger.Light(fmt.Sprint(v)))
			return means
		}
	case "name":
		return q.T("名称", "name"), words
	case "figures":
		if w, ok := figuresShown[field]; ok {
			return q.T(w[0], w[1]), words
		}
	case "milestones":
		if id, ok := strings.CutSuffix(field, ".due"); ok {
			return q.T("节点 ", "milestone ") + id + q.T(" 时限", " due"), words
		}
		if id, ok := strings.CutSuffix(field, ".reached"); ok {
			return q.T("节点 ", "milestone ") + id + q.T(" 完成", " reached"), words
		}
	case "targets":
		if id, of, ok := strings.Cut(field, ".readings"); ok {
			return strings.TrimSpace(q.T("目标 ", "target ") + id + q.T(" 读数 ", " reading ") + strings.Trim(of, ".")), words
		}
	}
	return "", words
}

func readMatter(q *request, head, field string, words func(any) string) (string, func(any) string) {
	switch {
	case head == "directives" && field == "state":
		return q.T("交办", "directive"), func(v any) string {
			if v == nil {
				return words(v)
			}
			return q.Lang.DirectiveWords(projections.DirectiveState(fmt.Sprint(v)))
		}
	case head == "notices" && field == "issued":
		return q.T("通报已印发", "notice issued"), words
	case head == "notices" && field == "revoked":
		return q.T("通报已撤销", "notice revoked"), words
	case head == "cards" && field == "state":
		return q.T("赋牌", "card"), func(v any) string {
			if v == nil {
				return words(v)
			}
			return view{request: q}.StateWords(projections.CardState(fmt.Sprint(v)))
		}
	}
	return "", words
}
