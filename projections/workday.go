package projections

import (
	"fmt"
	"slices"
	"time"

	"ducha/ledger"
)

// Calendar (工作日历) is the State Council's working-day calendar as a policy
// carries it: Monday to Friday are worked but for the days off; a Saturday or
// Sunday is worked where the calendar moves work onto it.
type Calendar map[int]ledger.WorkYear

// CalendarOf is the calendar of a policy.
func CalendarOf(p ledger.PolicyAdopted) Calendar {
	c := Calendar{}
	for _, y := range p.Calendar {
		c[y.Year] = y
	}
	return c
}

// UnknownYearError says that a calendar lacks a year.
type UnknownYearError struct{ Year int }

func (e *UnknownYearError) Error() string {
	return fmt.Sprintf("the working-day calendar has no year %d: adopt a policy that carries the State Council's notice for it", e.Year)
}

// Worked says whether a day is a working day.
func (c Calendar) Worked(d ledger.Date) (bool, error) {
	t := d.Start()
	y, ok := c[t.Year()]
	if !ok {
		return false, &UnknownYearError{t.Year()}
	}
	// A notice may move days at the turn of the year before it.
	next := c[t.Year()+1]
	off := slices.Contains(y.Off, d) || slices.Contains(next.Off, d)
	worked := slices.Contains(y.Worked, d) || slices.Contains(next.Worked, d)
	weekend := t.Weekday() == time.Saturday || t.Weekday() == time.Sunday
	return worked || !weekend && !off, nil
}

// After is the n-th working day after d; d itself does not count.
func (c Calendar) After(d ledger.Date, n int) (ledger.Date, error) {
	for n > 0 {
		d = d.Add(1)
		ok, err := c.Worked(d)
		if err != nil {
			return "", err
		}
		if ok {
			n--
		}
	}
	return d, nil
}

// LastOf is the n-th last working day of a month: 1 is the last one.
func (c Calendar) LastOf(m ledger.Month, n int) (ledger.Date, error) {
	for d := m.Last(); d.Month() == m; d = d.Add(-1) {
		ok, err := c.Worked(d)
		if err != nil {
			return "", err
		}
		if ok {
			n--
		}
		if n == 0 {
			return d, nil
		}
	}
	return "", fmt.Errorf("%s has fewer working days than asked for", m)
}

// Between counts the working days after one day, up to and with another: how long
// an answer took.
func (c Calendar) Between(from, to ledger.Date) (int, error) {
	n := 0
	for d := from.Add(1); d <= to; d = d.Add(1) {
		ok, err := c.Worked(d)
		if err != nil {
			return 0, err
		}
		if ok {
			n++
		}
	}
	return n, nil
}
