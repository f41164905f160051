package proof

import (
	"encoding/base64"
	"fmt"
	"strings"

	"ducha/ledger"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Inclusion (包含证明) is a proof that an entry is in a log, c2sp.org/tlog-proof@v1.
type Inclusion struct {
	Extra      []byte // vouched for by nobody
	Index      uint64 // from 0: a record's sequence less one
	Hashes     []tlog.Hash
	Checkpoint []byte // the signed note, as it was published
}

const inclusionHead = "c2sp.org/tlog-proof@v1\n"

// maxProof is the most hashes that a proof has: as many as a tree has levels.
const maxProof = 63

// Encode is the proof as text, for a file .tlog-proof.
func (i Inclusion) Encode() []byte {
	var b strings.Builder
	b.WriteString(inclusionHead)
	if len(i.Extra) > 0 {
		fmt.Fprintf(&b, "extra %s\n", base64.StdEncoding.EncodeToString(i.Extra))
	}
	fmt.Fprintf(&b, "index %d\n", i.Index)
	for _, h := range i.Hashes {
		b.WriteString(formatHash(h) + "\n")
	}
	b.WriteString("\n")
	b.Write(i.Checkpoint)
	return []byte(b.String())
}

// ParseInclusion reads a proof and verifies nothing yet.
func ParseInclusion(data []byte) (Inclusion, error) {
	fail := func(found string) (Inclusion, error) {
		return Inclusion{}, ledger.Malform("inclusion.form", found, "a proof as c2sp.org/tlog-proof@v1 writes it")
	}
	text, ok := strings.CutPrefix(string(data), inclusionHead)
	if !ok {
		return fail(fmt.Sprintf("%.40q", data))
	}
	head, checkpoint, ok := strings.Cut(text, "\n\n")
	if !ok {
		return fail("no empty line before the checkpoint")
	}
	lines := strings.Split(head, "\n")
	i := Inclusion{Checkpoint: []byte(checkpoint)}
	if extra, ok := strings.CutPrefix(lines[0], "extra "); ok {
		raw, err := base64.StdEncoding.Strict().DecodeString(extra)
		if err != nil || len(raw) == 0 {
			return fail(fmt.Sprintf("extra %.40q", extra))
		}
		i.Extra, lines = raw, lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return fail("no line of the index")
	}
	var err error
	if i.Index, err = decimal(strings.TrimPrefix(lines[0], "index ")); err != nil {
		return fail("index " + err.Error())
	}
	if len(lines) > 1+maxProof {
		return fail(fmt.Sprintf("%d hashes", len(lines)-1))
	}
	for _, line := range lines[1:] {
		h, err := parseHash(line)
		if err != nil {
			return fail(err.Error())
		}
		i.Hashes = append(i.Hashes, h)
	}
	return i, nil
}

// Verify checks that the log signed a checkpoint whose tree holds the entry at the
// index, and gives the checkpoint. Who else signed it is for [Policy.Cosigned].
func (i Inclusion) Verify(entry []byte, log note.Verifier) (Checkpoint, error) {
	return i.VerifyHash(tlog.RecordHash(entry), log)
}

// VerifyHash is [Inclusion.Verify] for an entry of which only the leaf's hash is
// known.
func (i Inclusion) VerifyHash(leaf tlog.Hash, log note.Verifier) (Checkpoint, error) {
	c, err := OpenCheckpoint(i.Checkpoint, log)
	if err != nil {
		return c, err
	}
	if i.Index >= c.Size {
		return c, &ledger.Error{Class: ledger.Damaged, Rule: "inclusion.proof", Found: fmt.Sprintf("an entry at %d of a log of %d", i.Index, c.Size), Want: "an index below the size"}
	}
	if err := tlog.CheckRecord(i.Hashes, int64(c.Size), c.Root, int64(i.Index), leaf); err != nil {
		return c, &ledger.Error{Class: ledger.Damaged, Rule: "inclusion.proof", Found: fmt.Sprintf("the entry at %d and its hashes do not give the root %s of size %d", i.Index, formatHash(c.Root), c.Size),
			Want: "the entry that the log holds there", Err: err}
	}
	return c, nil
}
