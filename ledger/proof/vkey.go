package proof

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"ducha/ledger"
	"ducha/ledger/seal"
)

// PublicKeyOf is the public key in a log's verifier key, and the log's name: the
// way back from [VerifierKey].
func PublicKeyOf(vkey string) (origin string, key seal.PublicKey, err error) {
	k, err := parseVKey(vkey)
	if err != nil {
		return "", key, err
	}
	if k.kind != typeEd25519 {
		return "", key, ledger.Malform("log.key", fmt.Sprintf("%s is a key of type 0x%02x", k.name, k.kind), "a key of type 0x01: Ed25519")
	}
	der, err := x509.MarshalPKIXPublicKey(ed25519.PublicKey(k.key))
	if err != nil {
		return "", key, fmt.Errorf("verifier key: %w", err)
	}
	key, err = seal.ParsePublicKey(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	return k.name, key, err
}
