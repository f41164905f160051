package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/google/uuid"
	invopop "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Schema is the JSON Schema (draft 2020-12) of the kind's data, made from the
// tags of its Go type. It is both what a form is built from and what [Parse]
// enforces.
func (s Spec) Schema() []byte {
	r := &invopop.Reflector{
		Anonymous:      true,
		DoNotReference: true,
		Mapper: func(t reflect.Type) *invopop.Schema {
			if t == reflect.TypeFor[uuid.UUID]() {
				return pattern(`^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
			}
			return nil
		},
	}
	schema := r.ReflectFromType(s.body)
	schema.ID = invopop.ID("https://ducha.invalid/kinds/" + string(s.Kind))
	schema.Title = s.Name
	out, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		panic(err) // a schema made from our own types always encodes
	}
	return out
}

// compiled holds each kind's schema once it has been needed.
var compiled sync.Map // Kind -> *jsonschema.Schema

func (s Spec) compile() *jsonschema.Schema {
	if c, ok := compiled.Load(s.Kind); ok {
		return c.(*jsonschema.Schema)
	}
	got, _ := compiled.LoadOrStore(s.Kind, s.compileAnew())
	return got.(*jsonschema.Schema)
}

func (s Spec) compileAnew() *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(s.Schema()))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseRegexpEngine(readily)
	// A name without a scheme would be taken for a file below the working folder,
	// which a server may have lost.
	name := "ducha:///" + string(s.Kind)
	if err := c.AddResource(name, doc); err != nil {
		panic(err)
	}
	schema, err := c.Compile(name)
	if err != nil {
		panic(err)
	}
	return schema
}

// readily compiles a pattern. Those of texts take what almost all texts are made of
// without a look at the pattern: they are most of what there is to match.
func readily(pattern string) (jsonschema.Regexp, error) {
	re, err := regexp.Compile(pattern)
	if err != nil || pattern != linePattern && pattern != textPattern {
		return re, err
	}
	return texts{re}, nil
}

type texts struct{ *regexp.Regexp }

func (t texts) MatchString(s string) bool { return ordinary(s) || t.Regexp.MatchString(s) }

// ordinary says whether a text is of printable ASCII, ideographs and their common
// punctuation alone, and has something that can be seen: both patterns take it.
func ordinary(s string) (seen bool) {
	for _, r := range s {
		switch {
		case r > 0x20 && r < 0x7f, r >= 0x4e00 && r <= 0x9fff, r >= 0xff01 && r <= 0xff5e, r >= 0x3001 && r <= 0x3003, r >= 0x3008 && r <= 0x3011, r == 0x201c, r == 0x201d:
			seen = true
		case r != ' ':
			return false
		}
	}
	return seen
}

// validate holds data, one JSON value, against the kind's schema. The error
// names every place that is wrong and what would be right there.
func (s Spec) validate(data []byte) error {
	// Numbers are read as float64, as RFC 7493 has it: the validator's own reader
	// keeps them as text and does not survive one like 1e99999999.
	var doc any
	if err := jsonv2.Unmarshal(data, &doc); err != nil {
		return Malform("data.json", jsonFault(err), "one JSON object, numbers within the range of a double")
	}
	err := s.compile().Validate(doc)
	if err == nil {
		return nil
	}
	invalid, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return Malform("data.schema", err.Error(), "data after the schema of "+string(s.Kind))
	}
	var at []string
	leaves(invalid, func(e *jsonschema.ValidationError) {
		at = append(at, fmt.Sprintf("data/%s: %s", strings.Join(e.InstanceLocation, "/"), say(e.ErrorKind)))
	})
	slices.Sort(at) // the validator goes through maps
	return Malform("data.schema", strings.Join(at, "; "), fmt.Sprintf("data after the schema of %s (ducha statement schema %s)", s.Kind, s.Kind))
}

// say gives a fault in words; of our own patterns it says what they stand for.
func say(k jsonschema.ErrorKind) string {
	if p, ok := k.(*kind.Pattern); ok {
		switch p.Want {
		case linePattern:
			return "want one line that says something, without control characters"
		case textPattern:
			return "want a text that says something, without control characters"
		case idPattern:
			return fmt.Sprintf("%.60q is no id: want 1 to 40 letters, digits and hyphens", p.Got)
		}
	}
	return k.LocalizedString(message.NewPrinter(language.English))
}

func leaves(e *jsonschema.ValidationError, visit func(*jsonschema.ValidationError)) {
	if len(e.Causes) == 0 {
		visit(e)
	}
	for _, c := range e.Causes {
		leaves(c, visit)
	}
}
