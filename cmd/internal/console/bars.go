package console

import (
	"fmt"
	"math"

	"ducha/ledger"
	"ducha/projections"
)

// yearPlot is a count that begins anew every year: a bar for each.
type yearPlot struct {
	Width, Height, Left, Right float64
	Top, Bottom                float64
	Goal                       level
	Bars                       []yearBar
}

// yearBar is a year: what was claimed, and in it what was found.
type yearBar struct {
	X, W, Y, H     float64
	InX, InW       float64 // of the bar within
	Found          bool
	FoundY, FoundH float64
	Mid            float64
	Year           int
	Value, Words   string
}

func yearsOf(q *request, x *projections.Target, last []projections.TargetReading) *yearPlot {
	p := &yearPlot{Width: calendarWidth, Height: plotHeight + 14, Left: calendarLeft, Right: calendarRight, Top: plotTop, Bottom: plotBottom}
	most := 1.0
	if x.Value != nil {
		most = *x.Value
	}
	for _, r := range last {
		most = max(most, r.Value)
	}
	most *= 1.25
	y := func(v float64) float64 { return tenth(p.Bottom - (p.Bottom-p.Top)*min(1, max(0, v/most))) }
	if x.Value != nil {
		p.Goal = level{y(*x.Value), q.T("目标 ", "goal ") + goalSign(x.TargetSet)}
	}
	wide := min(120, (p.Right-p.Left)/float64(len(last)))
	for i, r := range last {
		b := yearBar{X: tenth(p.Left + wide*float64(i) + wide*.2), W: tenth(wide * .6), Y: y(r.Value), Year: r.Year, Value: number(r.Value)}
		b.H, b.Mid = tenth(p.Bottom-b.Y), tenth(b.X+b.W/2)
		b.InX, b.InW = tenth(b.X+b.W*.25), tenth(b.W*.5)
		b.Words = fmt.Sprintf("%d%s %s", r.Year, q.T(" 年所报", " claimed"), number(r.Value))
		if r.Judged != nil {
			b.Found, b.FoundY = true, y(r.Judged.Value)
			b.FoundH = tenth(p.Bottom - b.FoundY)
			b.Words += q.T(",核定 ", ", found ") + number(r.Judged.Value)
			b.Value += q.T(" / 核 ", " / found ") + number(r.Judged.Value)
		}
		p.Bars = append(p.Bars, b)
	}
	return p
}

// thingPlot is things that are counted, or that each must reach the line: a bar for each.
type thingPlot struct {
	Width, Height, Left, Right float64
	Bottom                     float64
	Goal                       float64
	GoalWords                  string
	Things                     []thingBar
}

type thingBar struct {
	Y, W   float64
	Found  bool
	FoundX float64
	Name   string
	Value  string
	Good   bool
	Verb   string // reaches it, or does not
	Words  string
}

// SquareX is the corner of the mark of what was found.
func (t thingBar) SquareX() float64 { return tenth(t.FoundX - 5) }

const (
	thingTop  = 26.0
	thingHigh = 30.0
)

func thingsOf(q *request, x *projections.Target, last []projections.TargetReading) *thingPlot {
	p := &thingPlot{Width: calendarWidth, Left: calendarLeft, Right: calendarRight - 240}
	var goal float64
	var sign string
	switch {
	case x.Each != nil:
		goal, sign = x.Each.Value, conditionWords(q, string(x.Each.Op), x.Each.Value, string(x.Each.Unit))
	case x.Value != nil:
		goal, sign = *x.Value, conditionWords(q, string(x.Op), *x.Value, string(x.Unit))
	}
	most := goal
	for _, r := range last {
		most = max(most, r.Value)
	}
	at := func(v float64) float64 {
		return tenth(p.Left + (p.Right-p.Left)*min(1, max(0, v/max(most*1.1, math.SmallestNonzeroFloat64))))
	}
	for _, r := range last {
		if r.Of == "" && x.Each != nil {
			continue // the count itself, and no thing that is counted
		}
		value := r.Value
		b := thingBar{Y: thingTop + thingHigh*float64(len(p.Things)), W: tenth(at(r.Value) - p.Left), Name: clip(thingOf(x, r), 12), Value: number(r.Value)}
		if r.Judged != nil {
			value = r.Judged.Value
			b.Found, b.FoundX = true, at(value)
			b.Value += q.T(" / 核 ", " / found ") + number(value)
		}
		b.Good, b.Verb = x.Counts(value), q.T("✗ 未达", "✗ not")
		if b.Good {
			b.Verb = q.T("✓ 达到", "✓ reaches it")
		}
		b.Words = thingOf(x, r) + " " + b.Value + " " + b.Verb
		p.Things = append(p.Things, b)
	}
	p.Goal, p.GoalWords = at(goal), q.T("条件:", "to count: ")+sign
	p.Bottom = thingTop + thingHigh*float64(len(p.Things))
	p.Height = p.Bottom + 6
	return p
}

// markPlot is what was attained or not, day by day.
type markPlot struct {
	Width, Height, Left, Right float64
	Bottom                     float64
	Ticks                      []calendarTick
	Claims, Finds              []passMark
	Now                        float64
}

type passMark struct {
	X     float64
	Good  bool
	Known bool
	Sign  string
	Words string
}

func marksOf(q *request, c *projections.Campaign, all []projections.TargetReading) *markPlot {
	cal := readingCalendar(q, c, all)
	p := &markPlot{Width: calendarWidth, Height: 104, Bottom: 96, Left: calendarLeft, Right: calendarRight, Ticks: cal.ticks(), Now: cal.end(ledger.DateOf(q.At))}
	mark := func(r projections.TargetReading, value float64, met *bool) passMark {
		m := passMark{X: cal.end(r.AsOf), Known: met != nil, Good: met != nil && *met, Words: string(r.AsOf) + " " + readingWords(q, value, met)}
		switch {
		case met == nil:
			m.Sign = number(value)
		case *met:
			m.Sign = "✓"
		default:
			m.Sign = "✗"
		}
		return m
	}
	for _, r := range all {
		p.Claims = append(p.Claims, mark(r, r.Value, r.Met))
		if r.Judged != nil {
			p.Finds = append(p.Finds, mark(r, r.Judged.Value, r.Judged.Met))
		}
	}
	return p
}
