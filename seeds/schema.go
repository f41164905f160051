package seeds

import (
	_ "embed"
	"encoding/json"
	"reflect"

	"github.com/invopop/jsonschema"
)

//go:embed example.yaml
var example []byte

// Example is a plan of one's own to begin with: a made-up campaign, with what
// each part is for in its comments.
func Example() []byte { return example }

// Schema is the JSON Schema (draft 2020-12) of a plan, made from its types, for
// editors that complete and check YAML. What a schema cannot say, [ParsePlan] and
// [Rehearse] check.
func Schema() []byte {
	r := &jsonschema.Reflector{Anonymous: true, DoNotReference: true, RequiredFromJSONSchemaTags: true}
	schema := r.ReflectFromType(reflect.TypeFor[Plan]())
	schema.ID = "https://ducha.invalid/plan"
	schema.Title = "实施方案"
	out, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		panic(err) // a schema made from our own types always encodes
	}
	return append(out, '\n')
}
