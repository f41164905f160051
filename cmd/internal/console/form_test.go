package console_test

import (
	"encoding/json"
	"html"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ducha/cmd/internal/browser"
	"ducha/cmd/internal/report"
	"ducha/commands"
	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	formData  = regexp.MustCompile(`data-form="([^"]*)"`)
	formLinks = regexp.MustCompile(`href="(/submit/([a-z]+\.[a-z]+\.v\d+))"`)
)

// forms are the forms that a party is offered, by their kind, as the page has them.
func (w *world) forms(t *testing.T, c *http.Client) map[ledger.Kind]string {
	t.Helper()
	all := map[ledger.Kind]string{}
	_, body, _ := w.get(t, c, "/submit")
	for _, m := range formLinks.FindAllStringSubmatch(body, -1) {
		if all[ledger.Kind(m[2])] != "" {
			continue
		}
		status, page, _ := w.get(t, c, m[1])
		require.Equal(t, http.StatusOK, status, m[1])
		data := formData.FindStringSubmatch(page)
		require.NotNil(t, data, m[1])
		all[ledger.Kind(m[2])] = html.UnescapeString(data[1])
	}
	return all
}

// controls gives what a form has no control for, of what its schema requires, and of the
// fields that name statements those that offer none to choose.
const controls = `(async (data) => {
	const { Form } = await import("/static/form.js");
	const whole = new Form(data, new Map()).whole();
	document.getElementById("main").append(whole.element); // a label is of a document
	const missing = [];
	const walk = (schema, path, required) => {
		const at = [...path].join(".");
		if (schema.type === "object") {
			for (const [n, s] of Object.entries(schema.properties ?? {})) if (required && (schema.required ?? []).includes(n) || data.refs[[...path, n].join(".")]) walk(s, [...path, n], (schema.required ?? []).includes(n));
			return;
		}
		const box = whole.element.querySelector('[data-field="' + at + '"]');
		if (schema.type === "array" && schema.items.type === "object") {
			if (!box?.querySelector("button, input")) missing.push(at);
			if (required) walk(schema.items, path, true);
			return;
		}
		const control = box?.querySelector("input, select, textarea, button, li.note");
		if (!control) missing.push(at);
		const choice = box?.querySelector("select, input[type=checkbox], li.note");
		if (data.refs[at] && !choice) missing.push(at + " has no candidates");
		if (control?.matches("input, select, textarea") && !control.labels?.length) missing.push(at + " has no label");
	};
	walk(data.schema, [], true);
	whole.element.remove();
	return missing;
})`

// Every kind that somebody may sign has a form that can be filled in: a control with a
// label for each field that is required, statements to choose where one is named. What no
// party of the campaign signs in a browser is what the charter's own keys say.
func TestEveryKindHasAForm(t *testing.T) {
	w := readWorld(t)
	tab := browser.Open(t)
	w.logIn(t, tab, "units/ggb", "/submit")
	offered := map[ledger.Kind]bool{}
	for name, party := range parties {
		if party == "" {
			continue
		}
		for kind, data := range w.forms(t, w.reader(t, party)) {
			if offered[kind] && name != "office" {
				continue // the same form, of another
			}
			offered[kind] = true
			var missing []string
			tab.Eval(controls+"("+data+")", &missing)
			assert.Empty(t, missing, "%s for %s", kind, name)
			var d struct {
				Refs map[string][]struct{ Value, Label string }
			}
			require.NoError(t, json.Unmarshal([]byte(data), &d))
			for field, list := range d.Refs {
				for _, x := range list {
					require.Regexp(t, `^20\d\d-\d\d-\d\d .+\(第 \d+ 条\)$`, x.Label, "%s of %s says what it is", field, kind)
				}
			}
		}
	}
	for _, s := range ledger.Kinds() {
		by := commands.Speakers[s.Kind]
		only := slices.Equal(by, []commands.Speaker{commands.Root}) || slices.Equal(by, []commands.Speaker{commands.Ledger})
		assert.Equal(t, !only, offered[s.Kind], "%s, of %v", s.Kind, by)
	}
}

var enumOf = regexp.MustCompile(`"enum":\s*\[([^\]]*)\]`)

// What the format spells in English is said in Chinese, in forms and of records.
func TestEveryWordOfTheFormatIsSaidInChinese(t *testing.T) {
	script, err := os.ReadFile("static/form.js")
	require.NoError(t, err)
	tried := 0
	for _, s := range ledger.Kinds() {
		for _, m := range enumOf.FindAllStringSubmatch(string(s.Schema()), -1) {
			for _, quoted := range strings.Split(m[1], ",") {
				word := strings.Trim(quoted, "\" \n\t")
				assert.NotEqual(t, word, report.Word(word, projections.Chinese), "of a record of %s", s.Kind)
				assert.Regexp(t, `[ {]"?`+regexp.QuoteMeta(word)+`"?: \["\p{Han}`, string(script), "in the form of %s", s.Kind)
				tried++
			}
		}
	}
	assert.Greater(t, tried, 40)
}

// The forms that are most to fill in are filled in, shown in words, and recorded.
func TestLongFormsAreSubmitted(t *testing.T) {
	w := newWorld(t)
	tab := browser.Open(t)
	submit := func() {
		t.Helper()
		tab.Click("#check")
		tab.Until(`!document.getElementById("preview").hidden`)
		tab.Click("#classified")
		tab.Eval(`document.getElementById("pem") === null`, nil)
		tab.Click("#sign")
		tab.Until(`!document.getElementById("receipt").hidden`)
	}
	w.logIn(t, tab, "officers/zhihuizhang", "/submit")
	tab.Go(w.base + "/submit/policy.adopted.v1")
	tab.Until(`!document.getElementById("statement").hidden`)
	tab.Shoot("form-policy")
	tab.Fill(`[data-field=name] input`, "口径(2026 年修订)")
	tab.Fill(`[data-field=in_force] input`, "2026-01-05")
	tab.Fill(`[data-field=basis] input`, "指挥部专题会议纪要")
	submit()

	// A form whose data was written elsewhere is filled in from the file.
	tab.Go(w.base + "/submit/policy.adopted.v1")
	tab.Until(`!document.getElementById("statement").hidden`)
	tab.Eval(`{
		const file = new DataTransfer();
		file.items.add(new File(['{"name":"自文件","colour":1}'], "body.json"));
		const input = document.getElementById("body-file");
		input.files = file.files;
		input.dispatchEvent(new Event("change"));
	}`, nil)
	tab.Until(`[...document.querySelectorAll("#statement .fault")].some((f) => !f.hidden && f.textContent.includes("colour"))`)
}
