package ledger_test

import (
	"testing"
	"time"

	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	require.NoError(t, err)
	return at
}

// "Every month" is the calendar month in Asia/Shanghai: it turns at 16:00 UTC.
func TestShanghaiMidnight(t *testing.T) {
	for s, want := range map[string]struct {
		date  ledger.Date
		month ledger.Month
	}{
		"2024-02-29T15:59:59.999Z":      {"2024-02-29", "2024-02"},
		"2024-02-29T16:00:00Z":          {"2024-03-01", "2024-03"},
		"2023-12-31T16:00:00Z":          {"2024-01-01", "2024-01"},
		"2024-03-01T00:00:00+08:00":     {"2024-03-01", "2024-03"},
		"2024-02-29T23:59:59.999+08:00": {"2024-02-29", "2024-02"},
		"2024-02-29T12:00:00-08:00":     {"2024-03-01", "2024-03"},
	} {
		assert.Equal(t, want.date, ledger.DateOf(instant(t, s)), s)
		assert.Equal(t, want.month, ledger.MonthOf(instant(t, s)), s)
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	for at := instant(t, "2000-01-01T00:00:00Z"); at.Year() < 2040; at = at.Add(1001 * time.Hour) {
		assert.Equal(t, at.In(zone).Format(time.RFC3339), at.In(ledger.Shanghai).Format(time.RFC3339))
	}
}

func TestDate(t *testing.T) {
	d := ledger.Date("2024-02-28")
	assert.Equal(t, ledger.Date("2024-02-29"), d.Add(1))
	assert.Equal(t, ledger.Date("2024-03-01"), d.Add(2))
	assert.Equal(t, ledger.Date("2024-01-31"), d.Add(-28))
	assert.Equal(t, ledger.Date("2025-02-28"), d.Add(366))
	assert.Equal(t, 366, ledger.Date("2025-02-28").DaysSince(d))
	assert.Equal(t, -2, d.DaysSince("2024-03-01"))
	assert.Equal(t, ledger.Month("2024-02"), d.Month())
	assert.Equal(t, "2024-02-27T16:00:00Z", d.Start().UTC().Format(time.RFC3339Nano))
	assert.Equal(t, "2024-02-28T15:59:59.999Z", d.End().UTC().Format(time.RFC3339Nano))
	assert.True(t, ledger.Date("2024-02-31").Start().IsZero())

	got, err := ledger.ParseDate("2024-02-29")
	require.NoError(t, err)
	assert.Equal(t, ledger.Date("2024-02-29"), got)
	for _, bad := range []string{"", "2024-02-31", "2023-02-29", "2024-2-29", "2024-02-29 ", "29.02.2024", "2024-00-01"} {
		_, err := ledger.ParseDate(bad)
		assert.ErrorIs(t, err, &ledger.Error{Rule: "date"}, bad)
	}
}

func TestMonth(t *testing.T) {
	for m, last := range map[ledger.Month]ledger.Date{
		"2024-01": "2024-01-31", "2024-02": "2024-02-29", "2023-02": "2023-02-28", "2024-04": "2024-04-30", "2024-12": "2024-12-31",
	} {
		assert.Equal(t, last, m.Last())
		assert.Equal(t, ledger.Date(m)+"-01", m.First())
	}
	assert.Equal(t, ledger.Month("2024-01"), ledger.Month("2023-11").Add(2))
	assert.Equal(t, ledger.Month("2022-12"), ledger.Month("2023-11").Add(-11))
}

func TestDatesAgreeWithInstants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.UnixMilli(rapid.Int64Range(946684800000, 4102444800000).Draw(t, "at"))
		d := ledger.DateOf(at)
		assert.False(t, at.Before(d.Start()))
		assert.False(t, at.After(d.End()), "to the millisecond, every instant is of one day")
		assert.Equal(t, d.Month(), ledger.MonthOf(at))
		n := rapid.IntRange(-4000, 4000).Draw(t, "days")
		assert.Equal(t, n, d.Add(n).DaysSince(d))
		assert.Equal(t, d < d.Add(n), n > 0, "dates compare as strings")
		m := d.Month()
		assert.Equal(t, m.Add(1), m.Last().Add(1).Month())
		assert.Equal(t, m, m.Add(n).Add(-n))
	})
}

func TestParseInstant(t *testing.T) {
	for s, want := range map[string]string{
		"2024-08-15":                "2024-08-15T23:59:59.999+08:00",
		"2024-12-31":                "2024-12-31T23:59:59.999+08:00",
		"2024-02":                   "2024-02-29T23:59:59.999+08:00",
		"2023-02":                   "2023-02-28T23:59:59.999+08:00",
		"2024-12":                   "2024-12-31T23:59:59.999+08:00",
		"2024-08-15T17:00:00+08:00": "2024-08-15T17:00:00+08:00",
		"2024-08-15T17:00:00.5Z":    "2024-08-16T01:00:00.5+08:00",
	} {
		at, err := ledger.ParseInstant(s)
		require.NoError(t, err, s)
		assert.Equal(t, want, at.In(ledger.Shanghai).Format(time.RFC3339Nano), s)
	}
	for _, bad := range []string{"", "2024", "2024-13", "2024-02-30", "yesterday", "2024-08-15T17:00:00", " 2024-08-15", "2024-8"} {
		_, err := ledger.ParseInstant(bad)
		assert.ErrorIs(t, err, &ledger.Error{Class: ledger.Malformed, Rule: "as-of"}, bad)
	}
}

func TestAddMonths(t *testing.T) {
	for _, c := range []struct {
		from ledger.Date
		n    int
		want ledger.Date
	}{
		{"2024-08-31", 6, "2025-02-28"}, {"2023-08-31", 6, "2024-02-29"}, {"2024-06-12", 6, "2024-12-12"},
		{"2024-12-31", 1, "2025-01-31"}, {"2024-01-31", 1, "2024-02-29"}, {"2024-05-31", 1, "2024-06-30"},
	} {
		assert.Equal(t, c.want, c.from.AddMonths(c.n), "%s and %d months", c.from, c.n)
	}
}

// Days are read and written by hand, for speed, as package time does it.
func TestDaysAreThoseOfPackageTime(t *testing.T) {
	const layout = "2006-01-02"
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-1e11, 1e12).Draw(t, "seconds"), 0).In(time.FixedZone("", rapid.IntRange(-43200, 43200).Draw(t, "zone")))
		assert.Equal(t, at.In(ledger.Shanghai).Format(layout), string(ledger.DateOf(at)))
		assert.Equal(t, at.In(ledger.Shanghai).Format("2006-01"), string(ledger.MonthOf(at)))

		text := rapid.OneOf(rapid.StringMatching(`[0-9]{4}-[01][0-9]-[0-3][0-9]`), rapid.StringMatching(`[-+ 0-9/]{9,11}`), rapid.String()).Draw(t, "text")
		want, err := time.ParseInLocation(layout, text, ledger.Shanghai)
		if err != nil {
			want = time.Time{}
		}
		assert.Equal(t, want, ledger.Date(text).Start(), text)
	})
}
