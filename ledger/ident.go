package ledger

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/go-json-experiment/json"
)

var (
	idRegexp    = regexp.MustCompile(idPattern)
	partyRegexp = regexp.MustCompile(partyPattern)
)

func isID(s string) bool    { return idRegexp.MatchString(s) }
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
