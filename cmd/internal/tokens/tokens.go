// Package tokens keeps the bearer tokens (访问令牌) that let outside tools read
// what is not public: which role a token has, under which name, until when. Of the
// token itself only the SHA-256 is kept, so that whoever reads the file cannot use
// it. A token is 256 bits of chance: nothing is gained by a slower hash.
//
// The file, tokens.json in the data folder, is written by `ducha token` and read
// by the server, which looks at it again whenever it was changed.
package tokens

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"ducha/ledger"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofrs/flock"
)

// prefix lets people and scanners of leaked secrets tell what a token is.
const prefix = "ducha_"

// Roles are the roles that a token may have.
var Roles = []ledger.Role{ledger.RoleOffice, ledger.RoleCommander, ledger.RoleExecutive, ledger.RoleDeputy, ledger.RoleInspector, ledger.RoleAuthority, ledger.RoleAuditor}

// Token is what is known of a token: all but itself.
type Token struct {
	ID      string      `json:"id"` // the first eight digits of its digest
	Role    ledger.Role `json:"role"`
	Name    string      `json:"name"`
	Created time.Time   `json:"created"`
	Expires time.Time   `json:"expires"`
	Revoked time.Time   `json:"revoked,omitzero"`
	Digest  ledger.Hash `json:"sha256"`
}

// File is a file of tokens. It may be used by many goroutines, and by several
// processes at once.
type File struct {
	path string

	mu     sync.Mutex
	seen   fs.FileInfo // the file that tokens came from, nil for none
	tokens []Token
}

// In is the file of tokens in a data folder. It need not exist.
func In(dir string) *File { return &File{path: filepath.Join(dir, "tokens.json")} }

// New makes a token and keeps its digest. The token itself is given once, here.
func (f *File) New(rand io.Reader, role ledger.Role, name string, now, expires time.Time) (secret string, t Token, err error) {
	if !slices.Contains(Roles, role) {
		return "", t, ledger.Malform("token.role", fmt.Sprintf("%.40q", role), fmt.Sprintf("one of %v", Roles))
	}
	if name == "" || len(name) > 200 || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", t, ledger.Malform("token.name", fmt.Sprintf("%.60q", name), "the name of whoever holds the token, on one line")
	}
	if !expires.After(now) {
		return "", t, ledger.Malform("token.days", expires.Format(time.RFC3339), "a day ahead")
	}
	raw := make([]byte, 32)
	if _, err := io.ReadFull(rand, raw); err != nil {
		return "", t, fmt.Errorf("new token: %w", err)
	}
	secret = prefix + base64.RawURLEncoding.EncodeToString(raw)
	digest := ledger.Hash(sha256.Sum256([]byte(secret)))
	t = Token{ID: digest.String()[:8], Role: role, Name: name, Created: now.UTC().Truncate(time.Second), Expires: expires.UTC().Truncate(time.Second), Digest: digest}
	return secret, t, f.change(func(all []Token) ([]Token, error) { return append(all, t), nil })
}

// List is all tokens, also those that are over.
func (f *File) List() ([]Token, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.read()
}

// Revoke ends a token by its id. It stays in the file, to be seen.
func (f *File) Revoke(id string, now time.Time) (t Token, err error) {
	return t, f.change(func(all []Token) ([]Token, error) {
		for i := range all {
			if all[i].ID != id {
				continue
			}
			if all[i].Revoked.IsZero() {
				all[i].Revoked = now.UTC().Truncate(time.Second)
			}
			t = all[i]
			return all, nil
		}
		return nil, &ledger.Error{Class: ledger.NotFound, Rule: "token.known", Found: fmt.Sprintf("no token %.40q", id), Want: "an id of `ducha token list`"}
	})
}

// Find is the token that a bearer shows. The class of the error is Nobody for one
// that is not known, over, or revoked; which of them it was is not said.
func (f *File) Find(secret string, now time.Time) (Token, error) {
	f.mu.Lock()
	all, err := f.read()
	f.mu.Unlock()
	if err != nil {
		return Token{}, err
	}
	digest := sha256.Sum256([]byte(secret))
	found := -1
	for i, t := range all { // all of them, whichever it is
		if subtle.ConstantTimeCompare(t.Digest[:], digest[:]) == 1 {
			found = i
		}
	}
	if found < 0 || !all[found].Revoked.IsZero() || !now.Before(all[found].Expires) {
		return Token{}, &ledger.Error{Class: ledger.Nobody, Rule: "token.known", Found: "a bearer token that is unknown, over or revoked", Want: "one that `ducha token new` made and nobody revoked"}
	}
	return all[found], nil
}

// read gives the tokens, from memory while the file is the same. The caller holds
// the lock and changes nothing.
func (f *File) read() ([]Token, error) {
	now, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		f.seen, f.tokens = nil, nil
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(f.path, err)
	}
	// The file is replaced, never written into: another one is another file.
	if f.seen != nil && os.SameFile(f.seen, now) && f.seen.ModTime().Equal(now.ModTime()) && f.seen.Size() == now.Size() {
		return f.tokens, nil
	}
	if now.Mode().Perm()&0o077 != 0 {
		return nil, unreadable(f.path, fmt.Errorf("its mode is %04o: others could give themselves a token", now.Mode().Perm()))
	}
	data, err := os.ReadFile(f.path)
	if err != nil {
		return nil, unreadable(f.path, err)
	}
	var all []Token
	if err := json.Unmarshal(data, &all, json.RejectUnknownMembers(true)); err != nil {
		return nil, unreadable(f.path, err)
	}
	f.seen, f.tokens = now, all
	return all, nil
}

// unreadable lets nobody in.
func unreadable(path string, err error) error {
	return &ledger.Error{Class: ledger.Unavailable, Rule: "token.file", Found: path + ": " + err.Error(), Want: "the file that `ducha token` writes, mode 0600", Err: err}
}

// change replaces the file by one with other tokens, while no other process does.
func (f *File) change(edit func([]Token) ([]Token, error)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	lock := flock.New(f.path + ".lock")
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("tokens: %w", err)
	}
	defer lock.Close()
	all, err := f.read()
	if err != nil {
		return err
	}
	if all, err = edit(slices.Clone(all)); err != nil {
		return err
	}
	data, err := json.Marshal(all, jsontext.WithIndent("  "))
	if err != nil {
		return fmt.Errorf("tokens: %w", err)
	}
	return replace(f.path, append(data, '\n'))
}

// replace writes a file for its owner alone, whole or not at all.
func replace(path string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".tokens-") // mode 0600
	if err != nil {
		return fmt.Errorf("tokens: %w", err)
	}
	defer os.Remove(temp.Name()) // gone already when all went well
	_, err = temp.Write(data)
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return fmt.Errorf("tokens: %w", err)
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return fmt.Errorf("tokens: %w", err)
	}
	return nil
}
