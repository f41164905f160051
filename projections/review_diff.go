package projections

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"

	"ducha/ledger"

	"github.com/go-json-experiment/json"
)

// DigestOf is the SHA-256 of bytes, as statements write it.
func DigestOf(data []byte) ledger.Digest {
	sum := sha256.Sum256(data)
	return ledger.Digest(hex.EncodeToString(sum[:]))
}

// ReviewDifferences says where two reviews differ: a JSON pointer, and what each has
// there. Empty for equal bytes.
func ReviewDifferences(a, b []byte) []string {
	if string(a) == string(b) {
		return nil
	}
	var x, y any
	if err := json.Unmarshal(a, &x); err != nil {
		return []string{"the first is no JSON: " + err.Error()}
	}
	if err := json.Unmarshal(b, &y); err != nil {
		return []string{"the second is no JSON: " + err.Error()}
	}
	list := differences("", x, y)
	if len(list) == 0 {
		return []string{"the same values in other bytes"}
	}
	return list
}

func differences(at string, a, b any) []string {
	if reflect.DeepEqual(a, b) {
		return nil
	}
	var list []string
	switch x := a.(type) {
	case map[string]any:
		if y, ok := b.(map[string]any); ok {
			names := map[string]bool{}
			for _, m := range []map[string]any{x, y} {
				for name := range m {
					names[name] = true
				}
			}
			for _, name := range sorted(names) {
				list = append(list, differences(at+"/"+name, x[name], y[name])...)
			}
			return list
		}
	case []any:
		if y, ok := b.([]any); ok && len(x) == len(y) {
			for i := range x {
				list = append(list, differences(fmt.Sprintf("%s/%d", at, i), x[i], y[i])...)
			}
			return list
		}
	}
	return []string{fmt.Sprintf("%s: %s, %s", at, brief(a), brief(b))}
}

func sorted(names map[string]bool) []string {
	var list []string
	for name := range names {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func brief(v any) string {
	if v == nil {
		return "nothing"
	}
	data, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return fmt.Sprint(v)
	}
	if text := []rune(string(data)); len(text) > 80 {
		return string(text[:80]) + "…"
	}
	return string(data)
}
