package ledger

import (
	"regexp"

	"github.com/go-json-experiment/json"

	"errors"
)

var (
	idRegexp    = regexp.MustCompile(idPattern)
	partyRegexp = regexp.MustCompile(partyPattern)
)

func isID(s string) bool    { return idRegexp.MatchString(s) }
func isParty(s string) bool { return partyRegexp.MatchString(s) }

// jsonFault says where in a JSON text an error lies, without Go's type names.
func jsonFault(err error) string {
	if e, ok := errors.AsType[*json.SemanticError](err); ok {
		if e.JSONPointer != "" {
			return "at " + string(e.JSONPointer) + ": " + err.Error()
		}
	}
	return err.Error()
}
