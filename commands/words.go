package commands

import (
	"cmp"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"ducha/ledger"
)

// Refusals are made in English, as programs keep them. People read them in Chinese:
// refusals.zh.txt has each phrase in both, and a test holds that no refusal that any
// transcript meets lacks its Chinese words.
//
//go:embed refusals.zh.txt
var refusalsZH string

// phrase is one line of the catalogue.
type phrase struct {
	says    *regexp.Regexp
	literal string // the longest part of it that is no placeholder: without it, it cannot match
	zh      string
	size    int // of what is not a placeholder
}

var phrases = sync.OnceValue(func() []phrase {
	var list []phrase
	for line := range strings.Lines(refusalsZH) {
		en, zh, ok := strings.Cut(strings.TrimRight(line, "\n"), " -> ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(en, "%s")
		p := phrase{zh: zh, size: len(en) - 2*(len(parts)-1)}
		for i := range parts {
			parts[i] = strings.ReplaceAll(parts[i], "%%", "%")
			if len(parts[i]) > len(p.literal) {
				p.literal = parts[i]
			}
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		p.says = regexp.MustCompile("(?s)^" + strings.Join(parts, "(.*?)") + "$")
		list = append(list, p)
	}
	slices.SortStableFunc(list, func(a, b phrase) int { return cmp.Compare(b.size, a.size) })
	return list
})

// Chinese puts what a refusal found, or what it would accept, into Chinese; where the
// catalogue has no words for it, it is given as it is, and false.
func Chinese(text string) (string, bool) {
	if faults := strings.Split(text, "; data/"); len(faults) > 1 { // several faults of one statement
		known := true
		for i, f := range faults {
			if i > 0 {
				f = "data/" + f
			}
			zh, ok := Chinese(f)
			faults[i], known = zh, known && ok
		}
		return strings.Join(faults, ";"), known
	}
	for _, p := range phrases() {
		if !strings.Contains(text, p.literal) {
			continue
		}
		found := p.says.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		zh := p.zh
		for n := len(found) - 1; n > 0; n-- { // %12 before %1
			zh = strings.ReplaceAll(zh, fmt.Sprintf("%%%d", n), value(found[n]))
		}
		return zh, true
	}
	return text, false
}

// value puts what stands in a phrase's place into Chinese: a kind by its name, a list
// one by one, a phrase of its own, or itself.
func value(text string) string {
	if k := ledger.Kind(text); k.Name() != text {
		return fmt.Sprintf("%s(%s)", k.Name(), text)
	}
	if inner, ok := strings.CutPrefix(text, "["); ok && strings.HasSuffix(inner, "]") {
		return values(strings.Fields(strings.TrimSuffix(inner, "]")))
	}
	if parts := strings.Split(text, " or the "); len(parts) > 1 {
		return values(parts)
	}
	if several.MatchString(text) {
		return values(strings.Split(text, " and "))
	}
	zh, _ := Chinese(text)
	return zh
}

// several are ids that a refusal lists in words: T01 and T06.
var several = regexp.MustCompile(`^[A-Za-z0-9/-]+( and [A-Za-z0-9/-]+)+$`)

func values(list []string) string {
	for i, v := range list {
		list[i] = value(v)
	}
	return strings.Join(list, "、")
}
