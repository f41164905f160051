package proof

import (
	"fmt"
	"strings"

	"ducha/ledger"

	"golang.org/x/mod/sumdb/tlog"
)

// AddCheckpoint is what a log asks of a witness (c2sp.org/tlog-witness): to cosign
// a checkpoint, given that it continues the one of size Old.
type AddCheckpoint struct {
	Old        uint64
	Proof      []tlog.Hash // of consistency; none when Old is 0
	Checkpoint []byte      // the signed note
}

// Encode is the body of the request.
func (a AddCheckpoint) Encode() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "old %d\n", a.Old)
	for _, h := range a.Proof {
		b.WriteString(formatHash(h) + "\n")
	}
	b.WriteString("\n")
	b.Write(a.Checkpoint)
	return []byte(b.String())
}

// ParseAddCheckpoint reads the body of a request and verifies nothing yet.
func ParseAddCheckpoint(body []byte) (AddCheckpoint, error) {
	fail := func(found string) (AddCheckpoint, error) {
		return AddCheckpoint{}, ledger.Malform("witness.request", found, "old <size>, at most 63 lines of base64 hashes, an empty line, a checkpoint (c2sp.org/tlog-witness)")
	}
	head, checkpoint, ok := strings.Cut(string(body), "\n\n")
	lines := strings.Split(head, "\n")
	old, ok2 := strings.CutPrefix(lines[0], "old ")
	if !ok || !ok2 {
		return fail(fmt.Sprintf("%.40q", body))
	}
	a := AddCheckpoint{Checkpoint: []byte(checkpoint)}
	var err error
	if a.Old, err = decimal(old); err != nil {
		return fail("old " + err.Error())
	}
	if len(lines) > 1+maxProof {
		return fail(fmt.Sprintf("%d hashes", len(lines)-1))
	}
	for _, line := range lines[1:] {
		h, err := parseHash(line)
		if err != nil {
			return fail(err.Error())
		}
		a.Proof = append(a.Proof, h)
	}
	return a, nil
}
