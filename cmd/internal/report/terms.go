package report

import (
	"reflect"
	"strings"

	"ducha/projections"
)

// Term is what a field of a statement is called: its schema's title, or its name in
// English.
func Term(f reflect.StructField, l projections.Lang) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	label := strings.ReplaceAll(name, "_", " ")
	if title, ok := tagged(f.Tag.Get("jsonschema"), "title"); ok {
		return l.Pick(title, label)
	}
	return label
}

// Said reports whether a field of a statement says something: what is left out of the
// statement does not.
func Said(f reflect.StructField, v reflect.Value) bool {
	_, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	return !v.IsZero() || !strings.Contains(options, "omit")
}
