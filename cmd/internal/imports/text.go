package imports

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"ducha/ledger"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// textSheet is what a table in text is called in a Doubtful.
const textSheet = "CSV"

// openText opens a form that is a table in text: CSV or TSV, in UTF-8, UTF-16 or
// GB18030 (of which GBK and GB 2312 are parts), with a mark at its beginning or without.
// Its headings are those of a form, in any order; they say which form it is.
func openText(data []byte) (*File, error) {
	text, err := decode(data)
	if err != nil {
		return nil, err
	}
	rows, err := split(text)
	if err != nil {
		return nil, err
	}
	var g *File
	var places []int
	for _, form := range []Form{Tasks, History} {
		x := &File{form: form, sheet: textSheet, columns: forms[form], problems: []Doubtful{}, first: "A2"}
		if at := x.heads(rows[0].values, false); g == nil || known(at) > known(places) {
			g, places = x, at
		}
	}
	if known(places) == 0 {
		return nil, ledger.Malform("import.form", fmt.Sprintf("headings %s", strings.Join(rows[0].values, ", ")), "those of a form: ducha template tasks|history -o FILE.csv")
	}
	for i := range rows {
		rows[i].places = places
	}
	g.below(rows[1:])
	return g, nil
}

func known(places []int) (n int) {
	for _, at := range places {
		if at >= 0 {
			n++
		}
	}
	return n
}

// split reads the rows of a text; the commas of a line of headings may be tabs or
// semicolons.
func split(text []byte) ([]line, error) {
	head, _, _ := bytes.Cut(text, []byte("\n"))
	comma := ','
	for _, c := range "\t;" {
		if bytes.Count(head, []byte(string(c))) > bytes.Count(head, []byte(string(comma))) {
			comma = c
		}
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord = comma, -1
	var rows []line
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, ledger.Malform("import.file", err.Error(), "a CSV file: a text that holds a comma, a line end or a quotation mark in quotation marks, and these doubled within it")
		}
		at, _ := r.FieldPos(0)
		rows = append(rows, line{row: at, values: fields})
	}
	if len(rows) == 0 {
		return nil, ledger.Malform("import.file", "an empty file", "an XLSX workbook or a CSV file: ducha template tasks|history")
	}
	return rows, nil
}

// wide says whether a text is in UTF-16, by its mark.
func wide(data []byte) bool {
	return bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff})
}

// decode gives a text in UTF-8 without a mark.
func decode(data []byte) ([]byte, error) {
	from := encoding.Encoding(nil)
	switch {
	case wide(data):
		from = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")), utf8.Valid(data):
		return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), nil
	default:
		from = simplifiedchinese.GB18030
	}
	text, err := from.NewDecoder().Bytes(data)
	if err != nil {
		return nil, ledger.Malform("import.file", err.Error(), "a text in UTF-8, UTF-16 or GB18030")
	}
	return bytes.TrimPrefix(text, []byte("\ufeff")), nil
}
