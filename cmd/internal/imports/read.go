package imports

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ducha/ledger"
	"ducha/projections"

	"golang.org/x/text/width"
)

// Doubtful is something about a cell that is wrong, or a doubt. A doubt can be
// accepted; what is wrong cannot.
type Doubtful struct {
	Sheet string `json:"sheet"`
	Cell  string `json:"cell"`
	Doubt bool   `json:"doubt,omitzero"`
	Found string `json:"found"`
	Want  string `json:"want"`
}

// Said is a statement that a row makes: the signer adds who says it, id and time.
type Said struct {
	Cell string        // where it comes from
	Unit ledger.UnitID // on whose trail
	Task ledger.TaskID
	Body any // a pointer to one of package ledger's bodies
}

// Sheet is what was read from a form.
type Sheet struct {
	Form     Form       `json:"form"`
	Rows     int        `json:"rows"`
	Said     []Said     `json:"-"`
	Problems []Doubtful `json:"problems"`
}

// Bad counts what is wrong, and Doubts what is doubtful.
func (s Sheet) Bad() (n int) { return s.count(false) }

// Doubts: see [Sheet.Bad].
func (s Sheet) Doubts() int { return s.count(true) }

func (s Sheet) count(doubt bool) (n int) {
	for _, p := range s.Problems {
		if p.Doubt == doubt {
			n++
		}
	}
	return n
}

// Known is what the ledger has, that names in a form are held against.
type Known struct {
	Today ledger.Date
	Units func(words string) (id ledger.UnitID, exact, ok bool) // by id or name; not exact: by an alias or a former name
	Task  func(words ledger.TaskID) (id ledger.TaskID, lead ledger.UnitID, ok bool)

	NearUnits, NearTasks func(words string) []string // those that may have been meant
}

// KnownOf is what a campaign knows.
func KnownOf(c *projections.Campaign, at time.Time) Known {
	today := ledger.DateOf(at)
	return Known{Today: today,
		Units: func(words string) (ledger.UnitID, bool, bool) {
			id, err := c.FindUnit(words)
			if err != nil {
				return "", false, false
			}
			p, _ := c.Units.Unit(id)
			return id, words == string(id) || words == p.NameAt(today), true
		},
		Task: func(words ledger.TaskID) (ledger.TaskID, ledger.UnitID, bool) {
			t := c.Tasks[words]
			if t == nil {
				return "", "", false
			}
			return t.ID, t.Lead, true
		},
		NearUnits: c.NearUnits, NearTasks: c.NearTasks}
}

// reader reads a form's rows.
type reader struct {
	grid  *File
	known Known
	out   Sheet
	line  line
	cells map[string]string
	at    map[string]string // key: cell
	seen  map[string]string // a row's words: where it was
	lead  map[ledger.TaskID]ledger.UnitID
	name  map[ledger.TaskID]string
	steps map[string]string // task/milestone: where
}

// MaxStatements is how many statements a form may make: they are recorded as one.
const MaxStatements = 500

// Read reads the rows of a form. Everything that is wrong or doubtful is named.
func (f *File) Read(known Known) Sheet {
	r := &reader{grid: f, known: known, out: Sheet{Form: f.form, Problems: slices.Clone(f.problems)}, seen: map[string]string{},
		lead: map[ledger.TaskID]ledger.UnitID{}, name: map[ledger.TaskID]string{}, steps: map[string]string{}}
	r.read()
	return r.out
}

func (r *reader) read() {
	if r.out.Bad() > 0 {
		return // of the headings: no cell is what it seems
	}
	for _, line := range r.grid.lines {
		if r.out.Rows == MaxStatements {
			r.tooMany(line)
			break
		}
		if r.take(line) {
			r.out.Rows++
			r.statement()
		}
		if len(r.out.Said) > MaxStatements {
			r.tooMany(line)
			break
		}
	}
	if r.out.Rows == 0 && r.out.Bad() == 0 {
		r.problem(r.grid.first, false, "没有填报行", "从示例之下的一行起填写")
	}
}

func (r *reader) tooMany(at line) {
	r.problem(at.ref(0), false, fmt.Sprintf("共 %d 行,自此行起未查", len(r.grid.lines)), fmt.Sprintf("一份表整批写入,至多成 %d 条记录:分为几份,各自导入", MaxStatements))
}

func (r *reader) problem(cell string, doubt bool, found, want string) {
	r.out.Problems = append(r.out.Problems, Doubtful{r.grid.sheet, cell, doubt, found, want})
}

// take reads a row's cells; an empty row is none.
func (r *reader) take(line line) bool {
	r.cells, r.at, r.line = map[string]string{}, map[string]string{}, line
	var words []string
	for i, c := range r.grid.columns {
		value := line.value(i)
		if !c.verbatim {
			value = width.Fold.String(value) // full-width digits and letters are read as what they are
		}
		value = strings.TrimFunc(value, blank)
		r.at[c.key], r.cells[c.key] = line.ref(i), value
		words = append(words, value)
	}
	if strings.Join(words, "") == "" {
		return false
	}
	for i := range r.grid.columns {
		r.odd(line, i)
	}
	if line.hidden {
		r.problem(line.ref(0), true, fmt.Sprintf("第 %d 行是隐藏行", line.row), "显示该行,或删除")
	}
	row := strings.Join(words, "\x00")
	if before, twice := r.seen[row]; twice {
		r.problem(line.ref(0), true, "与 "+before+" 所在行完全相同", "删去重复的一行")
	}
	r.seen[row] = line.ref(0)
	for _, c := range r.grid.columns {
		if c.must && r.cells[c.key] == "" {
			r.problem(r.at[c.key], false, "空", c.head+"必填")
		}
	}
	return true
}

// odd names what is odd about a cell, whatever its column.
func (r *reader) odd(line line, i int) {
	value := line.value(i)
	switch formula := line.formula(i); {
	case strings.ContainsRune(value, utf8.RuneError):
		r.problem(line.ref(i), false, value, "能读出的文字:文件另存为 UTF-8,或存为 XLSX")
	case slices.Contains(faults, value):
		r.problem(line.ref(i), false, "公式 ="+formula+" 出错:"+value, "填写数值或文字")
		r.cells[r.grid.columns[i].key] = ""
	case formula != "" && value == "":
		r.problem(line.ref(i), false, "公式 ="+formula+",没有算出的值", "填写数值或文字")
	case formula != "":
		r.problem(line.ref(i), true, "公式 ="+formula+",其值为 "+value, "填写数值或文字")
	}
}

// faults are what a spreadsheet shows for a formula that went wrong.
var faults = []string{"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}

// blank is what may stand about a word and is none of it.
func blank(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' }

func (r *reader) statement() {
	before := r.out.Bad()
	if r.out.Form == History {
		r.history(before)
		return
	}
	r.task(before)
}

var ident = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,39}$`)

func (r *reader) id(key string) string {
	v := r.cells[key]
	if v != "" && !ident.MatchString(v) {
		r.problem(r.at[key], false, v, "字母、数字、连字符,一至四十个")
	}
	return v
}

// task reads a row of the list: a task with its first milestone, or another one.
func (r *reader) task(bad int) {
	id := ledger.TaskID(r.id("task"))
	if _, _, known := r.known.Task(id); known {
		r.problem(r.at["task"], false, "任务 "+string(id)+" 已交办", "新的任务编号;已交办的任务以 task.amended.v1 调整")
	}
	lead, named := r.lead[id]
	if !named {
		if r.cells["name"] == "" {
			r.problem(r.at["name"], false, "空", "任务第一行须写任务名称")
		}
		if r.cells["lead"] == "" {
			r.problem(r.at["lead"], false, "空", "任务第一行须写牵头单位")
		} else {
			lead = r.unit("lead", r.cells["lead"])
		}
		responsible := r.units("responsible")
		r.lead[id], r.name[id] = lead, r.cells["name"]
		if r.out.Bad() == bad {
			r.say("task", lead, id, &ledger.TaskAssigned{Name: ledger.Line(r.cells["name"]), Responsible: responsible})
		}
	} else if n := r.cells["name"]; n != "" && n != r.name[id] {
		r.problem(r.at["name"], true, n+",前面写作 "+r.name[id], "同一任务用同一名称")
	}
	if r.cells["milestone"] == "" {
		for _, key := range []string{"milestone_name", "due", "percent"} {
			if r.cells[key] != "" {
				r.problem(r.at["milestone"], false, "空,而同行写了节点内容", "节点编号")
				return
			}
		}
		return
	}
	r.milestone(id, lead)
}

func (r *reader) milestone(task ledger.TaskID, lead ledger.UnitID) {
	bad := r.out.Bad()
	id := r.id("milestone")
	key := string(task) + "/" + id
	if before, twice := r.steps[key]; twice {
		r.problem(r.at["milestone"], false, "节点 "+id+" 已在 "+before, "一个节点一个编号")
	}
	r.steps[key] = r.at["milestone"]
	if r.cells["milestone_name"] == "" {
		r.problem(r.at["milestone_name"], false, "空", "节点名称")
	}
	due, okDue := r.date("due", true)
	percent, okPercent := r.percent("percent", true)
	if okDue && okPercent && r.out.Bad() == bad {
		r.say("milestone", lead, task, &ledger.MilestoneSet{Milestone: ledger.LocalID(id), Name: ledger.Line(r.cells["milestone_name"]), Due: due, Percent: ledger.Percent(percent)})
	}
}

// history reads a row of paper history.
func (r *reader) history(bad int) {
	id, lead, known := r.known.Task(ledger.TaskID(r.cells["task"]))
	if !known && r.cells["task"] != "" {
		r.problem(r.at["task"], false, r.cells["task"], orNear("已交办的任务编号:ducha table tasks", r.known.NearTasks(r.cells["task"])))
	}
	what, ok := kinds[r.cells["what"]]
	if !ok && r.cells["what"] != "" {
		r.problem(r.at["what"], false, r.cells["what"], strings.Join(forms[History][1].choices, "、")+"之一")
	}
	occurred, ok := r.date("occurred", true)
	if ok && occurred >= r.known.Today {
		r.problem(r.at["occurred"], false, string(occurred), "早于录入之日 "+string(r.known.Today))
	}
	body := &ledger.HistoryDeclared{What: what, Occurred: occurred, Text: ledger.Text(r.cells["text"]), Document: ledger.Line(r.cells["document"]), Number: ledger.Line(r.cells["number"])}
	if r.cells["percent"] != "" {
		if v, ok := r.percent("percent", false); ok {
			p := ledger.Percent(v)
			body.Percent = &p
		}
	}
	if r.out.Bad() == bad {
		r.say("task", lead, id, body)
	}
}

// say takes a statement in, if it is one by the schema of its kind.
func (r *reader) say(key string, unit ledger.UnitID, task ledger.TaskID, body any) {
	if spec, ok := ledger.KindOf(body).Spec(); ok {
		data, err := json.Marshal(body)
		if err == nil {
			_, err = spec.Body(data)
		}
		if err != nil {
			r.malformed(key, body, err)
			return
		}
	}
	r.out.Said = append(r.out.Said, Said{Cell: r.at[key], Unit: unit, Task: task, Body: body})
}

// malformed names the cell of what a kind's schema does not take: a text that is too
// long, a character that no line holds.
func (r *reader) malformed(key string, body any, err error) {
	e, ok := errors.AsType[*ledger.Error](err)
	if !ok {
		r.problem(r.at[key], false, err.Error(), "")
		return
	}
	for _, fault := range strings.Split(e.Found, "; ") {
		cell := r.at[key]
		field, what, _ := strings.Cut(strings.TrimPrefix(fault, "data/"), ": ")
		if _, ok := body.(*ledger.MilestoneSet); ok && field == "name" {
			field = "milestone_name"
		}
		if at := r.at[field]; at != "" {
			cell = at
		}
		r.problem(cell, false, what, "合于 "+ledger.KindOf(body).Name()+" 的格式:"+e.Want)
	}
}
