package ledger_test

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"ducha/ledger"

	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// example is the plausible statement that testdata holds for a kind.
func example(t testing.TB, k ledger.Kind) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "kinds", string(k)+".json"))
	require.NoError(t, err)
	return data
}

// object is a JSON object that a test can bend.
type object = map[string]any

func parseObject(t testing.TB, data []byte) object {
	t.Helper()
	var o object
	require.NoError(t, json.Unmarshal(data, &o))
	return o
}

func encode(t testing.TB, o object) []byte {
	t.Helper()
	data, err := json.Marshal(o, json.Deterministic(true))
	require.NoError(t, err)
	return data
}

func TestEveryKindHasAnExampleThatRoundTrips(t *testing.T) {
	files, err := filepath.Glob("testdata/kinds/*.json")
	require.NoError(t, err)
	assert.Len(t, files, len(ledger.Kinds()), "an example of every kind and of no other")
	for _, spec := range ledger.Kinds() {
		t.Run(string(spec.Kind), func(t *testing.T) {
			data := example(t, spec.Kind)
			s, err := ledger.Parse(data)
			require.NoError(t, err)
			assert.Equal(t, spec.Kind, s.Kind)
			assert.IsType(t, spec.New(), s.Body)
			assert.Equal(t, spec.Kind, ledger.KindOf(deref(s.Body)))

			again, err := ledger.Parse(s.Encode())
			require.NoError(t, err)
			assert.Equal(t, s, again)
			assert.Equal(t, s.Encode(), again.Encode())

			read, err := ledger.Read(data)
			require.NoError(t, err)
			assert.Equal(t, s, read, "what the door reads is what a projection reads")

			// Nothing that was said is lost: every member of the example is in what we encode.
			said, kept := parseObject(t, data), parseObject(t, s.Encode())
			for name, v := range said["data"].(object) {
				assert.Equal(t, v, kept["data"].(object)[name], name)
			}
			delete(said, "data")
			delete(kept, "data")
			assert.Equal(t, said, kept)
		})
	}
}

// Any CloudEvents reader understands our statements.
func TestCloudEventsReadsThem(t *testing.T) {
	for _, spec := range ledger.Kinds() {
		s, err := ledger.Parse(example(t, spec.Kind))
		require.NoError(t, err)
		var e event.Event
		require.NoError(t, e.UnmarshalJSON(s.Encode()), spec.Kind)
		require.NoError(t, e.Validate(), spec.Kind)
		assert.Equal(t, "1.0", e.SpecVersion())
		assert.Equal(t, s.ID.String(), e.ID())
		assert.Equal(t, string(s.Kind), e.Type())
		assert.Equal(t, "/ja2023/"+string(s.Source), e.Source())
		assert.Equal(t, s.Subject(), e.Subject())
		assert.True(t, s.Time.Equal(e.Time()))
		assert.Equal(t, string(s.Unit), e.Extensions()["unit"])
		assert.EqualValues(t, s.Basis, e.Extensions()["basis"])
		body := spec.New()
		require.NoError(t, json.Unmarshal(e.Data(), body))
		assert.Equal(t, s.Body, body)
	}
}

// Whatever is broken in the data of any kind is refused, and the message names
// the place.
func TestBrokenData(t *testing.T) {
	for _, spec := range ledger.Kinds() {
		t.Run(string(spec.Kind), func(t *testing.T) {
			schema := parseObject(t, spec.Schema())
			required, _ := schema["required"].([]any)
			for _, name := range required {
				refuse(t, spec.Kind, name.(string), func(data object) { delete(data, name.(string)) })
			}
			refuse(t, spec.Kind, "remark", func(data object) { data["remark"] = "另有说明" })
			for name, p := range schema["properties"].(object) {
				p := p.(object)
				refuse(t, spec.Kind, name, func(data object) { data[name] = nil })
				for _, bad := range wrong(p) {
					refuse(t, spec.Kind, name, func(data object) { data[name] = bad })
				}
			}
		})
	}
}

// wrong gives values that a property's schema must not take.
func wrong(p object) []any {
	var bad []any
	switch p["type"] {
	case "string":
		bad = append(bad, "", "  ", "\u3000", 7, []any{})
	case "number":
		bad = append(bad, "12", true)
		if p["maximum"] != nil {
			bad = append(bad, 101, -1, 100.0001)
		}
	case "integer":
		bad = append(bad, "12", 1.5)
		if p["minimum"] != nil {
			bad = append(bad, -1)
		}
	case "boolean":
		bad = append(bad, "true", 1)
	case "array":
		bad = append(bad, "x", []any{nil})
		if p["minItems"] != nil {
			bad = append(bad, []any{})
		}
	case "object":
		bad = append(bad, "x")
	}
	switch {
	case p["enum"] != nil:
		bad = append(bad, "purple")
	case p["format"] == "date":
		bad = append(bad, "2024-02-31", "2024-2-3", "2024-03-05T00:00:00Z", "20240305")
	case p["pattern"] != nil && strings.Contains(p["pattern"].(string), "[0-9a-f]{8}-"):
		bad = append(bad, "018e0b1c", "018E0B1C-2F6A-7C1D-9B1E-0C4F5A6B7C8D", "{018e0b1c-2f6a-7c1d-9b1e-0c4f5a6b7c8d}")
	case p["maxLength"] != nil:
		bad = append(bad, strings.Repeat("长", int(p["maxLength"].(float64))+1), "a\x00b", "a\x1b[31mb")
	case p["pattern"] != nil:
		bad = append(bad, "a b", "a\n", "中文", "../x", strings.Repeat("a", 65))
	}
	if p["maxLength"] == 200.0 && p["enum"] == nil {
		bad = append(bad, "one\nline", "one\u2028line")
	}
	return bad
}

// refuse bends the data of a kind's example and holds that it is refused.
func refuse(t *testing.T, k ledger.Kind, place string, bend func(object)) {
	t.Helper()
	e := parseObject(t, example(t, k))
	data := maps.Clone(e["data"].(object))
	bend(data)
	e["data"] = data
	_, err := ledger.Parse(encode(t, e))
	if !assert.Error(t, err, "%s with %s = %.60v", k, place, data[place]) {
		return
	}
	assert.Equal(t, ledger.Malformed, ledger.ClassOf(err))
	assert.Contains(t, err.Error(), place, "%s with %s = %.60v", k, place, data[place])
	assert.NotContains(t, err.Error(), "Go ", "no type of ours in a message for people")
}

func TestBrokenDataByHand(t *testing.T) {
	for _, c := range []struct {
		kind  ledger.Kind
		data  string
		rule  string
		place string
	}{
		{"progress.reported.v1", `{"period":"2024-13","percent":1,"summary":"甲"}`, "data.schema", "data/period"},
		{"progress.reported.v1", `{"period":"2024-3","percent":1,"summary":"甲"}`, "data.schema", "data/period"},
		{"progress.reported.v1", `{"period":"2024-03","percent":101,"summary":"甲"}`, "data.schema", "data/percent"},
		{"progress.reported.v1", `{"period":"2024-03","percent":1e400,"summary":"甲"}`, "data.json", "/percent"},
		{"progress.reported.v1", `{"period":"2024-03","percent":1e99999999,"summary":"甲"}`, "data.json", "/percent"},
		{"progress.reported.v1", `{"period":"2024-03","percent":-1e99999999999999999999,"summary":"甲"}`, "data.json", "/percent"},
		{"progress.reported.v1", `{"period":"2024-03","percent":1,"summary":"甲","evidence":[{"name":"乙","sha256":"AB"}]}`, "data.schema", "data/evidence/0/sha256"},
		{"progress.reported.v1", `{"period":"2024-03","percent":1,"summary":"甲","evidence":[{"name":"乙"}]}`, "data.schema", "sha256"},
		{"progress.reported.v1", `{"period":"2024-03","percent":1,"summary":"甲","summary":"乙"}`, "statement.json", "summary"},
		{"progress.reported.v1", `[]`, "data.schema", "data/"},
		{"progress.reported.v1", `null`, "data.schema", "data/"},
		{"annualplan.filed.v1", `{"year":2024.5,"summary":"甲","key_tasks":[{"task":"T01","milestone":"h","name":"乙","due":"2024-06-28","percent":4}]}`, "data.schema", "data/year"},
		{"annualplan.filed.v1", `{"year":2024,"summary":"甲","key_tasks":[{"task":"T01","milestone":"h","name":"乙","due":"2023-02-29","percent":4}]}`, "data.schema", "data/key_tasks/0/due"},
		{"policy.adopted.v1", `{}`, "data.schema", "lights"},
		{"charter.adopted.v1", `{"campaign":"a","title":"甲","clock":"recorded","from":"2024-01-02","to":"2024-01-01","root_key":"x","ledger_key":"x"}`, "charter.term", "2024-01-02 to 2024-01-01"},
		{"delegation.recorded.v1", `{"to":"officers/x","from":"2024-01-02","until":"2024-01-01","basis":"甲"}`, "delegation.term", "2024-01-02 to 2024-01-01"},
		{"inspection.authorised.v1", `{"code":"c","scope":"甲","tasks":["T01"],"from":"2024-01-02","to":"2024-01-01","inspectors":["inspectors/a"],"authority":"乙"}`, "inspection.term", "2024-01-02"},
		{"report.issued.v1", `{"title":"甲","from":"2024-01-02","to":"2024-01-01","sha256":"` + strings.Repeat("0", 64) + `"}`, "report.term", "2024-01-02"},
		{"extension.decided.v1", `{"request":"018e0b1c-2f6a-7c1d-9b1e-0c4f5a6b7c8d","granted":true,"reason":"甲"}`, "extension.date", "to"},
		{"content.sealed.v1", `{"reason":"甲"}`, "sealing.what", "neither"},
		{"content.sealed.v1", `{"statement":"018e0b1c-2f6a-7c1d-9b1e-0c4f5a6b7c8d","attachment":"` + strings.Repeat("0", 64) + `","reason":"甲"}`, "sealing.what", "both"},
	} {
		e := parseObject(t, example(t, c.kind))
		delete(e, "data")
		head := strings.TrimSuffix(string(encode(t, e)), "}")
		_, err := ledger.Parse([]byte(head + `,"data":` + c.data + `}`))
		require.Error(t, err, c.data)
		assert.ErrorIs(t, err, &ledger.Error{Rule: c.rule}, c.data)
		assert.Equal(t, ledger.Malformed, ledger.ClassOf(err), c.data)
		assert.Contains(t, err.Error(), c.place, c.data)
	}
}

func TestAttributesAreStrict(t *testing.T) {
	for _, c := range []struct {
		attribute string
		value     any
		rule      string
	}{
		{"specversion", "1.1", "statement.specversion"},
		{"specversion", nil, "statement.specversion"},
		{"id", "", "statement.id"},
		{"id", "018E0B1C-2F6A-7C1D-9B1E-0C4F5A6B7C8D", "statement.id"},
		{"id", "018e0b1c2f6a7c1d9b1e0c4f5a6b7c8d", "statement.id"},
		{"id", "urn:uuid:018e0b1c-2f6a-7c1d-9b1e-0c4f5a6b7c8d", "statement.id"},
		{"id", "018e0b1c-2f6a-1c1d-9b1e-0c4f5a6b7c8d", "statement.id"}, // version 1
		{"id", "018e0b1c-2f6a-7c1d-1b1e-0c4f5a6b7c8d", "statement.id"}, // of no variant
		{"id", "00000000-0000-0000-0000-000000000000", "statement.id"},
		{"type", "progress.reported.v2", "statement.type"},
		{"type", "", "statement.type"},
		{"type", "Progress.Reported.v1", "statement.type"},
		{"source", "ja2023/units/fgw", "statement.source"},
		{"source", "/ja2023/units/", "statement.source"},
		{"source", "/ja2023/units/fgw/x", "statement.source"},
		{"source", "/ja2023/people/fgw", "statement.source"},
		{"source", "/ja 2023/units/fgw", "statement.source"},
		{"subject", "tasks/", "statement.subject"},
		{"subject", "tasks/T.01", "statement.subject"}, // a dot would be a token more in the stream's subject
		{"subject", "tasks/*", "statement.subject"},
		{"subject", "tasks/_", "statement.subject"},
		{"subject", "units/fgw", "statement.subject"},
		{"subject", "units/sfj", "statement.subject"},
		{"subject", "campaign", "statement.subject"},
		{"time", "", "statement.time"},
		{"time", "2024-03-05", "statement.time"},
		{"time", "2024-03-05T09:12:00", "statement.time"},
		{"time", "2024-03-05 09:12:00+08:00", "statement.time"},
		{"time", "2024-03-05T9:12:00+08:00", "statement.time"},
		{"time", "2024-03-05T09:12:00,5+08:00", "statement.time"},
		{"time", "2024-03-05T09:12:00+0800", "statement.time"},
		{"time", "2024-02-30T09:12:00+08:00", "statement.time"},
		{"time", "1999-12-31T09:12:00+08:00", "statement.time"},
		{"time", "2101-01-01T00:00:00+08:00", "statement.time"},
		{"datacontenttype", "text/plain", "statement.datacontenttype"},
		{"unit", "", "statement.unit"},
		{"unit", "f.gw", "statement.unit"},
		{"unit", "发改委", "statement.unit"},
		{"unit", strings.Repeat("a", 41), "statement.unit"},
		{"basis", -1, "statement.attributes"},
		{"basis", 1.5, "statement.attributes"},
		{"basis", "128", "statement.attributes"},
		{"basis", 1 << 31, "statement.basis"},
		{"dataschema", "https://example.org/", "statement.attributes"},
		{"Unit", "fgw", "statement.attributes"},
	} {
		e := parseObject(t, example(t, "progress.reported.v1"))
		e[c.attribute] = c.value
		_, err := ledger.Parse(encode(t, e))
		require.Error(t, err, "%s = %v", c.attribute, c.value)
		assert.ErrorIs(t, err, &ledger.Error{Rule: c.rule}, "%s = %v", c.attribute, c.value)
		assert.Equal(t, ledger.Malformed, ledger.ClassOf(err))
	}
	for _, attribute := range []string{"specversion", "id", "type", "source", "subject", "time", "datacontenttype", "unit", "data"} {
		e := parseObject(t, example(t, "progress.reported.v1"))
		delete(e, attribute)
		_, err := ledger.Parse(encode(t, e))
		assert.Equal(t, ledger.Malformed, ledger.ClassOf(err), "without %s", attribute)
	}
}

func TestNotOneJSONObject(t *testing.T) {
	good := string(example(t, "task.reopened.v1"))
	for name, payload := range map[string]string{
		"nothing":        "",
		"no JSON":        "你好",
		"two values":     good + good,
		"bad UTF-8":      strings.Replace(good, "回头看", "\xff", 1),
		"half surrogate": strings.Replace(good, "回头看", `\ud800`, 1),
		"name twice":     strings.Replace(good, `"basis": 0`, `"basis": 0, "basis": 0`, 1),
		"array":          "[" + good + "]",
		"null":           "null",
	} {
		_, err := ledger.Parse([]byte(payload))
		assert.Equal(t, ledger.Malformed, ledger.ClassOf(err), name)
	}
}

func TestSubjectFitsTheKind(t *testing.T) {
	for _, spec := range ledger.Kinds() {
		for _, place := range []struct{ subject, unit string }{
			{"campaign", "hq"}, {"units/fgw", "fgw"}, {"units/hq", "hq"}, {"tasks/T01", "fgw"}, {"tasks/T01", "hq"}, {"campaign", "fgw"}, {"units/sfj", "fgw"},
		} {
			e := parseObject(t, example(t, spec.Kind))
			e["subject"], e["unit"] = place.subject, place.unit
			_, err := ledger.Parse(encode(t, e))
			fits := map[ledger.Scope]bool{
				ledger.AnyScope:      place.subject != "units/sfj" && (place.subject != "campaign" || place.unit == "hq"),
				ledger.CampaignScope: place.subject == "campaign" && place.unit == "hq",
				ledger.UnitScope:     place.subject == "units/"+place.unit,
				ledger.TaskScope:     strings.HasPrefix(place.subject, "tasks/"),
			}[spec.Scope]
			if fits {
				assert.NoError(t, err, "%s of %s", spec.Kind, place.subject)
			} else {
				assert.ErrorIs(t, err, &ledger.Error{Rule: "statement.subject"}, "%s of %s", spec.Kind, place.subject)
			}
		}
	}
}

// A wrong type that is near a kind is answered with those near it.
func TestUnknownTypeIsAnsweredHelpfully(t *testing.T) {
	e := parseObject(t, example(t, "card.granted.v1"))
	e["type"] = "card.withdrawn.v1"
	_, err := ledger.Parse(encode(t, e))
	assert.ErrorContains(t, err, "card.proposed.v1, card.granted.v1")
	e["type"] = "nonsense"
	_, err = ledger.Parse(encode(t, e))
	assert.ErrorContains(t, err, "ducha statement kinds")
}

// What is on record is read whatever it says: a kind or data that this version
// does not know is kept as it came, and encodes as it came.
func TestReadKeepsWhatItCannotKnow(t *testing.T) {
	for name, bend := range map[string]func(object){
		"kind of a later version": func(e object) { e["type"] = "progress.reported.v9" },
		"another noun":            func(e object) { e["type"] = "budget.moved.v1" },
		"data of another shape":   func(e object) { e["data"] = object{"period": 3.0} },
		"data that is no object":  func(e object) { e["data"] = "甲" },
	} {
		e := parseObject(t, example(t, "progress.reported.v1"))
		bend(e)
		s, err := ledger.Read(encode(t, e))
		require.NoError(t, err, name)
		u, ok := s.Body.(*ledger.Unknowable)
		require.True(t, ok, name)
		assert.NotEmpty(t, u.Err)
		assert.Equal(t, ledger.UnitID("fgw"), s.Unit)
		assert.Equal(t, ledger.TaskID("T01"), s.Task)
		assert.Equal(t, e, parseObject(t, s.Encode()), name)
	}
	e := parseObject(t, example(t, "progress.reported.v1"))
	e["data"].(object)["added_later"] = true
	s, err := ledger.Read(encode(t, e))
	require.NoError(t, err)
	assert.IsType(t, &ledger.ProgressReported{}, s.Body, "a member added later hides nothing")

	_, err = ledger.Read([]byte(`{"specversion":"1.0"}`))
	assert.Equal(t, ledger.Malformed, ledger.ClassOf(err), "attributes are what a record stands by")
}

func TestFractionsOfASecondAreKept(t *testing.T) {
	e := parseObject(t, example(t, "progress.reported.v1"))
	e["time"] = "2024-03-05T09:12:00.123456+08:00"
	s, err := ledger.Parse(encode(t, e))
	require.NoError(t, err)
	assert.Equal(t, e["time"], parseObject(t, s.Encode())["time"])
}

func TestPartyUnit(t *testing.T) {
	u, ok := ledger.PartyID("units/fgw").Unit()
	assert.True(t, ok)
	assert.Equal(t, ledger.UnitID("fgw"), u)
	for _, p := range []ledger.PartyID{"root", "officers/units", "units/", "authorities/jiwei"} {
		_, ok := p.Unit()
		assert.False(t, ok, p)
	}
}

// deref is the value that a pointer to a body points to.
func deref(body any) any { return reflect.ValueOf(body).Elem().Interface() }
