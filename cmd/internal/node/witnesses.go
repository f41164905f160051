package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ducha/cmd/internal/witness"
	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"
	"ducha/ledger/seal"
)

// WitnessFile is where a data folder names the witnesses, where they answer, and
// how many must cosign: c2sp.org/tlog-policy. Without the file there are none.
func WitnessFile(dir string) string { return filepath.Join(dir, "witnesses") }

// openWitnesses reads who cosigns.
func (n *Node) openWitnesses(key seal.PublicKey) error {
	path := WitnessFile(n.options.Dir)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("witnesses: %w", err)
	}
	policy, err := proof.ParsePolicy(data)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	log, err := proof.LogVerifier(proof.Origin(n.campaign, key), key)
	if err != nil {
		return err
	}
	accepted, err := policy.Accepts(log.Name(), key)
	if err != nil {
		return err
	}
	if !accepted {
		return ledger.Malform("policy.log", path+" names another log", "no log line, or one for "+log.Name())
	}
	if n.witnesses, err = witness.NewClient(policy, log, n.options.Clock); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// cosign asks the witnesses, nil when there are none. One that shows another
// history stops the ledger.
func (n *Node) cosign() func(context.Context, archive.Ask) ([]byte, error) {
	if n.witnesses == nil {
		return nil
	}
	return func(ctx context.Context, a archive.Ask) ([]byte, error) {
		signed, err := n.witnesses.Cosign(ctx, a)
		if ledger.ClassOf(err) == ledger.Damaged {
			n.fail(err)
		}
		return signed, err
	}
}

// holdWitnesses asks every witness, before anything is served, whether it saw more
// of this log than there is here, or another history of it.
func (n *Node) holdWitnesses(ctx context.Context, key seal.PrivateKey) error {
	if n.witnesses == nil {
		return nil
	}
	signed, err := n.newestSigned(key)
	if err != nil {
		return err
	}
	log, err := n.sealer.now()
	if err != nil {
		return err
	}
	published := archive.Ask{Checkpoint: log.Published()}
	published.Hashes = log.Reader().At(ctx, published.Checkpoint)
	return n.witnesses.Hold(ctx, signed, published)
}

// newestSigned is the newest checkpoint that was signed here: witnesses may have
// seen one that a crash kept from being published.
func (n *Node) newestSigned(key seal.PrivateKey) ([]byte, error) {
	newest := proof.Checkpoint{Origin: proof.Origin(n.campaign, key.Public()), Root: proof.EmptyRoot}
	signed, err := newest.Sign(key)
	if err != nil {
		return nil, err
	}
	for _, path := range []string{filepath.Join(ArchiveDir(n.options.Dir), archive.CheckpointPath), filepath.Join(stateDir(n.options.Dir), "staged")} {
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		c, err := proof.ReadCheckpoint(data)
		if err != nil {
			return nil, err
		}
		if c.Size > newest.Size {
			newest, signed = c, data
		}
	}
	return signed, nil
}

// Witnesses says how each witness does; none when there are none.
func (n *Node) Witnesses() []witness.State {
	if n.witnesses == nil {
		return nil
	}
	return n.witnesses.Status()
}
