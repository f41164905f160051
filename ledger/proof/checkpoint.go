package proof

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ducha/ledger"
	"ducha/ledger/seal"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// maxSize is the most entries that a log may have: as many as a record can be
// numbered (RFC 8785 writes numbers as doubles).
const maxSize = 1 << 53

// Origin is the name of a ledger's log: ducha/<campaign>/<the first 16 digits of
// the ledger key's id>. Two ledgers of one campaign have two names.
func Origin(campaign ledger.LocalID, key seal.PublicKey) string {
	return fmt.Sprintf("ducha/%s/%.16s", campaign, key.ID())
}

// Checkpoint (检查点) is how large a log was and which root its tree had.
type Checkpoint struct {
	Origin string
	Size   uint64
	Root   tlog.Hash
}

// Body is the text that is signed: three lines.
func (c Checkpoint) Body() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
}

// Sign is the checkpoint as a signed note. The key must be an Ed25519 one: signed
// notes know no SM2.
func (c Checkpoint) Sign(key seal.PrivateKey) ([]byte, error) {
	public, err := edwards(key.Public())
	if err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: c.Body()}, signer{name: c.Origin, hash: keyHash(c.Origin, typeEd25519, public), sign: func(msg []byte) ([]byte, error) { return key.Sign(nil, msg) }})
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	return signed, nil
}

// The types of signature keys in signed notes.
const (
	typeEd25519     = 0x01
	typeCosignature = 0x04
)

// edwards is the 32 bytes of an Ed25519 key.
func edwards(key seal.PublicKey) (ed25519.PublicKey, error) {
	if key.Algorithm() != seal.Ed25519 {
		return nil, &ledger.Error{Class: ledger.BadSeal, Rule: "log.key", Found: fmt.Sprintf("a key of the algorithm %q", key.Algorithm()),
			Want: "an Ed25519 key: checkpoints and cosignatures (c2sp.org/signed-note) know no other here"}
	}
	der := key.DER()
	return ed25519.PublicKey(der[len(der)-ed25519.PublicKeySize:]), nil
}

// keyHash is the key id of a signed note.
func keyHash(name string, kind byte, key []byte) uint32 {
	h := sha256.Sum256(slices.Concat([]byte(name), []byte{'\n', kind}, key))
	return uint32(h[0])<<24 | uint32(h[1])<<16 | uint32(h[2])<<8 | uint32(h[3])
}

// signer makes a function a note.Signer.
type signer struct {
	name string
	hash uint32
	sign func(msg []byte) ([]byte, error)
}

func (s signer) Name() string                    { return s.name }
func (s signer) KeyHash() uint32                 { return s.hash }
func (s signer) Sign(msg []byte) ([]byte, error) { return s.sign(msg) }

// VerifierKey is the key of a log as signed notes write it ("vkey"):
// <origin>+<id>+<base64>. Outside tools take it.
func VerifierKey(origin string, key seal.PublicKey) (string, error) {
	public, err := edwards(key)
	if err != nil {
		return "", err
	}
	return note.NewEd25519VerifierKey(origin, public)
}

// LogVerifier verifies the checkpoints of a log.
func LogVerifier(origin string, key seal.PublicKey) (note.Verifier, error) {
	vkey, err := VerifierKey(origin, key)
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(vkey)
}

// OpenCheckpoint reads a checkpoint that the log signed. Signatures of others are
// passed over: see [Policy.Cosigned].
func OpenCheckpoint(signed []byte, log note.Verifier) (Checkpoint, error) {
	n, err := note.Open(signed, note.VerifierList(log))
	if err != nil {
		return Checkpoint{}, &ledger.Error{Class: ledger.BadSeal, Rule: "checkpoint.seal", Found: fmt.Sprintf("a checkpoint that is not signed as it should be: %v", err),
			Want: fmt.Sprintf("a signed note with a good signature of %s", log.Name())}
	}
	c, err := parseBody(n.Text)
	if err != nil {
		return c, err
	}
	if c.Origin != log.Name() {
		return Checkpoint{}, ledger.Malform("checkpoint.origin", fmt.Sprintf("a checkpoint of %.80q", c.Origin), fmt.Sprintf("one of %q", log.Name()))
	}
	return c, nil
}

// ReadCheckpoint reads what a checkpoint claims and believes no word of it.
func ReadCheckpoint(signed []byte) (Checkpoint, error) {
	body, _, err := split(signed)
	if err != nil {
		return Checkpoint{}, err
	}
	return parseBody(string(body))
}

func parseBody(text string) (Checkpoint, error) {
	fail := func(found string) (Checkpoint, error) {
		return Checkpoint{}, ledger.Malform("checkpoint.form", found, "a line of origin, a line of the size in decimal, a line of the root in base64 (c2sp.org/tlog-checkpoint)")
	}
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[len(lines)-1] != "" || slices.Contains(lines[:len(lines)-1], "") {
		return fail(fmt.Sprintf("%.60q", text))
	}
	size, err := decimal(lines[1])
	if err != nil {
		return fail(fmt.Sprintf("size %.40q", lines[1]))
	}
	root, err := parseHash(lines[2])
	if err != nil {
		return fail(fmt.Sprintf("root %.60q", lines[2]))
	}
	if size == 0 && root != EmptyRoot {
		return fail("no entry, and a root other than that of the empty tree")
	}
	return Checkpoint{Origin: lines[0], Size: size, Root: root}, nil
}

// decimal reads a number in the one way to write it.
func decimal(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || strconv.FormatUint(n, 10) != s || n > maxSize {
		return 0, fmt.Errorf("%.40q: want a decimal number of at most %d without leading zeroes", s, uint64(maxSize))
	}
	return n, nil
}

func parseHash(s string) (h tlog.Hash, err error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(raw) != len(h) || base64.StdEncoding.EncodeToString(raw) != s {
		return h, fmt.Errorf("%.60q: want 32 bytes in base64", s)
	}
	return tlog.Hash(raw), nil
}

func formatHash(h tlog.Hash) string { return base64.StdEncoding.EncodeToString(h[:]) }

// split is a note's body, with its last line feed, and its signature lines.
func split(signed []byte) (body []byte, lines []string, err error) {
	i := bytes.LastIndex(signed, []byte("\n\n"))
	if i < 0 || len(signed) == 0 || signed[len(signed)-1] != '\n' {
		return nil, nil, ledger.Malform("checkpoint.form", fmt.Sprintf("%.60q", signed), "a signed note: a text, an empty line, a line for each signature (c2sp.org/signed-note)")
	}
	body = signed[:i+1]
	for line := range strings.Lines(string(signed[i+2:])) {
		lines = append(lines, line)
	}
	return body, lines, nil
}
