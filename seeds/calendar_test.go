package seeds

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ducha/ledger"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func weekend(d ledger.Date) bool {
	day := d.Start().Weekday()
	return day == time.Saturday || day == time.Sunday
}

func TestCalendarIsOfItsYears(t *testing.T) {
	years := Calendar()
	require.Len(t, years, 4)
	for i, y := range years {
		assert.Equal(t, 2023+i, y.Year)
		assert.Equal(t, ledger.Line("国办发明电〔"+strconv.Itoa(y.Year-1)+"〕"), y.Notice[:len("国办发明电〔2022〕")], "the notice is of the year before")
		assert.Contains(t, y.Off, ledger.Date(strconv.Itoa(y.Year)+"-10-01"))
		for _, list := range [][]ledger.Date{y.Off, y.Worked} {
			assert.True(t, slices.IsSorted(list), y.Year)
			assert.Len(t, slices.Compact(slices.Clone(list)), len(list), "%d: a day twice", y.Year)
			for _, d := range list {
				newYear := string(d) == strconv.Itoa(y.Year-1)+"-12-31"
				assert.True(t, strings.HasPrefix(string(d), strconv.Itoa(y.Year)+"-") || newYear, d)
			}
		}
		for _, d := range y.Worked {
			assert.True(t, weekend(d), "%s is worked and no weekend", d)
			assert.NotContains(t, y.Off, d)
		}
	}
}

// The State Council's rules on holidays (全国年节及纪念日放假办法) give 11 days a
// year, 13 from 2025 on: the weekdays that are off beyond them are worked on
// weekends.
func TestCalendarGivesTheDaysOfTheLaw(t *testing.T) {
	for _, y := range Calendar() {
		law := 11
		if y.Year >= 2025 {
			law = 13
		}
		given := -len(y.Worked)
		for _, d := range y.Off {
			if !weekend(d) {
				given++
			}
		}
		assert.Equal(t, law, given, y.Year)
	}
}

// The notices say how many days each holiday has.
func TestHolidaysHaveTheirLength(t *testing.T) {
	var years []struct {
		Holidays []holiday `yaml:"holidays"`
	}
	require.NoError(t, yaml.Unmarshal(calendarYAML, &years))
	want := []string{
		"元旦3 春节7 清明节1 劳动节5 端午节3 中秋节、国庆节8",
		"元旦1 春节8 清明节3 劳动节5 端午节1 中秋节3 国庆节7",
		"元旦1 春节8 清明节3 劳动节5 端午节3 国庆节、中秋节8",
		"元旦3 春节9 清明节3 劳动节5 端午节3 中秋节3 国庆节7",
	}
	for i, y := range years {
		var got []string
		for _, h := range y.Holidays {
			list, err := days(h.Days)
			require.NoError(t, err)
			got = append(got, h.Name+strconv.Itoa(len(list)))
		}
		assert.Equal(t, want[i], strings.Join(got, " "))
	}
}

func TestCalendarWithFaultsIsRefused(t *testing.T) {
	for spans, says := range map[string]string{
		"2024-02-30":             "2024-02-30",
		"2024-02-17..2024-02-10": "ends before it begins",
		"soon":                   "soon",
	} {
		_, err := parseCalendar([]byte("- {year: 2024, notice: n, holidays: [{name: 春节, days: [" + spans + "]}], worked: []}"))
		assert.ErrorContains(t, err, says)
		assert.ErrorContains(t, err, "calendar of 2024: 春节")
	}
	_, err := parseCalendar([]byte("- {year: 2024, of: []}"))
	assert.ErrorContains(t, err, `unknown field "of"`)
}
