package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ducha/cmd/internal/node"
	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const receiptScript = "../../docs/examples/verify-receipt.sh"

// script runs verify-receipt.sh on a receipt.
func script(t *testing.T, receipt map[string]any, key string) (out string, good bool) {
	t.Helper()
	data, err := json.Marshal(receipt)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "receipt.json")
	require.NoError(t, os.WriteFile(path, data, 0o644))
	text, err := exec.CommandContext(t.Context(), receiptScript, path, key).CombinedOutput()
	return string(text), err == nil
}

func get(t *testing.T, url string, v any) {
	t.Helper()
	r, err := http.Get(url)
	require.NoError(t, err)
	defer r.Body.Close()
	require.Equal(t, http.StatusOK, r.StatusCode, url)
	require.NoError(t, json.NewDecoder(r.Body).Decode(v))
}

// A sealed receipt is checked with openssl, jq and xxd, by a script that has
// docs/format.md for its only source.
func TestAReceiptIsCheckedWithoutDucha(t *testing.T) {
	need(t, "bash", "openssl", "jq", "xxd", "base64")
	s, data := demo(t)
	key, err := node.ReadKey(node.LedgerKeyFile(data))
	require.NoError(t, err)
	public := filepath.Join(t.TempDir(), "ledger.pub")
	require.NoError(t, os.WriteFile(public, key.Public().PEM(), 0o644))

	seen := map[ledger.Family]bool{}
	var last map[string]any
	for after := uint64(0); ; {
		page, err := s.client().Feed(t.Context(), after, 500, 0)
		require.NoError(t, err)
		for _, st := range page.Statements {
			if seen[st.Type.Family()] {
				continue
			}
			seen[st.Type.Family()], last = true, map[string]any{}
			get(t, fmt.Sprintf("%s/api/v1/statements/%s/receipt?wait=sealed", s.base, st.ID), &last)
			out, good := script(t, last, public)
			require.True(t, good, "%s: %s", st.Type, out)
			assert.Contains(t, out, "good: "+string(st.Type))
		}
		if after = page.Last; len(page.Statements) == 0 {
			break
		}
	}
	require.GreaterOrEqual(t, len(seen), 7)

	proof := last["proof"].(string)
	for name, change := range map[string]func(map[string]any){
		"a field":       func(r map[string]any) { r["recorded"] = "2020-01-01T00:00:00.000Z" },
		"the statement": func(r map[string]any) { r["statement"] = r["statement"].(string) + " " },
		"the index": func(r map[string]any) {
			r["proof"] = regexp.MustCompile(`index \d+`).ReplaceAllString(proof, "index 3")
		},
		"a hash": func(r map[string]any) {
			r["proof"] = strings.Replace(proof, "\n\n", "\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n", 1)
		},
		"the checkpoint": func(r map[string]any) {
			r["proof"] = regexp.MustCompile(`\n(\d+)\n`).ReplaceAllString(proof, "\n9$1\n")
		},
		"the receipt, unsaid": func(r map[string]any) { delete(r, "proof") },
	} {
		changed := map[string]any{}
		for k, v := range last {
			changed[k] = v
		}
		change(changed)
		_, good := script(t, changed, public)
		assert.False(t, good, name)
	}
}

// The script puts every kind into its family.
func TestTheScriptKnowsEveryFamily(t *testing.T) {
	need(t, "bash")
	text, err := os.ReadFile(receiptScript)
	require.NoError(t, err)
	table := regexp.MustCompile(`(?s)case \$family in.*?esac`).FindString(string(text))
	require.NotEmpty(t, table)
	for _, s := range ledger.Kinds() {
		name := regexp.MustCompile(`\.v\d+$`).ReplaceAllString(string(s.Kind), "")
		out, err := exec.CommandContext(t.Context(), "bash", "-c", "family=$1; "+table+"; echo $family", "bash", name).Output()
		require.NoError(t, err)
		assert.Equal(t, string(s.Family), strings.TrimSpace(string(out)), s.Kind)
	}
}
