package console_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
	"ducha/seeds"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var offered = regexp.MustCompile(`href="(/submit/[a-z]+\.[a-z]+\.v\d+\?[^"]*)"`)

// What a page offers is admitted once people fill in what only they can say: who is to
// speak, when, about what, is right in the offer itself.
func TestNothingIsOfferedThatWouldBeRefused(t *testing.T) {
	w := readWorld(t)
	tried := map[string]bool{}
	answerable := w.records("notice.issued.v1", "card.granted.v1", "inspection.concluded.v1")
	require.NotEmpty(t, answerable)
	for _, party := range []ledger.PartyID{"units/ggb", "units/fgw", "units/kjj", "units/gzw", "units/sthjj", "officers/zhihuizhang", "officers/changwu", "officers/fuzhi-1", "inspectors/ducha-1", "authorities/jiwei", "authorities/zuzhibu", "auditors/shenji"} {
		c := w.reader(t, party)
		for _, path := range append([]string{"/", "/dispatch", "/meetings", "/escalation", "/inspections", "/meetings/pack?on=2025-12-31&cutoff=2025-12-29"}, answerable...) {
			status, body, _ := w.get(t, c, path)
			if status == http.StatusForbidden {
				continue
			}
			require.Equal(t, http.StatusOK, status, "%s for %s", path, party)
			for _, m := range offered.FindAllStringSubmatch(body, -1) {
				link := html.UnescapeString(m[1])
				answer := w.tryOffer(t, c, party, link)
				assert.Empty(t, answer, "%s offers %s %s", path, party, link)
				tried[strings.Split(strings.TrimPrefix(link, "/submit/"), "?")[0]] = true
			}
		}
	}
	assert.Greater(t, len(tried), 12, "%v", tried)
}

// records are the pages of the records of some kinds.
func (w *world) records(kinds ...ledger.Kind) (paths []string) {
	w.node.View.Read(func(c *projections.Campaign, _ uint64) {
		for _, e := range c.Index.Statements {
			if slices.Contains(kinds, e.Kind) {
				paths = append(paths, fmt.Sprintf("/records/%d", e.Sequence))
			}
		}
	})
	slices.Sort(paths)
	return paths
}

// tryOffer asks whether what an offer leads to would be admitted, with the fields that
// it leaves open filled in by what their schema takes. It gives what is wrong.
func (w *world) tryOffer(t *testing.T, c *http.Client, party ledger.PartyID, link string) string {
	t.Helper()
	body := w.statement(t, party, link, nil)
	res, err := c.Post(w.base+"/api/v1/checks", "application/json", strings.NewReader(string(body)))
	require.NoError(t, err)
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	if res.StatusCode == http.StatusOK {
		return ""
	}
	return fmt.Sprintf("%d %s\n%s", res.StatusCode, answer, body)
}

// statement is what an offer leads to, as the form makes it.
func (w *world) statement(t *testing.T, party ledger.PartyID, link string, over map[string]any) []byte {
	t.Helper()
	u, err := url.Parse(link)
	require.NoError(t, err)
	kind := ledger.Kind(strings.TrimPrefix(u.Path, "/submit/"))
	spec, ok := kind.Spec()
	require.True(t, ok, link)
	q := u.Query()
	var schema schemaNode
	require.NoError(t, json.Unmarshal(spec.Schema(), &schema))
	data := map[string]any{}
	for name, s := range schema.Properties {
		if v := s.filled(name, q[name], required(schema.Required, name)); v != nil {
			data[name] = v
		}
	}
	for name, v := range over {
		if data[name] = v; v == nil {
			delete(data, name)
		}
	}
	subject := "units/" + q.Get("unit")
	if task := q.Get("task"); task != "" {
		subject = "tasks/" + task
	} else if q.Get("unit") == "hq" {
		subject = "campaign"
	}
	body, err := json.Marshal(map[string]any{"specversion": "1.0", "id": uuid.Must(uuid.NewV7()), "type": kind, "source": "/ja2023/" + party, "subject": subject,
		"time": w.now().In(ledger.Shanghai).Format("2006-01-02T15:04:05+08:00"), "datacontenttype": "application/json", "unit": q.Get("unit"), "basis": w.node.View.Sequence(), "data": data})
	require.NoError(t, err)
	return body
}

// offer is where a page offers a party to say a kind, with all of some words in it.
func (w *world) offer(t *testing.T, party ledger.PartyID, path string, kind ledger.Kind, words ...string) string {
	t.Helper()
	_, body, _ := w.get(t, w.reader(t, party), path)
	for _, m := range offered.FindAllStringSubmatch(body, -1) {
		link := html.UnescapeString(m[1])
		if strings.HasPrefix(link, "/submit/"+string(kind)+"?") && !slices.ContainsFunc(words, func(s string) bool { return !strings.Contains(link, s) }) {
			return link
		}
	}
	t.Fatalf("%s offers %s no %s %v:\n%v", path, party, kind, words, moves(body))
	return ""
}

// does says what a page offers a party, with its own words over what is filled in.
func (w *world) does(t *testing.T, party ledger.PartyID, path string, kind ledger.Kind, over map[string]any, words ...string) {
	t.Helper()
	payload := w.statement(t, party, w.offer(t, party, path, kind, words...), over)
	e, err := seal.Seal(rand.Reader, seeds.Keys(seed)[party], seal.PayloadTypeStatement, payload)
	require.NoError(t, err)
	res, err := http.Post(w.base+"/api/v1/statements", "application/json", strings.NewReader(string(e.Encode())))
	require.NoError(t, err)
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Less(t, res.StatusCode, 300, "%s says %s\n%s", party, payload, answer)
}

type schemaNode struct {
	Type       string                `json:"type"`
	Format     string                `json:"format"`
	Enum       []string              `json:"enum"`
	Items      *schemaNode           `json:"items"`
	MinItems   int                   `json:"minItems"`
	Properties map[string]schemaNode `json:"properties"`
	Required   []string              `json:"required"`
}

func required(list []string, name string) bool {
	return strings.Contains(" "+strings.Join(list, " ")+" ", " "+name+" ")
}

// filled is a field's value: as the offer has it, or something that a person could say.
// A reason for skipping a step is one of these.
func (s schemaNode) filled(name string, given []string, need bool) any {
	switch {
	case name == "evidence" && s.Items != nil && s.Items.Type == "object": // files
		return []any{map[string]any{"name": "现场.jpg", "sha256": strings.Repeat("5f", 32), "size": 5}}
	case s.Type == "array":
		list := []any{}
		for _, g := range given {
			list = append(list, s.Items.filled(name, []string{g}, true))
		}
		for need && len(list) < max(s.MinItems, 1) {
			list = append(list, s.Items.filled(name, nil, true))
		}
		if len(list) == 0 {
			return nil
		}
		return list
	case s.Type == "object":
		if !need && name != "tests" {
			return nil
		}
		out := map[string]any{}
		for n, p := range s.Properties {
			if v := p.filled(n, nil, true); v != nil {
				out[n] = v
			}
		}
		return out
	}
	v := strings.Join(given, "")
	switch {
	case v != "":
		if s.Type == "number" || s.Type == "integer" {
			return json.Number(v)
		}
		return v
	case name == "skipped":
		return "情况重大,越级办理。"
	case name == "answer" && !need: // of a notice, to a unit that does not accept the facts
		return "已核实,不予采纳。"
	case !need:
		return nil
	case s.Type == "boolean":
		return true
	case s.Type == "number" || s.Type == "integer":
		return 50
	case len(s.Enum) > 0:
		return s.Enum[0]
	case name == "on" || name == "from" || name == "to":
		return "2025-12-30"
	case s.Format == "date":
		return "2026-02-27"
	case name == "accepts":
		return "units/ggb"
	case name == "attended" || name == "unit":
		return "fgw"
	case name == "inspectors":
		return "inspectors/ducha-1"
	case name == "tasks":
		return "T12"
	case name == "code":
		return "DC-2026-99"
	}
	return "已按要求办理"
}

func (w *world) now() (at time.Time) {
	w.node.View.Read(func(c *projections.Campaign, _ uint64) { at = c.Index.Latest })
	return at
}
