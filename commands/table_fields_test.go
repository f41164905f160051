package commands_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"ducha/ledger"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inFields puts something wrong into each field that the kind's schema has and
// the good statement fills: what the schema forbids is refused, come what may;
// what it cannot know (a day that is long past, a task that nobody assigned) is
// answered by the rules, and written down.
func inFields(t *testing.T, out *bytes.Buffer, w *world, spec ledger.Spec, g good) {
	t.Helper()
	var schema, data map[string]any
	require.NoError(t, json.Unmarshal(spec.Schema(), &schema))
	require.NoError(t, json.Unmarshal([]byte(w.data(g.data)), &data))
	f := fields{t: t, w: w, g: g, answers: map[string][]string{}}
	f.walk("data", schema, data, func(v any) any { return v })
	f.law("data.more", with(data, "no-such-field", 1), "data.schema")
	for _, answer := range slices.Sorted(maps.Keys(f.answers)) {
		line(out, "wrong: "+answer, f.answers[answer])
	}
}

type fields struct {
	t       *testing.T
	w       *world
	g       good
	answers map[string][]string // by the rule: field=what was put there
}

// walk visits a value and all within it; put gives the statement's whole data
// with another value in its place.
func (f *fields) walk(path string, schema map[string]any, v any, put func(any) any) {
	switch v := v.(type) {
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		required, _ := schema["required"].([]any)
		for _, name := range slices.Sorted(maps.Keys(v)) {
			sub, ok := properties[name].(map[string]any)
			if !ok { // a map of the schema's additionalProperties
				continue
			}
			at := path + "." + name
			if slices.Contains(required, any(name)) {
				f.law(at+" is missing", put(without(v, name)), "data.schema")
			}
			f.walk(at, sub, v[name], func(x any) any { return put(with(v, name, x)) })
		}
	case []any:
		items, _ := schema["items"].(map[string]any)
		if least, _ := schema["minItems"].(float64); least > 0 {
			f.law(path+" is empty", put([]any{}), "data.schema")
		}
		if len(v) > 0 {
			f.walk(path+"[0]", items, v[0], func(x any) any { return put(slices.Concat([]any{x}, v[1:])) })
		}
	case string:
		f.text(path, schema, v, put)
	case float64:
		f.number(path, schema, put)
	case bool:
		f.note(path, fmt.Sprint(!v), put(!v))
	default:
		require.Fail(f.t, "a value of no kind", "%s: %T", path, v)
	}
}

func (f *fields) text(path string, schema map[string]any, v string, put func(any) any) {
	f.law(path+" is no text", put(7.0), "data.schema")
	pattern, _ := schema["pattern"].(string)
	switch {
	case schema["enum"] != nil:
		f.law(path+" is no such word", put("no-such-word"), "data.schema")
	case strings.HasPrefix(pattern, `^[0-9a-f]{8}-`):
		f.law(path+" is no id", put("T01"), "data.schema")
		f.not(path+" names nothing", put(nowhere.String()))
		f.not(path+" names the charter", put(f.w.charter()))
	case schema["format"] == "date":
		f.law(path+" is no day", put("2024-02-30"), "data.schema", "date", "data.json")
		f.note(path, "2019-01-01", put("2019-01-01"))
		f.note(path, "2031-12-31", put("2031-12-31"))
	case isMonth(v):
		f.law(path+" is no month", put("2024-13"), "data.schema", "date", "data.json")
		f.note(path, "2019-01", put("2019-01"))
		f.note(path, "2031-12", put("2031-12"))
	case strings.HasPrefix(pattern, `^(root|ledger`):
		f.note(path, "units/nobody", put("units/nobody"))
	case pattern == `^[0-9a-f]{64}$`:
		f.law(path+" is no digest", put("abc"), "data.schema")
		f.note(path, "unknown", put(strings.Repeat("0", 64)))
	case pattern == `^[A-Za-z0-9][A-Za-z0-9-]{0,39}$`:
		f.law(path+" is no id", put("a b"), "data.schema")
		f.note(path, "nobody", put("nobody"))
	default:
		f.law(path+" says nothing", put(" "), "data.schema", "key.form", "data.json")
	}
}

func isMonth(v string) bool { return len(v) == 7 && v[4] == '-' }

func (f *fields) number(path string, schema map[string]any, put func(any) any) {
	f.law(path+" is no number", put("7"), "data.schema")
	least, bounded := schema["minimum"].(float64)
	if bounded {
		f.law(path+" is too little", put(least-1), "data.schema")
	} else {
		f.note(path, "-1", put(-1.0))
	}
	if most, ok := schema["maximum"].(float64); ok {
		f.law(path+" is too much", put(most+1), "data.schema")
	} else {
		f.note(path, "1e6", put(1e6))
	}
}

// law holds that data are refused by one of the rules named.
func (f *fields) law(what string, data any, rules ...string) {
	answer := f.answer(data)
	assert.Contains(f.t, rules, answer, "%s: %s", f.g.kind, what)
}

// not holds that data are refused, and writes down by which rule.
func (f *fields) not(what string, data any) {
	answer := f.answer(data)
	assert.NotEqual(f.t, "recorded", answer, "%s: %s", f.g.kind, what)
	f.add(answer, what)
}

// note writes down what becomes of data.
func (f *fields) note(path, value string, data any) { f.add(f.answer(data), path+"="+value) }

func (f *fields) add(answer, what string) {
	f.answers[answer] = append(f.answers[answer], strings.TrimPrefix(strings.ReplaceAll(what, " ", "-"), "data."))
}

func (f *fields) answer(data any) string {
	text, err := json.Marshal(data, json.Deterministic(true))
	require.NoError(f.t, err)
	g := f.g
	g.data = string(text)
	return f.w.try(g)
}

// charter is the id of the first statement.
func (w *world) charter() string {
	if w.fold.State.Charter.Adopted.Sequence == 0 {
		return nowhere.String()
	}
	return w.fold.State.Charter.Adopted.ID.String()
}

func with(m map[string]any, name string, v any) map[string]any {
	out := maps.Clone(m)
	out[name] = v
	return out
}

func without(m map[string]any, name string) map[string]any {
	out := maps.Clone(m)
	delete(out, name)
	return out
}
