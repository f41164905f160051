package archive

import (
	"encoding/binary"
	"fmt"

	"ducha/ledger"
)

// appendEntry adds an entry, of at most ledger.MaxEntry bytes, to a bundle.
func appendEntry(bundle, entry []byte) []byte {
	return append(binary.BigEndian.AppendUint16(bundle, uint16(len(entry))), entry...)
}

// parseBundle takes a bundle of so many entries apart. The entries share its
// memory.
func parseBundle(data []byte, count int) ([][]byte, error) {
	entries := make([][]byte, 0, count)
	rest := data
	for range count {
		if len(rest) < 2 {
			return nil, badBundle(len(entries), count, "its end")
		}
		n := int(binary.BigEndian.Uint16(rest))
		if len(rest) < 2+n {
			return nil, badBundle(len(entries), count, fmt.Sprintf("a length of %d and %d bytes after it", n, len(rest)-2))
		}
		entries = append(entries, rest[2:2+n:2+n])
		rest = rest[2+n:]
	}
	if len(rest) > 0 {
		return nil, badBundle(count, count, fmt.Sprintf("%d bytes after the last", len(rest)))
	}
	return entries, nil
}

func badBundle(have, count int, found string) error {
	return &ledger.Error{Class: ledger.Damaged, Rule: "archive.bundle", Found: fmt.Sprintf("after %d entries: %s", have, found),
		Want: fmt.Sprintf("%d entries, each after its length in two bytes", count)}
}

// bundleSize is how many bytes the first entries of a bundle take.
func bundleSize(entries [][]byte) (n int) {
	for _, e := range entries {
		n += 2 + len(e)
	}
	return n
}
