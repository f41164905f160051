package proof

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ducha/ledger"

	"golang.org/x/mod/sumdb/note"
)

// Policy (信任策略) says which logs are meant, which witnesses are known, and which
// of them must have cosigned: c2sp.org/tlog-policy. The zero Policy knows nobody
// and asks for nobody.
type Policy struct {
	Logs      []PolicyLog
	Witnesses []PolicyWitness

	groups map[string]group
	quorum string // the name of a witness or group; empty for none
}

// PolicyLog is a log that the policy accepts.
type PolicyLog struct {
	VerifierKey string
	URL         string // may be empty
	Verifier    note.Verifier
}

// PolicyWitness is a witness that the policy knows. Name is the policy's own for
// it; the name in signature lines stands in the verifier key.
type PolicyWitness struct {
	Name        string
	VerifierKey string
	URL         string // may be empty
	Verifier    note.Verifier
}

type group struct {
	least   int
	members []string
}

// Cosignature is one that was verified.
type Cosignature struct {
	Witness string    // as the policy names it
	Time    time.Time // when the witness says that it signed
}

// maxPolicy is the most lines that a policy may have.
const maxPolicy = 1000

// ParsePolicy reads a policy. Every error names its line.
func ParsePolicy(data []byte) (Policy, error) {
	p := policyParser{policy: Policy{groups: map[string]group{}}, names: map[string]bool{"none": true}, keys: map[string]bool{}, member: map[string]bool{}}
	for i, line := range strings.Split(string(data), "\n") {
		if i >= maxPolicy {
			return Policy{}, malformPolicy(i+1, "more lines", fmt.Sprintf("at most %d", maxPolicy))
		}
		if strings.IndexFunc(line, func(r rune) bool { return r < 0x20 && r != '\t' || r == 0x7f }) >= 0 {
			return Policy{}, malformPolicy(i+1, fmt.Sprintf("%.40q", line), "no control characters but tabs and line feeds")
		}
		fields := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' })
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if err := p.line(fields); err != nil {
			return Policy{}, malformPolicy(i+1, err.Error(), "see c2sp.org/tlog-policy: log <vkey> [<url>], witness <name> <vkey> [<url>], group <name> all|any|<k> <name>..., quorum <name>|none")
		}
	}
	if !p.decided {
		return Policy{}, ledger.Malform("policy.form", "no quorum line", "one: quorum <name>, or quorum none")
	}
	return p.policy, nil
}

func malformPolicy(line int, found, want string) error {
	return ledger.Malform("policy.form", fmt.Sprintf("line %d: %s", line, found), want)
}

type policyParser struct {
	policy  Policy
	names   map[string]bool // of witnesses and groups, and "none"
	keys    map[string]bool // public keys that stand there
	member  map[string]bool // names that are members of a group
	decided bool
}

func (p *policyParser) line(f []string) error {
	switch {
	case f[0] == "log" && (len(f) == 2 || len(f) == 3):
		return p.log(f[1], slices.Concat(f[2:], []string{""})[0])
	case f[0] == "witness" && (len(f) == 3 || len(f) == 4):
		return p.witness(f[1], f[2], slices.Concat(f[3:], []string{""})[0])
	case f[0] == "group" && len(f) >= 4:
		return p.group(f[1], f[2], f[3:])
	case f[0] == "quorum" && len(f) == 2:
		return p.quorum(f[1])
	}
	return fmt.Errorf("%.60q", strings.Join(f, " "))
}

func (p *policyParser) log(key, url string) error {
	v, err := NewLogVerifier(key)
	if err != nil {
		return err
	}
	p.policy.Logs = append(p.policy.Logs, PolicyLog{VerifierKey: key, URL: url, Verifier: v})
	return p.once(key)
}

func (p *policyParser) witness(name, key, url string) error {
	v, err := NewCosignatureVerifier(key)
	if err != nil {
		return err
	}
	p.policy.Witnesses = append(p.policy.Witnesses, PolicyWitness{Name: name, VerifierKey: key, URL: url, Verifier: v})
	return errors.Join(p.name(name), p.once(key))
}

// once refuses a public key that stands there already, under whatever name.
func (p *policyParser) once(key string) error {
	k, err := parseVKey(key)
	if err == nil && p.keys[string(k.key)] {
		err = fmt.Errorf("the key of %s stands there already", k.name)
	}
	p.keys[string(k.key)] = true
	return err
}

func (p *policyParser) name(name string) error {
	if p.names[name] {
		return fmt.Errorf("the name %.40q is taken", name)
	}
	p.names[name] = true
	return nil
}

func (p *policyParser) group(name, least string, members []string) error {
	g := group{members: members}
	switch least {
	case "any":
		g.least = 1
	case "all":
		g.least = len(members)
	default:
		n, err := strconv.Atoi(least)
		if err != nil || strconv.Itoa(n) != least || n < 1 || n > len(members) {
			return fmt.Errorf("%.20q of %d members", least, len(members))
		}
		g.least = n
	}
	for _, m := range members {
		switch {
		case m == "none" || !p.names[m]:
			return fmt.Errorf("the member %.40q is not defined above", m)
		case p.member[m]:
			return fmt.Errorf("the member %.40q is in a group already", m)
		}
		p.member[m] = true
	}
	p.policy.groups[name] = g
	return p.name(name)
}

func (p *policyParser) quorum(name string) error {
	if p.decided {
		return errors.New("a second quorum line")
	}
	if !p.names[name] {
		return fmt.Errorf("the quorum %.40q is not defined above", name)
	}
	p.decided = true
	if name != "none" {
		p.policy.quorum = name
	}
	return nil
}

// Needed says whether the policy asks for any cosignature at all.
func (p Policy) Needed() bool { return p.quorum != "" }

// Cosigned is the good cosignatures of witnesses that the policy knows, in its
// order, and whether they are enough. A bad signature in the name of a known
// witness is an error; signatures of others are passed over. The log's own
// signature is not looked at: see [OpenCheckpoint].
func (p Policy) Cosigned(signed []byte) (by []Cosignature, met bool, err error) {
	if _, err := ReadCheckpoint(signed); err != nil {
		return nil, false, err
	}
	var verifiers []note.Verifier
	for _, w := range p.Witnesses {
		verifiers = append(verifiers, w.Verifier)
	}
	n, err := note.Open(signed, note.VerifierList(verifiers...))
	if _, none := errors.AsType[*note.UnverifiedNoteError](err); none {
		return nil, p.met(nil), nil
	}
	if err != nil {
		return nil, false, &ledger.Error{Class: ledger.BadSeal, Rule: "witness.seal", Found: err.Error(), Want: "good signatures of the witnesses that the policy knows"}
	}
	times := map[string]time.Time{}
	for _, s := range n.Sigs {
		raw, err := base64.StdEncoding.DecodeString(s.Base64)
		if err != nil || len(raw) < 12 {
			continue // it was verified: it is longer
		}
		at := time.Unix(int64(binary.BigEndian.Uint64(raw[4:])), 0).UTC()
		for _, w := range p.Witnesses {
			if w.Verifier.Name() == s.Name && w.Verifier.KeyHash() == s.Hash {
				times[w.Name] = at
			}
		}
	}
	for _, w := range p.Witnesses {
		if at, ok := times[w.Name]; ok {
			by = append(by, Cosignature{Witness: w.Name, Time: at})
		}
	}
	return by, p.met(times), nil
}

func (p Policy) met(signed map[string]time.Time) bool {
	return p.quorum == "" || p.holds(p.quorum, signed)
}

// holds says whether a witness or group has cosigned. Groups name only what stands
// above them, so this ends.
func (p Policy) holds(name string, signed map[string]time.Time) bool {
	g, ok := p.groups[name]
	if !ok {
		_, cosigned := signed[name]
		return cosigned
	}
	n := 0
	for _, m := range g.members {
		if p.holds(m, signed) {
			n++
		}
	}
	return n >= g.least
}
