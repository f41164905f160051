package trail

import (
	"bytes"
	"fmt"
)

func (v *verification) compareKeys(want []byte) { v.compare("keys.differ", keysName, want) }

func (v *verification) compareStatus(want []byte) { v.compare("status.differ", statusName, want) }

// compare holds a file against what it should be, and names the first line that
// is not.
func (v *verification) compare(code, name string, want []byte) {
	got, ok := v.files[name]
	if !ok || bytes.Equal(got, want) {
		return
	}
	a, b := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	n := 0
	for n < len(a) && n < len(b) && bytes.Equal(a[n], b[n]) {
		n++
	}
	f := problem{code, lineAt(a, n), lineAt(b, n)}.in(name, nil)
	f.Line = n + 1
	v.add(f)
}

func lineAt(lines [][]byte, n int) string {
	if n >= len(lines) {
		return "no such line"
	}
	return fmt.Sprintf("%.200s", bytes.TrimSpace(lines[n]))
}
