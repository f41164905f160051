package imports

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"ducha/ledger"

	"github.com/xuri/excelize/v2"
)

// unit finds a unit by what somebody wrote for it.
func (r *reader) unit(key, words string) ledger.UnitID {
	id, exact, ok := r.known.Units(words)
	switch {
	case !ok:
		r.problem(r.at[key], false, "单位 "+words, orNear("已登记的单位编号、名称或别名:ducha table units", r.known.NearUnits(words)))
	case !exact:
		r.problem(r.at[key], true, "单位 "+words+",按别名或曾用名认作 "+string(id), "单位编号或现用名称")
	}
	return id
}

// orNear adds what may have been meant.
func orNear(want string, near []string) string {
	if len(near) == 0 {
		return want
	}
	return want + ";是否为 " + strings.Join(near, "、") + "?"
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
	if n, err := strconv.ParseFloat(v, 64); err == nil && n > 35000 && n < 73050 { // 1995 to 2099
		if t, err := excelize.ExcelDateToTime(n, r.grid.since1904); err == nil {
			date := ledger.Date(t.Format("2006-01-02"))
			if r.line.style(r.at[key]) == dated {
				return date, true // a date, and shown as one
			}
			r.problem(r.at[key], true, fmt.Sprintf("数字 %s,按电子表格日期认作 %s", v, date), "文字日期,如 2024-03-05")
			return date, true
		}
	}
	r.problem(r.at[key], false, v, "写明年月日的日期,如 2024-03-05 或 2024年3月5日")
	return "", false
}

// percent reads a share of 0 to 100; one below 1 may have been meant as a fraction. A
// cell that shows its number as a percentage holds a fraction: 35% is 0.35 in it.
func (r *reader) percent(key string, must bool) (float64, bool) {
	v := strings.TrimSpace(strings.TrimSuffix(r.cells[key], "%"))
	if n, err := strconv.ParseFloat(v, 64); err == nil && r.line.style(r.at[key]) == shared && !strings.HasSuffix(r.cells[key], "%") {
		v = strconv.FormatFloat(math.Round(n*1e8)/1e6, 'f', -1, 64)
		if n < 0 || n > 1 {
			r.problem(r.at[key], false, r.cells[key]+",显示为 "+v+"%", "0 至 100 的数,如 35")
			return 0, false
		}
		n, _ = strconv.ParseFloat(v, 64)
		return n, true
	}
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
