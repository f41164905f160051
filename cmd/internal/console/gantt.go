package console

import (
	"fmt"
	"strings"
	"time"

	"ducha/ledger"
	"ducha/projections"
)

// gantt (计划与实际) is a task's milestones against what came of them: a picture and the
// table that says the same.
type gantt struct {
	Width, Height float64
	Top, Bottom   float64 // of the rows
	Left          float64
	Ticks         []calendarTick
	Bands         []ganttBand // where the clock stood still
	Rows          []ganttRow
	Lights        []ganttLight
	LightsTop     float64
	Now           float64
	NowWords      string
	Words         string // what the picture shows, for whoever does not see it
}

const (
	ganttTop   = 52.0
	ganttHigh  = 34.0
	ganttStrip = 22.0
)

// ganttBand is a stretch in which the task's clock stood still.
type ganttBand struct {
	X, W  float64
	Mid   float64
	Kind  string // waits, suspended
	Words string
	Short string // where there is room
}

// ganttRow is a milestone.
type ganttRow struct {
	projections.MilestoneStatus
	Y        float64
	Label    string
	From, To float64 // the plan: from the milestone before, to the day first promised
	Moved    []ganttMove
	DueX     float64 // the day in force
	ReachedX float64 // 0 when it is not reached
	CheckedX float64
	LateX    float64 // past its day, up to where it was reached or to the day that is looked at
	LateW    float64
	Late     string // in words, beside it
	State    string
	Was      []ganttDue // older dates, for the table
	SetBy    uint64     // the record of the date in force
}

// ganttMove is a date that an extension moved.
type ganttMove struct{ From, To float64 }

type ganttDue struct {
	Date   ledger.Date
	Record uint64
}

type ganttLight struct {
	X, Y, W, H, Mid float64
	Light           ledger.Light
	Name, Words     string
}

func ganttOf(q *request, c *projections.Campaign, t *projections.Task, lights []projections.MonthLight) gantt {
	list := t.MilestonesAt(q.At)
	today := ledger.DateOf(q.At)
	from, to := ledger.DateOf(t.Assigned.At), today
	if c.Charter.From != "" {
		from, to = min(from, c.Charter.From), max(to, c.Charter.To)
	}
	for _, m := range list {
		for _, d := range m.Dues {
			to = max(to, d.Date)
		}
	}
	cal := calendarOf(from, to)
	g := gantt{Width: calendarWidth, Left: calendarLeft, Top: ganttTop, Ticks: cal.ticks(), Now: cal.end(today), NowWords: q.T("截至 ", "as of ") + string(today)}
	before := ledger.DateOf(t.Assigned.At)
	var words []string
	for i, m := range list {
		row := ganttRowOf(q, cal, m, before, ganttTop+ganttHigh*float64(i), today)
		g.Rows = append(g.Rows, row)
		words = append(words, row.Name+" "+row.State)
		before = m.First()
	}
	g.Bottom = ganttTop + ganttHigh*float64(max(1, len(list)))
	g.bands(q, cal, t)
	g.strip(q, cal, lights)
	g.Height = g.LightsTop + ganttStrip + 16
	g.Words = strings.Join(words, q.T(";", "; "))
	return g
}

func ganttRowOf(q *request, cal calendar, m projections.MilestoneStatus, before ledger.Date, y float64, today ledger.Date) ganttRow {
	first := m.First()
	if before >= first {
		before = first.Add(-1)
	}
	r := ganttRow{MilestoneStatus: m, Y: y, Label: clip(projections.Visible(m.Name), 11), From: cal.x(before), To: cal.end(first), DueX: cal.end(m.Due), SetBy: m.Dues[len(m.Dues)-1].Sequence}
	for i, d := range m.Dues[1:] {
		old := m.Dues[i]
		r.Moved = append(r.Moved, ganttMove{cal.end(old.Date), cal.end(d.Date)})
		r.Was = append(r.Was, ganttDue{old.Date, old.Sequence})
	}
	if m.Verified != nil {
		r.CheckedX = cal.x(ledger.DateOf(m.Verified.At))
	}
	days := fmt.Sprintf(q.T("%d 天", "%d days"), m.LateDays)
	switch {
	case m.Reached != nil && m.LateDays > 0:
		r.State, r.Late = q.T("晚 ", "reached late by ")+days+q.T("完成", ""), q.T("晚 ", "late ")+days
	case m.Reached != nil:
		r.State = q.T("按期完成", "reached in time")
	case m.LateDays > 0:
		r.State, r.Late = q.T("超期 ", "overdue by ")+days, q.T("超期 ", "overdue ")+days
	default:
		r.State = q.T("未到期", "not due yet")
	}
	end := today
	if m.Reached != nil {
		r.ReachedX, end = cal.end(m.On), m.On
	}
	if m.LateDays > 0 {
		r.LateX, r.LateW = r.DueX, max(2, tenth(cal.end(end)-r.DueX))
	}
	return r
}

// Wide is how long the plan is.
func (r ganttRow) Wide() float64 { return tenth(r.To - r.From) }

// middle is where a row's marks stand.
func (r ganttRow) middle() float64 { return r.Y + ganttHigh/2 }

// Diamond is the mark of the day in force.
func (r ganttRow) Diamond() string { return diamond(r.DueX, r.middle()) }

// Old is the mark of the day before it was moved.
func (m ganttMove) Old(y float64) string { return diamond(m.From, y) }

func diamond(x, y float64) string { return fmt.Sprintf("M%g %gl6 6-6 6-6-6Z", x, tenth(y-6)) }

// Tick stands in the mark of the day on which it was reached.
func (r ganttRow) Tick() string {
	return fmt.Sprintf("M%g %gl2.5 2.5 4-5", tenth(r.ReachedX-3), tenth(r.middle()))
}

// Square is the mark of the day on which its share was verified.
func (r ganttRow) Square() string {
	return fmt.Sprintf("M%g %gh8v8h-8Z", tenth(r.CheckedX-4), tenth(r.middle()+5))
}

// NowX and NowAnchor say where the words at today's line have room.
func (g gantt) NowX() float64 {
	if g.NowAnchor() == "end" {
		return tenth(g.Now - 4)
	}
	return tenth(g.Now + 4)
}

func (g gantt) NowAnchor() string {
	if g.Now > (calendarLeft+calendarRight)/2 {
		return "end"
	}
	return "start"
}

// LateLabelX and LateAnchor say where the words of a delay have room: after it, or before.
func (r ganttRow) LateLabelX() float64 {
	if r.LateAnchor() == "end" {
		return r.DueX - 10
	}
	return r.LateX + r.LateW + 10
}

func (r ganttRow) LateAnchor() string {
	if r.LateX+r.LateW > calendarRight-90 {
		return "end"
	}
	return "start"
}

// bands are the stretches in which the clock stood still.
func (g *gantt) bands(q *request, cal calendar, t *projections.Task) {
	add := func(spans []projections.Span, kind, words string) {
		for _, s := range spans {
			from, to := ledger.DateOf(s.From), ledger.DateOf(s.To.Add(-time.Millisecond))
			b := ganttBand{X: cal.x(from), Kind: kind, Words: fmt.Sprintf("%s:%s — %s", words, from, to)}
			b.W = max(2, tenth(cal.end(to)-b.X))
			if b.W > 60 {
				b.Short = words
			}
			b.Mid = tenth(b.X + b.W/2)
			g.Bands = append(g.Bands, b)
		}
	}
	add(t.Waits(q.At), "waits", q.T("等待协调,计时停", "waiting, the clock stands still"))
	add(t.Suspensions(q.At), "suspended", q.T("中止,计时停", "suspended, the clock stands still"))
}

// strip is the light of each month's end under the picture: the worse, the higher.
func (g *gantt) strip(q *request, cal calendar, lights []projections.MonthLight) {
	g.LightsTop = g.Bottom + 10
	for _, m := range lights {
		if m.Month < cal.From.Month() || m.Month > cal.To.Month() {
			continue
		}
		colour, means := q.Lang.StatusWords(projections.TaskStatus{Light: m.Light, Life: m.Life})
		l := ganttLight{X: cal.x(m.Month.First()) + .5, H: tenth(float64(heights[m.Light]) / stripHeight * ganttStrip), Light: m.Light, Words: string(m.Month) + " " + colour + " " + means}
		l.W = tenth(cal.end(m.Month.Last()) - l.X - .5)
		l.Y, l.Mid = tenth(g.LightsTop+ganttStrip-l.H), tenth(l.X+l.W/2)
		if l.W >= 14 {
			l.Name = string([]rune(colour)[:1])
		}
		g.Lights = append(g.Lights, l)
	}
}
