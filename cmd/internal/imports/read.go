package imports

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ducha/ledger"
	"ducha/projections"

	"github.com/xuri/excelize/v2"
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
		}}
}

// reader reads a form's rows.
type reader struct {
	file  *excelize.File
	known Known
	out   Sheet
	row   int
	cells map[string]string
	at    map[string]string // key: cell
	seen  map[string]string // a row's words: where it was
	lead  map[ledger.TaskID]ledger.UnitID
	name  map[ledger.TaskID]string
	steps map[string]string // task/milestone: where
}

// Read reads a form. The error is for a file that is none; everything else is a
// Doubtful, and all of them are named.
func Read(data []byte, known Known) (Sheet, error) {
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		return Sheet{}, ledger.Malform("import.file", err.Error(), "an XLSX workbook: ducha template tasks|history")
	}
	defer f.Close()
	mark, err := f.GetCellValue(helpSheet, "B1")
	form, ok := strings.CutPrefix(mark, version+" ")
	if err != nil || !ok || forms[Form(form)] == nil {
		return Sheet{}, ledger.Malform("import.form", fmt.Sprintf("a workbook that says %q in %s!B1", mark, helpSheet), "a form as `ducha template` writes it")
	}
	r := &reader{file: f, known: known, out: Sheet{Form: Form(form), Problems: []Doubtful{}}, seen: map[string]string{},
		lead: map[ledger.TaskID]ledger.UnitID{}, name: map[ledger.TaskID]string{}, steps: map[string]string{}}
	return r.out, r.read()
}

func (r *reader) read() error {
	rows, err := r.file.GetRows(dataSheet, excelize.Options{RawCellValue: true})
	if err != nil {
		return ledger.Malform("import.form", err.Error(), "the sheet "+dataSheet)
	}
	columns := forms[r.out.Form]
	for i, c := range columns {
		cell, _ := excelize.CoordinatesToCellName(i+1, 1)
		got := ""
		if len(rows) > 0 && i < len(rows[0]) {
			got = strings.TrimSuffix(rows[0][i], "*")
		}
		if got != c.head {
			r.problem(cell, false, fmt.Sprintf("表头 %q", got), "表头 "+c.head+":不要改动列")
		}
	}
	merged, err := r.file.GetMergeCells(dataSheet)
	if err != nil {
		return ledger.Malform("import.form", err.Error(), "the sheet "+dataSheet)
	}
	for _, m := range merged {
		r.problem(m.GetStartAxis(), false, "合并单元格 "+m.GetStartAxis()+":"+m.GetEndAxis(), "不合并,逐行填写")
	}
	if r.out.Bad() > 0 {
		return nil
	}
	for i := firstRow - 1; i < len(rows); i++ {
		r.row = i + 1
		if r.take(columns, rows[i]) {
			r.out.Rows++
			r.statement()
		}
	}
	if r.out.Rows == 0 {
		r.problem(fmt.Sprintf("A%d", firstRow), false, "没有填报行", fmt.Sprintf("从第 %d 行起填写", firstRow))
	}
	return nil
}

func (r *reader) problem(cell string, doubt bool, found, want string) {
	r.out.Problems = append(r.out.Problems, Doubtful{dataSheet, cell, doubt, found, want})
}

// take reads a row's cells; an empty row is none.
func (r *reader) take(columns []column, row []string) bool {
	r.cells, r.at = map[string]string{}, map[string]string{}
	empty := true
	for i, c := range columns {
		cell, _ := excelize.CoordinatesToCellName(i+1, r.row)
		r.at[c.key] = cell
		if i >= len(row) {
			continue
		}
		value := strings.TrimSpace(width.Fold.String(row[i])) // full-width digits and letters are read as what they are
		if value != "" {
			empty = false
		}
		if formula, err := r.file.GetCellFormula(dataSheet, cell); err == nil && formula != "" {
			r.problem(cell, true, "公式 ="+formula+",其值为 "+value, "填写数值或文字")
		}
		r.cells[c.key] = value
	}
	if empty {
		return false
	}
	if hidden, err := r.file.GetRowVisible(dataSheet, r.row); err == nil && !hidden {
		r.problem(r.at["task"], true, fmt.Sprintf("第 %d 行是隐藏行", r.row), "显示该行,或删除")
	}
	words := strings.Join(row, "\x00")
	if before, twice := r.seen[words]; twice {
		r.problem(r.at["task"], true, "与 "+before+" 所在行完全相同", "删去重复的一行")
	}
	r.seen[words] = r.at["task"]
	for _, c := range columns {
		if c.must && r.cells[c.key] == "" {
			r.problem(r.at[c.key], false, "空", c.head+"必填")
		}
	}
	return true
}

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
		r.problem(r.at["task"], false, r.cells["task"], "已交办的任务编号:ducha table tasks")
	}
	what, ok := kinds[r.cells["what"]]
	if !ok && r.cells["what"] != "" {
		r.problem(r.at["what"], false, r.cells["what"], "进展、调度、会议、通报、决定、其他之一")
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

func (r *reader) say(key string, unit ledger.UnitID, task ledger.TaskID, body any) {
	r.out.Said = append(r.out.Said, Said{Cell: r.at[key], Unit: unit, Task: task, Body: body})
}

// unit finds a unit by what somebody wrote for it.
func (r *reader) unit(key, words string) ledger.UnitID {
	id, exact, ok := r.known.Units(words)
	switch {
	case !ok:
		r.problem(r.at[key], false, "单位 "+words, "已登记的单位编号、名称或别名:ducha table units")
	case !exact:
		r.problem(r.at[key], true, "单位 "+words+",按别名或曾用名认作 "+string(id), "单位编号或现用名称")
	}
	return id
}

func (r *reader) units(key string) (ids []ledger.UnitID) {
	for words := range strings.FieldsFuncSeq(r.cells[key], func(c rune) bool { return strings.ContainsRune("、,;/ ", c) }) {
		if id := r.unit(key, words); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

var written = regexp.MustCompile(`^(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?$`)

// date reads a day as people write it; a number is a day as spreadsheets count them.
func (r *reader) date(key string, must bool) (ledger.Date, bool) {
	v := r.cells[key]
	if v == "" {
		if must {
			r.problem(r.at[key], false, "空", "日期,如 2024-03-05")
		}
		return "", false
	}
	if m := written.FindStringSubmatch(v); m != nil {
		y, _ := strconv.Atoi(m[1])
		mo, _ := strconv.Atoi(m[2])
		d, _ := strconv.Atoi(m[3])
		if date, err := ledger.ParseDate(fmt.Sprintf("%04d-%02d-%02d", y, mo, d)); err == nil {
			return date, true
		}
		r.problem(r.at[key], false, v, "日历上有的日期")
		return "", false
	}
	if n, err := strconv.ParseFloat(v, 64); err == nil && n > 36526 && n < 73050 { // 2000 to 2099
		if t, err := excelize.ExcelDateToTime(n, false); err == nil {
			date := ledger.Date(t.Format("2006-01-02"))
			r.problem(r.at[key], true, fmt.Sprintf("数字 %s,按电子表格日期认作 %s", v, date), "文字日期,如 2024-03-05")
			return date, true
		}
	}
	r.problem(r.at[key], false, v, "写明年月日的日期,如 2024-03-05 或 2024年3月5日")
	return "", false
}

// percent reads a share of 0 to 100; one below 1 may have been meant as a fraction.
func (r *reader) percent(key string, must bool) (float64, bool) {
	v := strings.TrimSuffix(r.cells[key], "%")
	if v == "" {
		if must {
			r.problem(r.at[key], false, "空", "0 至 100 的数")
		}
		return 0, false
	}
	n, err := strconv.ParseFloat(v, 64)
	switch {
	case err != nil:
		r.problem(r.at[key], false, r.cells[key], "0 至 100 的数,如 35")
		return 0, false
	case n < 0 || n > 100:
		r.problem(r.at[key], false, r.cells[key], "0 至 100 的数")
		return 0, false
	case n > 0 && n < 1 && !strings.HasSuffix(r.cells[key], "%"):
		r.problem(r.at[key], true, r.cells[key]+",照录为百分之"+v, "若指 "+fmt.Sprintf("%g", n*100)+"%,填 "+fmt.Sprintf("%g", n*100))
	}
	return n, true
}
