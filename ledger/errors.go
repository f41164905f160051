package ledger

import (
	"errors"
	"fmt"
	"strings"
)

// Class is what a caller can do about an error. The set is closed: every door
// (HTTP, NATS, the command line) has one table over it.
type Class string

const (
	Malformed   Class = "malformed"   // the bytes are not a statement: mend and sign again
	BadSeal     Class = "bad-seal"    // the signature or the key is not good
	Nobody      Class = "nobody"      // whoever asks has not shown who they are
	Forbidden   Class = "forbidden"   // this signer may not say this
	Refused     Class = "refused"     // a rule does not hold: mend and sign again
	NotFound    Class = "not-found"   // no such unit, task or statement
	Conflict    Class = "conflict"    // somebody else wrote first: decide again
	TooLarge    Class = "too-large"   // over a limit in bytes
	TooMany     Class = "too-many"    // come back later
	Unknown     Class = "unknown"     // it may or may not be recorded: submit the same bytes again
	Unavailable Class = "unavailable" // nothing was recorded, the store cannot take it now
	Damaged     Class = "damaged"     // the store does not hold what was written into it
	Internal    Class = "internal"    // a defect of ours
)

// Error is the one error type that crosses a door. Rule names what was broken,
// Found what was met and Want what would have been accepted.
//
// Two errors match under errors.Is when their rules are equal, or when the
// target has no rule and the classes are equal.
type Error struct {
	Class Class
	Rule  string // such as "progress.period"; stable, see Rules in package commands
	Found string
	Want  string
	Err   error // the cause, may be nil
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Class))
	if e.Rule != "" {
		fmt.Fprintf(&b, " (%s)", e.Rule)
	}
	if e.Found != "" {
		b.WriteString(": " + e.Found)
	}
	if e.Want != "" {
		b.WriteString("; accepted would be: " + e.Want)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, &Error{Rule: "progress.period"}) and
// errors.Is(err, &Error{Class: Refused}) work.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	if !ok {
		return false
	}
	if t.Rule != "" {
		return t.Rule == e.Rule
	}
	return t.Class == e.Class
}

// ClassOf is the class of err's first Error; Internal when it holds none, and
// the empty class for nil.
func ClassOf(err error) Class {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	return Internal
}

// Malform says that bytes are not a well-formed statement.
func Malform(rule, found, want string) *Error {
	return &Error{Class: Malformed, Rule: rule, Found: found, Want: want}
}

// Refuse says that a rule does not hold.
func Refuse(rule, found, want string) *Error {
	return &Error{Class: Refused, Rule: rule, Found: found, Want: want}
}

// Forbid says that the signer may not say this.
func Forbid(rule, found, want string) *Error {
	return &Error{Class: Forbidden, Rule: rule, Found: found, Want: want}
}
