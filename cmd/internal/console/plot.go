package console

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"ducha/ledger"
	"ducha/projections"
)

// A plot's rows, in units of the picture.
const (
	plotTop    = 30.0
	plotBottom = 190.0
	plotHeight = 200.0
)

// plot is readings through time against the target's line.
type plot struct {
	Width, Height, Left, Right float64
	Top, Bottom                float64
	Ticks                      []calendarTick
	Levels                     []level
	Goal                       level
	GoodTop, GoodHeight        float64 // the side of the line that reaches it
	Series                     []series
	Now                        float64
}

// level is a value on the upright axis.
type level struct {
	Y    float64
	Name string
}

// series is one thing that is measured.
type series struct {
	Name  string
	Path  string // of what was claimed, empty for a single reading
	Dash  string // of its line, so that two differ without colour
	Dots  []dot
	Label level
	At    float64 // of the label
}

// dot is a reading: what was claimed, and what was found of it.
type dot struct {
	X, Y   float64
	Found  bool
	FoundY float64
	Reach  bool // what counts of it reaches the line
	Words  string
}

// SquareX and SquareY are the corner of the mark of what was found.
func (d dot) SquareX() float64 { return tenth(d.X - 5) }
func (d dot) SquareY() float64 { return tenth(d.FoundY - 5) }

var dashes = []string{"", "7 4", "2 4", "10 3 2 3"}

func plotOf(q *request, c *projections.Campaign, x *projections.Target, all []projections.TargetReading) *plot {
	cal := readingCalendar(q, c, all)
	p := &plot{Width: calendarWidth, Height: plotHeight, Left: calendarLeft, Right: calendarRight, Top: plotTop, Bottom: plotBottom,
		Ticks: cal.ticks(), Now: cal.end(ledger.DateOf(q.At))}
	y := p.scale(x, all)
	p.Goal = level{y(*x.Value), q.T("目标 ", "goal ") + goalSign(x.TargetSet)}
	switch x.Op {
	case "ge", "gt":
		p.GoodTop, p.GoodHeight = min(y(math.Inf(1)), p.Goal.Y), math.Abs(p.Goal.Y-y(math.Inf(1)))
	case "le":
		p.GoodTop, p.GoodHeight = min(y(math.Inf(-1)), p.Goal.Y), math.Abs(p.Goal.Y-y(math.Inf(-1)))
	default:
		p.GoodTop, p.GoodHeight = p.Goal.Y-3, 6
	}
	at := map[string]int{}
	for _, r := range all {
		key := r.Measure + "\x00" + r.Of
		i, ok := at[key]
		if !ok {
			i = len(p.Series)
			at[key] = i
			p.Series = append(p.Series, series{Name: thingOf(x, r), Dash: dashes[i%len(dashes)]})
		}
		p.Series[i].add(q, x, r, cal.end(r.AsOf), y)
	}
	for i := range p.Series {
		p.Series[i].close(x.Shape == "count")
	}
	return p
}

// readingCalendar is over the campaign's term, and what was read of before and after.
func readingCalendar(q *request, c *projections.Campaign, all []projections.TargetReading) calendar {
	from, to := ledger.DateOf(q.At), ledger.DateOf(q.At)
	if c.Charter.From != "" {
		from, to = c.Charter.From, max(to, c.Charter.To)
	}
	for _, r := range all {
		from, to = min(from, r.AsOf), max(to, r.AsOf)
	}
	return calendarOf(from, to)
}

// goalSign is the goal as its line has it.
func goalSign(t ledger.TargetSet) string {
	sign := map[string]string{"ge": "≥", "le": "≤", "gt": ">", "eq": "="}[string(t.Op)]
	return strings.TrimSpace(sign + " " + number(*t.Value) + " " + string(t.Unit))
}

// scale fits the upright axis to the readings and the goal, and gives where a value
// stands. A better rank is a smaller one, and stands higher.
func (p *plot) scale(x *projections.Target, all []projections.TargetReading) func(float64) float64 {
	least, most := *x.Value, *x.Value
	for _, r := range all {
		least, most = min(least, r.Value), max(most, r.Value)
		if r.Judged != nil {
			least, most = min(least, r.Judged.Value), max(most, r.Judged.Value)
		}
	}
	pad := max((most-least)*.15, math.Abs(most)*.02, .5)
	least, most = least-pad, most+pad
	if x.Shape == "count" && least < 0 {
		least = 0
	}
	upside := x.Shape == "rank"
	if upside {
		least = max(least, 0)
	}
	y := func(v float64) float64 {
		share := min(1, max(0, (v-least)/(most-least)))
		if upside {
			share = 1 - share
		}
		return tenth(p.Bottom - (p.Bottom-p.Top)*share)
	}
	whole := slices.Contains([]ledger.TargetShape{"rank", "count", "exact", "nested-count"}, x.Shape)
	for _, v := range niceLevels(least, most, whole) {
		if math.Abs(y(v)-y(*x.Value)) > 12 {
			p.Levels = append(p.Levels, level{y(v), number(v)})
		}
	}
	return y
}

// niceLevels are a few round values between two, whole ones of what is counted.
func niceLevels(least, most float64, whole bool) []float64 {
	step := math.Pow(10, math.Floor(math.Log10(most-least)))
	for _, f := range []float64{.1, .2, .5, 1, 2, 5} {
		if s := step * f; (most-least)/s <= 5 {
			step = s
			break
		}
	}
	if whole {
		step = max(1, math.Round(step))
	}
	var list []float64
	for v := math.Ceil(least/step) * step; v <= most && len(list) < 12; v += step {
		list = append(list, math.Round(v*1e6)/1e6+0) // never -0
	}
	return list
}

func (s *series) add(q *request, x *projections.Target, r projections.TargetReading, at float64, y func(float64) float64) {
	d := dot{X: at, Y: y(r.Value), Reach: x.Reaches(r.Value), Words: fmt.Sprintf("%s %s%s %s", r.AsOf, s.Name, q.T(" 所报", " claimed"), number(r.Value))}
	if r.Judged != nil {
		d.Found, d.FoundY, d.Reach = true, y(r.Judged.Value), x.Reaches(r.Judged.Value)
		d.Words += q.T(",核定 ", ", found ") + number(r.Judged.Value)
	}
	s.Dots = append(s.Dots, d)
}

// close draws the line: a count that adds up goes by steps.
func (s *series) close(steps bool) {
	if len(s.Dots) > 1 {
		var b strings.Builder
		for i, d := range s.Dots {
			switch {
			case i == 0:
				fmt.Fprintf(&b, "M%g %g", d.X, d.Y)
			case steps:
				fmt.Fprintf(&b, "H%gV%g", d.X, d.Y)
			default:
				fmt.Fprintf(&b, "L%g %g", d.X, d.Y)
			}
		}
		s.Path = b.String()
	}
	last := s.Dots[len(s.Dots)-1]
	s.Label, s.At = level{last.Y - 9, s.Name}, min(last.X+4, calendarRight-90)
}
