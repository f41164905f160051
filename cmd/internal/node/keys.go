package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ducha/ledger"
	"ducha/ledger/seal"
)

// LedgerKeyFile is where a data folder keeps the ledger's key.
func LedgerKeyFile(dir string) string { return KeyFile(dir, "ledger") }

// KeyFile is where init and demo put the key of a party, units/fgw as
// keys/units-fgw.pem.
func KeyFile(dir string, party ledger.PartyID) string {
	return filepath.Join(dir, "keys", strings.ReplaceAll(string(party), "/", "-")+".pem")
}

// ReadKey reads a private key from a PKCS#8 PEM file.
func ReadKey(path string) (seal.PrivateKey, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return seal.PrivateKey{}, &ledger.Error{Class: ledger.NotFound, Rule: "key.file", Found: "no key at " + path, Want: "a private key as PKCS#8 PEM: `ducha key new` makes one"}
	}
	if err != nil {
		return seal.PrivateKey{}, fmt.Errorf("read key: %w", err)
	}
	key, err := seal.ParsePrivateKey(data)
	if err != nil {
		return key, &ledger.Error{Class: ledger.BadSeal, Rule: "key.private", Found: path + ": " + err.Error(), Want: "a private key as PKCS#8 PEM, Ed25519 or SM2"}
	}
	return key, nil
}

// WriteKey writes a private key for its owner alone and never over another file.
func WriteKey(path string, key seal.PrivateKey) error {
	pem, err := key.PEM()
	if err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return &ledger.Error{Class: ledger.Refused, Rule: "key.exists", Found: path + " exists already", Want: "another path: a key is never written over"}
	}
	if err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	_, err = f.Write(pem)
	return errors.Join(err, f.Sync(), f.Close())
}
