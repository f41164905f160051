package seeds

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"ducha/ledger"

	"github.com/goccy/go-yaml"
)

//go:embed calendar.yaml
var calendarYAML []byte

var calendar = sync.OnceValue(func() []ledger.WorkYear {
	years, err := parseCalendar(calendarYAML)
	if err != nil {
		panic(err) // embedded, and held by a test
	}
	return years
})

// Calendar (工作日历) is the State Council's working-day calendar, year by year.
// Callers must not change its years; the list is their own.
func Calendar() []ledger.WorkYear { return slices.Clone(calendar()) }

// holiday (节日) is one line of a year's notice. Its days include the weekends
// within it.
type holiday struct {
	Name string   `yaml:"name"`
	Days []string `yaml:"days"`
}

func parseCalendar(data []byte) ([]ledger.WorkYear, error) {
	var raw []struct {
		Year     int       `yaml:"year"`
		Notice   string    `yaml:"notice"`
		Holidays []holiday `yaml:"holidays"`
		Worked   []string  `yaml:"worked"`
	}
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&raw); err != nil {
		return nil, fmt.Errorf("calendar: %w", err)
	}
	var years []ledger.WorkYear
	for _, y := range raw {
		year := ledger.WorkYear{Year: y.Year, Notice: ledger.Line(y.Notice)}
		var err error
		for _, h := range y.Holidays {
			off, err := days(h.Days)
			if err != nil {
				return nil, fmt.Errorf("calendar of %d: %s: %w", y.Year, h.Name, err)
			}
			year.Off = append(year.Off, off...)
		}
		if year.Worked, err = days(y.Worked); err != nil {
			return nil, fmt.Errorf("calendar of %d: %w", y.Year, err)
		}
		years = append(years, year)
	}
	return years, nil
}

// days spells out days and spans of days, 2024-02-10..2024-02-17.
func days(spans []string) ([]ledger.Date, error) {
	var list []ledger.Date
	for _, span := range spans {
		from, to, ok := strings.Cut(span, "..")
		if !ok {
			to = from
		}
		first, err := ledger.ParseDate(from)
		if err != nil {
			return nil, err
		}
		last, err := ledger.ParseDate(to)
		if err != nil {
			return nil, err
		}
		if last < first {
			return nil, fmt.Errorf("%s ends before it begins", span)
		}
		for d := first; d <= last; d = d.Add(1) {
			list = append(list, d)
		}
	}
	return list, nil
}
