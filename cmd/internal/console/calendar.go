package console

import (
	"math"

	"ducha/ledger"
)

// Pictures over time are as wide as this, in units of their own, and begin and end at
// the same places, so that they stand under one another month by month.
const (
	calendarLeft  = 190.0
	calendarRight = 990.0
	calendarWidth = 1000.0
)

// calendar puts days on a picture.
type calendar struct{ From, To ledger.Date }

// calendarTick is the beginning of a month; those that have no room for a name have none.
type calendarTick struct {
	X, Mid float64
	Name   string
	Year   bool // the year begins
}

func calendarOf(from, to ledger.Date) calendar {
	return calendar{from.Month().First(), max(to, from).Month().Last()}
}

// x is where a day begins; one that lies outside is at the edge.
func (c calendar) x(d ledger.Date) float64 {
	days := float64(c.To.Add(1).DaysSince(c.From))
	share := float64(d.DaysSince(c.From)) / days
	return tenth(calendarLeft + (calendarRight-calendarLeft)*min(1, max(0, share)))
}

// end is where a day ends.
func (c calendar) end(d ledger.Date) float64 { return c.x(d.Add(1)) }

// ticks are the months. Of many only each quarter's first is named.
func (c calendar) ticks() []calendarTick {
	var list []calendarTick
	months := c.To.Add(1).DaysSince(c.From) / 30
	for m := c.From.Month(); m <= c.To.Month(); m = m.Add(1) {
		t := calendarTick{X: c.x(m.First()), Mid: tenth((c.x(m.First()) + c.end(m.Last())) / 2), Year: m[5:] == "01"}
		number := string(m[5:])
		switch {
		case t.Year || m == c.From.Month():
			t.Name = string(m)
		case months <= 14, months <= 30 && (number == "04" || number == "07" || number == "10"), number == "07":
			t.Name = number
		}
		list = append(list, t)
	}
	return list
}

func tenth(f float64) float64 { return math.Round(f*10) / 10 }
