package ledger

import (
	"fmt"
	"time"

	"github.com/invopop/jsonschema"
)

// Shanghai is the zone of every date in the ledger: Asia/Shanghai, UTC+8, with
// no daylight saving since 1991.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

const (
	dateLayout  = "2006-01-02"
	monthLayout = "2006-01"
)

// Date is a calendar day in Asia/Shanghai, written 2024-03-05. Dates compare as
// strings.
type Date string

// DateOf is the day on which t falls in Asia/Shanghai.
func DateOf(t time.Time) Date {
	year, month, day := t.In(Shanghai).Date()
	if year < 0 || year > 9999 {
		return Date(t.In(Shanghai).Format(dateLayout))
	}
	digit := func(n int) byte { return byte('0' + n%10) }
	return Date([]byte{digit(year / 1000), digit(year / 100), digit(year / 10), digit(year), '-',
		digit(int(month) / 10), digit(int(month)), '-', digit(day / 10), digit(day)})
}

// ParseDate reads 2024-03-05.
func ParseDate(s string) (Date, error) {
	if _, err := time.ParseInLocation(dateLayout, s, Shanghai); err != nil {
		return "", Malform("date", fmt.Sprintf("%q is no date", s), "a calendar day such as 2024-08-15")
	}
	return Date(s), nil
}

// Start is the first instant of the day; the zero time for an ill-formed date.
func (d Date) Start() time.Time {
	year, month, day, ok := d.parts()
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, Shanghai)
	if !ok || t.Day() != day {
		return time.Time{}
	}
	return t
}

// parts are the day's numbers: days are reckoned with by the thousand, and package
// time takes some times as long to read them. Whether the month has such a day is
// not looked at.
func (d Date) parts() (year, month, day int, ok bool) {
	if len(d) != len(dateLayout) || d[4] != '-' || d[7] != '-' {
		return 0, 0, 0, false
	}
	for _, i := range [...]int{0, 1, 2, 3, 5, 6, 8, 9} {
		if d[i] < '0' || d[i] > '9' {
			return 0, 0, 0, false
		}
	}
	two := func(i int) int { return int(d[i]-'0')*10 + int(d[i+1]-'0') }
	year, month, day = two(0)*100+two(2), two(5), two(8)
	return year, month, day, month >= 1 && month <= 12 && day >= 1
}

// End is the last millisecond of the day.
func (d Date) End() time.Time { return d.Start().AddDate(0, 0, 1).Add(-time.Millisecond) }

// Add is the day n days later, or earlier when n is negative.
func (d Date) Add(n int) Date { return DateOf(d.Start().AddDate(0, 0, n)) }

// Month is the month of the day.
func (d Date) Month() Month { return MonthOf(d.Start()) }

// DaysSince counts the calendar days from o to d.
func (d Date) DaysSince(o Date) int { return int(d.Start().Sub(o.Start()).Hours() / 24) }

func (Date) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Format: "date"}
}

// AddMonths is the same day n months later, or the last day of that month where it
// has no such day.
func (d Date) AddMonths(n int) Date {
	t := d.Start()
	last := time.Date(t.Year(), t.Month()+time.Month(n)+1, 0, 0, 0, 0, 0, Shanghai)
	return DateOf(time.Date(last.Year(), last.Month(), min(t.Day(), last.Day()), 0, 0, 0, 0, Shanghai))
}

// Month is a calendar month in Asia/Shanghai, written 2024-03: the period (期次)
// of a monthly report. Months compare as strings.
type Month string

// MonthOf is the month in which t falls in Asia/Shanghai.
func MonthOf(t time.Time) Month {
	d := DateOf(t)
	return Month(d[:len(d)-len("-05")])
}

// First is the first day of the month.
func (m Month) First() Date { return Date(m) + "-01" }

// Last is the last day of the month.
func (m Month) Last() Date { return m.Add(1).First().Add(-1) }

// Add is the month n months later, or earlier when n is negative.
func (m Month) Add(n int) Month { return MonthOf(m.First().Start().AddDate(0, n, 0)) }

func (Month) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^[0-9]{4}-(0[1-9]|1[0-2])$`}
}

// ParseInstant reads what "as of" may hold: a day, which stands for its last
// millisecond in Asia/Shanghai, a month, which stands for its last day, or an
// RFC 3339 time.
func ParseInstant(s string) (time.Time, error) {
	if d, err := time.ParseInLocation(dateLayout, s, Shanghai); err == nil {
		return DateOf(d).End(), nil
	}
	if m, err := time.ParseInLocation(monthLayout, s, Shanghai); err == nil {
		return MonthOf(m).Last().End(), nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, Malform("as-of", fmt.Sprintf("%q is no date", s),
			"a day such as 2024-08-15, a month such as 2024-08, or a time such as 2024-08-15T17:00:00+08:00")
	}
	return t, nil
}
