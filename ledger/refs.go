package ledger

import (
	"reflect"
	"slices"
)

// Refs are the statements that a body names, each once, in the order of its fields. Of
// a body that this version cannot read none are known.
func Refs(body any) []Ref {
	var list []Ref
	refs(reflect.ValueOf(body), &list)
	return list
}

var refType = reflect.TypeFor[Ref]()

func refs(v reflect.Value, list *[]Ref) {
	switch {
	case v.Kind() == reflect.Pointer:
		if !v.IsNil() {
			refs(v.Elem(), list)
		}
	case v.IsValid() && v.Type() == refType:
		if ref := v.Interface().(Ref); ref != (Ref{}) && !slices.Contains(*list, ref) {
			*list = append(*list, ref)
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				refs(v.Field(i), list)
			}
		}
	case v.Kind() == reflect.Slice:
		switch v.Type().Elem().Kind() {
		case reflect.Struct, reflect.Pointer, reflect.Array, reflect.Slice:
			for i := range v.Len() {
				refs(v.Index(i), list)
			}
		}
	}
}
