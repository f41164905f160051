package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ducha/ledger"
)

// The picture's measures, in units of its own: it is as wide as the page.
const (
	picWidth  = 1120.0
	picLeft   = 86.0
	picRight  = 14.0
	axisTop   = 22.0
	chartHigh = 66.0
	stripHigh = 14.0
	rowHigh   = 13.0
	laneGap   = 20.0
	titleHigh = 20.0

	maxDays = 1500 // at which a task is judged for the picture
	maxSaid = 500  // of its statements, likewise
)

// picture is the time-line: a lane for each task with its planned and actual share,
// its light through time, and its statements by family.
type picture struct {
	Width, Height   float64
	Left, Right     float64
	Ticks           []tick
	Now             float64
	NowLabel        string
	NowAnchor       string
	Bottom, AxisTop float64
	Lanes           []lane
}

type tick struct {
	X     float64
	Label string // "" for the months between
}

type lane struct {
	Title, Light, Word string
	Y                  float64 // of the title
	Chart              *chart
	Rows               []row
}

type chart struct {
	Top, Mid, Bottom float64
	Planned, Actual  string // paths
	Area             string
	Flags            []flag
	StripY           float64
	Strip            []span
}

// flag is a deadline.
type flag struct {
	X, Y    float64
	Class   string
	Diamond string
	Tip     string
}

// span is a stretch of one light.
type span struct {
	X, W  float64
	Mid   float64
	Light ledger.Light
	Word  string // "" where there is no room for it
	Tip   string
}

// row is the statements of one family.
type row struct {
	Label string
	Y     float64
	Class string
	Marks []mark
	Names []name // of what weighs most
}

// name is a word at a mark.
type name struct {
	X    float64
	Word string
}

type mark struct {
	X, R float64
	Tip  string
}

// scale puts instants on the picture.
type scale struct{ from, to time.Time }

func (s scale) x(t time.Time) float64 {
	share := float64(t.Sub(s.from)) / float64(s.to.Sub(s.from))
	return round(picLeft + (picWidth-picLeft-picRight)*min(1, max(0, share)))
}

func round(x float64) float64 { return float64(int64(x*10+0.5)) / 10 }

func (p *paper) scale() scale {
	s := scale{p.At, p.At}
	stretch := func(t time.Time) {
		if !t.IsZero() && t.Before(s.from) {
			s.from = t
		}
		if t.After(s.to) {
			s.to = t
		}
	}
	stretch(p.Campaign.Charter.From.Start())
	if p.Campaign.Charter.To != "" {
		stretch(p.Campaign.Charter.To.End())
	}
	for _, x := range p.Statements {
		stretch(x.At)
	}
	if s.to.Sub(s.from) < 24*time.Hour {
		s.from, s.to = s.from.AddDate(0, 0, -1), s.to.AddDate(0, 0, 1)
	}
	return s
}

// picture draws the time-line.
func (p *paper) picture() picture {
	s := p.scale()
	pic := picture{Width: picWidth, Left: picLeft, Right: picWidth - picRight, AxisTop: axisTop, Ticks: s.ticks(), Now: s.x(p.At),
		NowLabel: p.T("评判时刻 ", "as of ") + day(p.At), NowAnchor: "end"}
	if pic.Now < picWidth/4 {
		pic.NowAnchor = "start"
	}
	y := axisTop + 8
	for i := range p.Tasks {
		l, bottom := p.lane(&p.Tasks[i], s, y)
		pic.Lanes = append(pic.Lanes, l)
		y = bottom + laneGap
	}
	rest := lane{Title: p.T("单位事项(不属某项任务)", "the unit itself (no single task)"), Y: y + 13}
	var bottom float64
	if rest.Rows, bottom = p.rows("", s, y+titleHigh); len(rest.Rows) > 0 {
		pic.Lanes = append(pic.Lanes, rest)
		y = bottom + laneGap
	}
	pic.Bottom = y - laneGap + 6
	pic.Height = pic.Bottom + 18
	return pic
}

func (s scale) ticks() []tick {
	var list []tick
	last := -1e9
	for m := ledger.MonthOf(s.from); ; m = m.Add(1) {
		t := m.First().Start()
		if t.After(s.to) {
			return list
		}
		if t.Before(s.from) {
			continue
		}
		k := tick{X: s.x(t)}
		if k.X-last >= 62 && (int(t.Month())-1)%3 == 0 || len(list) > 600 {
			k.Label, last = string(m), k.X
		}
		list = append(list, k)
	}
}

func (p *paper) lane(t *task, s scale, y float64) (lane, float64) {
	l := lane{Title: string(t.Task) + " " + t.Name, Light: string(t.Light), Word: t.Colour + p.T("·", " · ") + t.Means, Y: y + 13}
	l.Chart = p.chart(t, s, y+titleHigh)
	var bottom float64
	l.Rows, bottom = p.rows(t.Task, s, l.Chart.StripY+stripHigh+3)
	return l, bottom
}

// chart draws what was due against what was done, and the light that followed.
func (p *paper) chart(t *task, s scale, top float64) *chart {
	c := &chart{Top: top, Mid: top + chartHigh/2, Bottom: top + chartHigh, StripY: top + chartHigh + 4}
	y := func(percent float64) float64 { return round(c.Bottom - chartHigh*min(100, max(0, percent))/100) }
	planned, actual := &line{}, &line{}
	var last float64
	for _, at := range p.samples(t) {
		f := p.Campaign.Judge(t.record, at)
		last = s.x(at)
		planned.to(last, y(f.Figures.Planned))
		actual.to(last, y(f.Figures.Actual))
		c.light(p, f.Light, last, at)
	}
	c.Planned, c.Actual = planned.end(last), actual.end(last)
	if c.Actual != "" {
		c.Area = fmt.Sprintf("%sV%gH%gZ", c.Actual, c.Bottom, actual.from)
	}
	c.close(p, last)
	for _, m := range t.Nodes {
		c.Flags = append(c.Flags, p.flag(m, s.x(m.Due.End()), y(m.Percent)))
	}
	return c
}

// line is a path of steps; it has a point only where it rises or falls.
type line struct {
	path    strings.Builder
	from, y float64
}

func (l *line) to(x, y float64) {
	switch {
	case l.path.Len() == 0:
		l.from = x
		fmt.Fprintf(&l.path, "M%g %g", x, y)
	case y != l.y:
		fmt.Fprintf(&l.path, "H%gV%g", x, y)
	}
	l.y = y
}

// end is the whole path, drawn on to x; "" when there is none.
func (l *line) end(x float64) string {
	if l.path.Len() == 0 {
		return ""
	}
	return fmt.Sprintf("%sH%g", l.path.String(), x)
}

// light lengthens the strip, or begins another light.
func (c *chart) light(p *paper, l ledger.Light, x float64, at time.Time) {
	n := len(c.Strip)
	if n > 0 {
		c.Strip[n-1].W = round(x - c.Strip[n-1].X)
		if c.Strip[n-1].Light == l {
			return
		}
	}
	colour, means := p.Lang.LightWords(l)
	c.Strip = append(c.Strip, span{X: x, Light: l, Word: colour, Tip: fmt.Sprintf(p.T("%s 起:%s·%s", "from %s: %s · %s"), day(at), colour, means)})
}

// close leaves out the words that have no room.
func (c *chart) close(p *paper, last float64) {
	for i := range c.Strip {
		x := &c.Strip[i]
		if i == len(c.Strip)-1 {
			x.W = round(max(3, last-x.X))
		}
		x.Mid = round(x.X + x.W/2)
		if room := float64(p.wide(x.Word)); x.W < room {
			x.Word = ""
		}
	}
}

// wide is about how much room a short word takes.
func (p *paper) wide(s string) int {
	n := 4
	for _, r := range s {
		if n += 6; r > 0x2e80 {
			n += 5
		}
	}
	return n
}

func (p *paper) flag(m milestone, x, y float64) flag {
	f := flag{X: x, Y: y, Class: "due", Diamond: fmt.Sprintf("M%g %gl4 4l-4 4l-4-4Z", x, round(y-4)),
		Tip: fmt.Sprintf(p.T("节点:%s,时限 %s,应达 %g%%", "milestone: %s, due %s, %g%%"), m.Name, m.Due, m.Percent)}
	switch {
	case m.Late:
		f.Class += " missed"
	case m.Reached != "":
		f.Class += " met"
	}
	return f
}

// samples are the instants at which a task's figures can have changed: the start of
// every day, for deadlines and months go by days, and its statements; of very many
// of these, some.
func (p *paper) samples(t *task) []time.Time {
	var list []time.Time
	add := func(at time.Time) {
		if !at.After(p.At) && !at.Before(t.record.Assigned.At) {
			list = append(list, at)
		}
	}
	add(t.record.Assigned.At)
	days := max(0, ledger.DateOf(p.At).DaysSince(ledger.DateOf(t.record.Assigned.At)))
	step := 1 + days/maxDays + len(t.record.Reports)/500 // judging takes as long as there are reports
	for n := 0; n <= days; n += step {
		add(ledger.DateOf(p.At).Add(-n).Start())
	}
	var said []time.Time
	for _, s := range p.Statements {
		if s.Task == t.Task && s.Family != ledger.Dispatch && s.Family != ledger.Escalation {
			said = append(said, s.At)
		}
	}
	every := len(said)/maxSaid + 1
	for i := len(said) - 1; i >= 0; i -= every {
		add(said[i])
	}
	add(p.At)
	slices.SortFunc(list, time.Time.Compare)
	return slices.CompactFunc(list, time.Time.Equal)
}

// rows puts a task's statements into a row for each family; those that fall on one
// spot are one mark that says how many.
func (p *paper) rows(id ledger.TaskID, s scale, y float64) ([]row, float64) {
	var list []row
	for _, family := range families {
		r := row{Label: p.family(family), Y: round(y + rowHigh/2), Class: "f-" + string(family)}
		for _, b := range p.spots(id, family, s) {
			r.Marks = append(r.Marks, p.mark(b))
		}
		if len(r.Marks) == 0 {
			continue
		}
		if r.Names = p.names(id, family, s); len(r.Names) > 0 {
			y += rowHigh
		}
		list = append(list, r)
		y += rowHigh
	}
	return list, y
}

// spot is the statements on one spot.
type spot struct {
	x     float64
	count int
	first statement
	last  statement
}

func (p *paper) spots(id ledger.TaskID, family ledger.Family, s scale) []spot {
	var list []spot
	for _, x := range p.Statements {
		if x.Task != id || x.Family != family {
			continue
		}
		at := s.x(x.At)
		if n := len(list); n > 0 && at-list[n-1].x < 3 && at >= list[n-1].x {
			list[n-1].count++
			list[n-1].last = x
			continue
		}
		list = append(list, spot{at, 1, x, x})
	}
	return list
}

// named are the kinds that a reader looks for first, with a word short enough.
var named = map[ledger.Kind][2]string{
	"talk.held.v1": {"约谈", "talk"}, "notice.issued.v1": {"通报", "notice"}, "card.proposed.v1": {"提请", "proposal"},
	"card.granted.v1": {"赋牌", "card"}, "card.refused.v1": {"不予", "refused"}, "card.removed.v1": {"摘牌", "removed"},
	"review.decided.v1": {"复核", "review"}, "tolerance.judged.v1": {"容错", "tolerance"},
	"task.closed.v1": {"销号", "closed"}, "task.suspended.v1": {"中止", "suspended"}, "task.reopened.v1": {"重立", "reopened"},
	"progress.disputed.v1": {"存疑", "disputed"}, "progress.verified.v1": {"核实", "verified"},
}

// names are the words under a row; those that would stand on one another are put
// into one.
func (p *paper) names(id ledger.TaskID, family ledger.Family, s scale) []name {
	var list []name
	free := 0.0
	for _, e := range p.Events {
		word, ok := named[e.Kind]
		if !ok || e.Task != id || e.Record.Place.Family != family {
			continue
		}
		n := name{s.x(p.counts(e)), p.T(word[0], word[1])}
		half := float64(p.wide(n.Word)) / 2
		switch n.X = min(n.X, picWidth-half); {
		case n.X-half >= free:
			list, free = append(list, n), n.X+half
		case !strings.HasSuffix(list[len(list)-1].Word, n.Word) && len(list[len(list)-1].Word) < 40:
			list[len(list)-1].Word += "·" + n.Word
			free += half
		}
	}
	return list
}

func (p *paper) mark(b spot) mark {
	m := mark{X: b.x, R: min(5.2, 3+0.5*float64(b.count-1)),
		Tip: fmt.Sprintf(p.T("第 %d 号 %s %s %s", "record %d, %s, %s, %s"), b.first.Sequence, day(b.first.At), b.first.Kind, b.first.Who)}
	if b.count > 1 {
		m.Tip += fmt.Sprintf(p.T(" 等 %d 条,至第 %d 号", " and more: %d, up to record %d"), b.count, b.last.Sequence)
	}
	return m
}
