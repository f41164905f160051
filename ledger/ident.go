package ledger

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/go-json-experiment/json"
)

var (
	partyRegexp = regexp.MustCompile(partyPattern)
	// RFC 3339 in full: package time also takes a comma before the fraction and an
	// hour of one digit.
	timeRegexp = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$`)
)

// isID says what idPattern does.
func isID(s string) bool {
	if len(s) == 0 || len(s) > 40 || s[0] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i] | 0x20; (c < 'a' || c > 'z') && (s[i] < '0' || s[i] > '9') && s[i] != '-' {
			return false
		}
	}
	return true
}

func isParty(s string) bool { return partyRegexp.MatchString(s) }

// jsonFault says where in a JSON text an error lies, without Go's type names.
func jsonFault(err error) string {
	e, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return err.Error()
	}
	at := "at " + string(e.JSONPointer)
	if e.JSONPointer == "" {
		at = "at the top"
	}
	switch {
	case errors.Is(err, json.ErrUnknownName):
		return at + ": no such name"
	case len(e.JSONValue) > 0:
		return fmt.Sprintf("%s: %.60s does not fit", at, e.JSONValue)
	default:
		return fmt.Sprintf("%s: a JSON %s does not fit", at, e.JSONKind)
	}
}
