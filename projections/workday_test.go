package projections_test

import (
	"testing"

	"ducha/ledger"
	"ducha/projections"
	"ducha/seeds"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Trap 9: working days follow the State Council's yearly calendar, which is data.
func TestWorkingDaysOf2024(t *testing.T) {
	c := projections.CalendarOf(seeds.DefaultPolicy())
	n := 0
	for d := ledger.Date("2024-01-01"); d <= "2024-12-31"; d = d.Add(1) {
		got, err := c.Worked(d)
		require.NoError(t, err)
		assert.Equal(t, worked(string(d)), got, d)
		if got {
			n++
		}
	}
	assert.Equal(t, 251, n)
}

func TestCountingWorkingDays(t *testing.T) {
	c := projections.CalendarOf(seeds.DefaultPolicy())
	for _, x := range []struct {
		from ledger.Date
		n    int
		want ledger.Date
	}{
		{"2024-03-04", 0, "2024-03-04"},
		{"2024-03-04", 1, "2024-03-05"},
		{"2024-03-08", 1, "2024-03-11"}, // a weekend
		{"2024-02-09", 1, "2024-02-18"}, // the Spring Festival; a Sunday that is worked
		{"2024-02-09", 3, "2024-02-20"},
		{"2024-09-13", 1, "2024-09-14"}, // a Saturday that is worked
		{"2024-09-30", 1, "2024-10-08"},
	} {
		got, err := c.After(x.from, x.n)
		require.NoError(t, err)
		assert.Equal(t, x.want, got, "%d after %s", x.n, x.from)
	}
	for month, want := range map[ledger.Month]ledger.Date{
		"2024-01": "2024-01-25", "2024-02": "2024-02-23", "2024-03": "2024-03-25", "2024-04": "2024-04-25", "2024-09": "2024-09-25", "2024-12": "2024-12-25",
	} {
		got, err := c.LastOf(month, 5)
		require.NoError(t, err)
		assert.Equal(t, want, got, "the fifth-last working day of %s", month)
	}
	got, err := c.LastOf("2024-09", 2)
	require.NoError(t, err)
	assert.Equal(t, ledger.Date("2024-09-29"), got, "a Sunday that is worked")
	_, err = c.LastOf("2024-02", 28)
	assert.ErrorContains(t, err, "2024-02 has fewer working days")
}

// A notice for a year may move days at the end of the year before it.
func TestTheTurnOfTheYear(t *testing.T) {
	c := projections.Calendar{
		2024: {Year: 2024},
		2025: {Year: 2025, Off: []ledger.Date{"2024-12-31", "2025-01-01"}, Worked: []ledger.Date{"2024-12-28"}},
	}
	for d, want := range map[ledger.Date]bool{"2024-12-28": true, "2024-12-29": false, "2024-12-30": true, "2024-12-31": false, "2025-01-01": false, "2025-01-02": true} {
		got, err := c.Worked(d)
		require.NoError(t, err)
		assert.Equal(t, want, got, d)
	}
}

func TestAnUnknownYearIsAClearError(t *testing.T) {
	c := projections.CalendarOf(ledger.PolicyAdopted{Calendar: []ledger.WorkYear{{Year: 2024}}})
	_, err := c.Worked("2025-01-01")
	var unknown *projections.UnknownYearError
	require.ErrorAs(t, err, &unknown)
	assert.Equal(t, 2025, unknown.Year)
	assert.ErrorContains(t, err, "has no year 2025: adopt a policy")
	_, err = c.After("2024-12-30", 3)
	assert.ErrorAs(t, err, &unknown)
	_, err = c.LastOf("2023-05", 1)
	assert.ErrorAs(t, err, &unknown)
}
