package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"

	"ducha/cmd/internal/receipts"
	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/spf13/cobra"
)

func (a *app) receiptUpgradeCommand() *cobra.Command {
	h := &holder{}
	var out string
	c := &cobra.Command{
		Use: "upgrade FILE", Short: "取得封存证明,写成封存回执 fetch the proof, write the sealed receipt", Args: exactly(1),
		Long: `向服务(或 --archive 所指日志)取得封存证明,核验后写成封存回执。原回执的内容一字不动。
Fetches the inclusion proof, verifies it, and writes the sealed receipt, to the
same file unless --output says otherwise. Exit code 3: not sealed yet.`,
		RunE: func(c *cobra.Command, args []string) error {
			h.file = args[0]
			if out == "" {
				out = h.file
			}
			g, err := h.read()
			if err != nil {
				return err
			}
			l, err := a.log(c.Context(), h)
			if err != nil {
				return err
			}
			key, other, err := a.ledgerKey(c.Context(), h, g, l)
			if err != nil {
				return err
			}
			if other != nil {
				return a.report(*other)
			}
			return a.upgrade(c.Context(), h, g, l, key, out)
		},
	}
	h.flags(c, true)
	c.Flags().StringVarP(&out, "output", "o", "", "输出文件 file for the sealed receipt (default: FILE itself)")
	return c
}

func (a *app) upgrade(ctx context.Context, h *holder, g given, l log, key seal.PublicKey, out string) error {
	if g.receipt.Sealed && out == h.file {
		if r := receipts.Verify(g.receipt, g.statement, key, g.policy); r.OK {
			return a.report(r) // there is nothing to add
		}
	}
	plain := proof.SealedReceipt{SignedReceipt: g.receipt.SignedReceipt, Statement: g.receipt.Statement}
	have := receipts.Verify(plain, g.statement, key, nil)
	if !have.OK {
		return a.report(have) // nothing can be added to what is no receipt
	}
	sealed, err := a.fetchSealed(ctx, h, g, l, key)
	if ledger.ClassOf(err) == ledger.NotFound && errors.Is(err, &ledger.Error{Rule: "archive.sealed"}) {
		if a.json {
			have.Status, have.OK = receipts.Pending, false
			return a.report(have)
		}
		a.printf("尚未封存,回执未改动:请稍后再试;久候不成,ducha receipt check %s", "not sealed yet, the receipt is as it was: try again later; if it takes too long, ducha receipt check %s", h.file)
		return errUndecided
	}
	if err != nil {
		return err
	}
	r := receipts.Verify(sealed, nil, key, g.policy)
	r.Compare(g.receipt, sealed, key)
	if r.Status == receipts.Fraud {
		data, err := sealed.Encode()
		if err == nil {
			err = keep(h.file+".served", data, &r)
		}
		return errors.Join(err, a.report(r))
	}
	if !r.OK {
		return a.report(r)
	}
	if err := writeReceipt(out, sealed); err != nil {
		return err
	}
	if err := a.report(r); err != nil || a.json {
		return err
	}
	a.printf("已写入 %s", "written to %s", out)
	return nil
}

// fetchSealed gets the sealed receipt: from the server, or made from a log.
func (a *app) fetchSealed(ctx context.Context, h *holder, g given, l log, key seal.PublicKey) (proof.SealedReceipt, error) {
	statement := g.statement
	if statement == nil {
		statement = []byte(g.receipt.Statement)
	}
	if h.archive == "" && a.data == "" {
		server, err := a.connect(ctx)
		if err != nil {
			return proof.SealedReceipt{}, err
		}
		served, err := server.Receipt(ctx, g.receipt.ID)
		if err != nil {
			return served, err
		}
		if !served.Sealed {
			return served, &ledger.Error{Class: ledger.NotFound, Rule: "archive.sealed", Found: "a receipt that is not sealed yet", Want: "a sealed one: ask again"}
		}
		if len(statement) > 0 {
			served.Statement = string(statement)
		}
		return served, nil
	}
	verifier, err := g.receipt.Log(key)
	if err != nil {
		return g.receipt, err
	}
	reader := archive.NewReader(l, verifier)
	i, err := reader.Prove(ctx, g.receipt.Sequence)
	if err != nil {
		return g.receipt, err
	}
	if len(statement) == 0 {
		if statement, err = entryOf(ctx, reader, g.receipt); err != nil {
			return g.receipt, err
		}
	}
	return g.receipt.Seal(statement, i), nil
}

// entryOf reads the statement of a receipt from the log.
func entryOf(ctx context.Context, reader *archive.Reader, r proof.SealedReceipt) ([]byte, error) {
	c, _, err := reader.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	for record, err := range reader.Records(ctx, c, r.Sequence-1) {
		if err == nil && sha256.Sum256(record.Envelope) != r.Digest {
			err = &ledger.Error{Class: ledger.Damaged, Rule: "receipt.statement", Found: "another statement in its place", Want: "the one that the receipt names: `ducha receipt check`"}
		}
		return record.Envelope, err
	}
	return nil, ctx.Err()
}

// writeReceipt writes a receipt, whole or not at all: it may be all that its holder has.
func writeReceipt(path string, r proof.SealedReceipt) error {
	data, err := r.Encode()
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return usageError{err}
	}
	defer os.Remove(temp.Name()) // gone already when all went well
	_, err = temp.Write(data)
	if err := errors.Join(err, temp.Chmod(0o644), temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
