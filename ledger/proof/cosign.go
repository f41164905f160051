package proof

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"

	"golang.org/x/mod/sumdb/note"
)

// Cosigner (见证人) signs that a checkpoint continues all that it saw of a log
// before. Its key must be of no other use: the signature does not cover its name.
type Cosigner struct {
	name   string
	key    seal.PrivateKey
	public ed25519.PublicKey
}

// NewCosigner makes a cosigner of a name, such as audit.example.org/ducha, and an
// Ed25519 key.
func NewCosigner(name string, key seal.PrivateKey) (Cosigner, error) {
	public, err := edwards(key.Public())
	if err != nil {
		return Cosigner{}, err
	}
	if name == "" || strings.ContainsAny(name, "+\n \t\r") || strings.ToValidUTF8(name, "") != name {
		return Cosigner{}, ledger.Malform("witness.name", fmt.Sprintf("%.60q", name), "a name without spaces and plus signs, such as audit.example.org/ducha")
	}
	return Cosigner{name: name, key: key, public: public}, nil
}

// Name is the cosigner's name in its signature lines.
func (c Cosigner) Name() string { return c.name }

// VerifierKey is the cosigner's key as policies write it.
func (c Cosigner) VerifierKey() string {
	return fmt.Sprintf("%s+%08x+%s", c.name, keyHash(c.name, typeCosignature, c.public), base64.StdEncoding.EncodeToString(append([]byte{typeCosignature}, c.public...)))
}

// Cosign is the signature line, with its line feed, over a checkpoint as of a
// time. It checks nothing of the checkpoint but its form: that is the witness's
// business.
func (c Cosigner) Cosign(signed []byte, at time.Time) ([]byte, error) {
	body, _, err := split(signed)
	if err != nil {
		return nil, err
	}
	if at.Unix() < 0 {
		return nil, fmt.Errorf("cosign: the time %s is before 1970", at)
	}
	stamp := binary.BigEndian.AppendUint64(nil, uint64(at.Unix()))
	alone, err := note.Sign(&note.Note{Text: string(body)}, signer{name: c.name, hash: keyHash(c.name, typeCosignature, c.public), sign: func(msg []byte) ([]byte, error) {
		sig, err := c.key.Sign(nil, cosigned(stamp, msg))
		return append(stamp, sig...), err
	}})
	if err != nil {
		return nil, fmt.Errorf("cosign: %w", err)
	}
	return alone[len(body)+1:], nil
}

func cosigned(stamp, body []byte) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(stamp), body)
}

// cosignatureVerifier verifies the lines of one cosigner.
type cosignatureVerifier struct {
	name   string
	hash   uint32
	public ed25519.PublicKey
}

func (v cosignatureVerifier) Name() string    { return v.name }
func (v cosignatureVerifier) KeyHash() uint32 { return v.hash }

// Verify takes a signature of type 0x04: eight bytes of time, then Ed25519's.
func (v cosignatureVerifier) Verify(msg, sig []byte) bool {
	return len(sig) == 8+ed25519.SignatureSize && binary.BigEndian.Uint64(sig) < 1<<63 && ed25519.Verify(v.public, cosigned(sig[:8], msg), sig[8:])
}

// vkey is a verifier key taken apart.
type vkey struct {
	name string
	hash uint32
	kind byte
	key  []byte
}

func parseVKey(text string) (vkey, error) {
	fail := func(why string) (vkey, error) {
		return vkey{}, ledger.Malform("witness.key", fmt.Sprintf("%.80q: %s", text, why), "a verifier key <name>+<id>+<base64> (c2sp.org/signed-note)")
	}
	name, rest, ok := strings.Cut(text, "+")
	id, encoded, ok2 := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.Strict().DecodeString(encoded)
	switch {
	case !ok || !ok2 || name == "" || err != nil || len(raw) < 2:
		return fail("not of that form")
	case strings.ContainsAny(name, " \t\r\n") || strings.ToValidUTF8(name, "") != name:
		return fail("the name has a space or is not UTF-8")
	}
	k := vkey{name: name, hash: keyHash(name, raw[0], raw[1:]), kind: raw[0], key: raw[1:]}
	if fmt.Sprintf("%08x", k.hash) != id {
		return fail(fmt.Sprintf("the id should be %08x: a character is wrong", k.hash))
	}
	if (k.kind == typeEd25519 || k.kind == typeCosignature) && len(k.key) != ed25519.PublicKeySize {
		return fail("an Ed25519 key has 32 bytes")
	}
	return k, nil
}

// NewCosignatureVerifier verifies the cosignatures of a witness by its verifier
// key, which must be of type 0x04.
func NewCosignatureVerifier(key string) (note.Verifier, error) {
	k, err := parseVKey(key)
	if err != nil {
		return nil, err
	}
	if k.kind != typeCosignature {
		return nil, ledger.Malform("witness.key", fmt.Sprintf("%s is a key of type 0x%02x", k.name, k.kind), "a key of type 0x04: Ed25519 cosignatures; this version knows no other")
	}
	return cosignatureVerifier{name: k.name, hash: k.hash, public: k.key}, nil
}

// NewLogVerifier verifies the checkpoints of a log by its verifier key, which must
// be of type 0x01.
func NewLogVerifier(key string) (note.Verifier, error) {
	k, err := parseVKey(key)
	if err != nil {
		return nil, err
	}
	if k.kind != typeEd25519 {
		return nil, ledger.Malform("log.key", fmt.Sprintf("%s is a key of type 0x%02x", k.name, k.kind), "a key of type 0x01: Ed25519")
	}
	return note.NewVerifier(key)
}

// AddSignatures is a signed note with further signature lines. A key that has a
// line keeps it: nobody needs two of one key. What is no signature line is an
// error; whether a signature is good is not looked at.
func AddSignatures(signed, lines []byte) ([]byte, error) {
	_, have, err := split(signed)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, line := range have {
		who, err := signatory(line)
		if err != nil {
			return nil, err
		}
		seen[who] = true
	}
	var more []string
	for line := range strings.Lines(string(lines)) {
		who, err := signatory(line)
		if err != nil {
			return nil, err
		}
		if !seen[who] {
			seen[who], more = true, append(more, line)
		}
	}
	slices.Sort(more)
	return append(slices.Clone(signed), strings.Join(more, "")...), nil
}

// signatory is the name and the key id of a signature line.
func signatory(line string) (string, error) {
	rest, dash := strings.CutPrefix(line, "— ")
	rest, feed := strings.CutSuffix(rest, "\n")
	name, encoded, space := strings.Cut(rest, " ")
	raw, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err == nil && len(raw) < 5 {
		err = errors.New("too short")
	}
	if !dash || !feed || !space || name == "" || err != nil {
		return "", ledger.Malform("checkpoint.form", fmt.Sprintf("%.60q", line), "a signature line: — <name> <base64>")
	}
	return fmt.Sprintf("%s %x", name, raw[:4]), nil
}
