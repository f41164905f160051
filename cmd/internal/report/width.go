package report

import (
	"strings"
	"unicode"
)

var wide = map[rune]rune{',': '\uFF0C', ';': '\uFF1B', ':': '\uFF1A', '?': '\uFF1F', '!': '\uFF01', '(': '\uFF08', ')': '\uFF09'}

// fullWidth gives Chinese words of our own the punctuation that print has for them:
// full-width where it stands beside a Chinese character, or alone. It is not for
// what others signed.
func fullWidth(s string) string {
	in := []rune(s)
	han := func(i int) bool {
		return i >= 0 && i < len(in) && (unicode.Is(unicode.Han, in[i]) || strings.ContainsRune("\u3001\u3002\u300A\u300B\u201C\u201D\uFF08\uFF09", in[i]))
	}
	var open []bool // of the brackets that are open: were they made wide
	for i, r := range in {
		to, ok := wide[r]
		if !ok {
			continue
		}
		beside := len(in) == 1 || han(i-1) || han(i+1)
		switch r {
		case '(':
			open = append(open, beside)
		case ')':
			if n := len(open); n > 0 {
				beside, open = open[n-1], open[:n-1]
			}
		}
		if beside {
			in[i] = to
		}
	}
	return string(in)
}
