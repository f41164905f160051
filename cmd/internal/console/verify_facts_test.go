package console_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ducha/cmd/internal/doors"
	"ducha/commands"
	"ducha/ledger"
	"ducha/projections/trail"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write static/verify/codes.js and kinds.js, and docs/pictures, anew")

// scopes are what the verifier in the browser calls them.
var scopes = map[ledger.Scope]string{ledger.AnyScope: "any", ledger.CampaignScope: "campaign", ledger.UnitScope: "unit", ledger.TaskScope: "task"}

// The verifier in the browser runs from a file too, so it carries what it knows of the
// kinds and of the findings' words with it. Both are made from what the ledger itself
// enforces and says, and are held to that here.
func TestTheVerifierKnowsWhatTheLedgerKnows(t *testing.T) {
	for name, want := range map[string]string{"kinds.js": kindsModule(t), "codes.js": codesModule(t)} {
		path := filepath.Join("static", "verify", name)
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
		}
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, want, string(got), "go test ./cmd/internal/console -run TestTheVerifierKnows -update")
	}
}

// kindsModule has of each kind its family, its scope and the schema of its data. What
// only people read is left out of the schemas, and patterns stand once.
func kindsModule(t *testing.T) string {
	names := map[string]string{}
	var list []string
	var b strings.Builder
	b.WriteString("export const kinds = {\n")
	for _, s := range ledger.Kinds() {
		var schema any
		require.NoError(t, json.Unmarshal(s.Schema(), &schema))
		slim(schema, func(pattern string) string {
			if len(pattern) < 12 {
				return pattern
			}
			if names[pattern] == "" {
				names[pattern] = fmt.Sprintf("p%d", len(names))
				list = append(list, pattern)
			}
			return names[pattern]
		})
		fmt.Fprintf(&b, "  %q: { family: %q, scope: %q, schema: %s },\n", s.Kind, s.Family, scopes[s.Scope], compact(t, schema))
	}
	b.WriteString("};\n")
	var patterns strings.Builder
	patterns.WriteString("export const patterns = {\n")
	for _, p := range list {
		fmt.Fprintf(&patterns, "  %s: %s,\n", names[p], compact(t, p))
	}
	return "// The kinds of statements, made by TestTheVerifierKnowsWhatTheLedgerKnows from package\n// ledger: their family, what their subject must be, and the JSON Schema of their data.\n\n" +
		patterns.String() + "};\n\n" + b.String()
}

// slim leaves of a schema what is enforced.
func slim(schema any, pattern func(string) string) {
	s, ok := schema.(map[string]any)
	if !ok {
		return
	}
	for _, key := range []string{"$id", "$schema", "title", "description"} {
		delete(s, key)
	}
	if p, ok := s["pattern"].(string); ok {
		s["pattern"] = pattern(p)
	}
	slim(s["items"], pattern)
	slim(s["additionalProperties"], pattern)
	if members, ok := s["properties"].(map[string]any); ok {
		for _, name := range slices.Sorted(maps.Keys(members)) {
			slim(members[name], pattern)
		}
	}
}

func codesModule(t *testing.T) string {
	words := map[string][2]string{}
	for code, w := range trail.Codes {
		words[code] = [2]string{w.ZH, w.EN}
	}
	for rule, w := range doors.Words {
		if family, _, _ := strings.Cut(rule, "."); slices.Contains([]string{"receipt", "inclusion", "checkpoint", "witness"}, family) || rule == "policy.form" {
			if _, ok := words[rule]; !ok {
				words[rule] = [2]string{w[0], w[1]}
			}
		}
	}
	key := commands.Rules["log.key"]
	words["log.key"] = [2]string{key.ZH, key.EN}
	var b strings.Builder
	b.WriteString("// What a finding's code means, made by TestTheVerifierKnowsWhatTheLedgerKnows from what\n// ducha-verify and `ducha receipt verify` say.\n\nexport const words = {\n")
	for _, code := range slices.Sorted(maps.Keys(words)) {
		fmt.Fprintf(&b, "  %q: %s,\n", code, compact(t, words[code]))
	}
	return b.String() + "};\n"
}

func compact(t *testing.T, v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	require.NoError(t, e.Encode(v))
	return strings.TrimSpace(b.String())
}
