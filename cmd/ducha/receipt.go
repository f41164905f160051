package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ducha/cmd/internal/client"
	"ducha/cmd/internal/node"
	"ducha/cmd/internal/receipts"
	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/spf13/cobra"
)

func (a *app) receiptCommand() *cobra.Command {
	c := &cobra.Command{Use: "receipt", Short: "回执 receipts: verify, upgrade, check", Args: noCommand, RunE: help}
	c.AddCommand(a.receiptVerifyCommand(), a.receiptUpgradeCommand(), a.receiptCheckCommand())
	return c
}

// holder is what the holder of a receipt gives beside it.
type holder struct {
	file      string
	statement string
	key       string
	policy    string
	archive   string
	token     string
}

func (h *holder) flags(c *cobra.Command, log bool) {
	f := c.Flags()
	f.StringVar(&h.statement, "statement", "", "提交时的签名记录 the envelope as it was submitted, where the receipt does not hold it")
	f.StringVar(&h.key, "key", "", "台账公钥文件 the ledger's public key: SPKI PEM, or a verifier key as /tlog/key shows it")
	f.StringVar(&h.policy, "policy", "", "信任策略文件 witnesses to ask for (c2sp.org/tlog-policy)")
	if log {
		f.StringVar(&h.archive, "archive", "", "日志目录或网址,代替 --server folder or address of the sealed log, instead of --server")
		f.StringVar(&h.token, "token", os.Getenv("DUCHA_TOKEN"), "访问令牌 bearer token, to read the log's entries (default: DUCHA_TOKEN)")
	}
}

// given is what they are, read.
type given struct {
	receipt   proof.SealedReceipt
	statement []byte // nil when none was given
	policy    *proof.Policy
}

func (h *holder) read() (g given, err error) {
	data, err := os.ReadFile(h.file)
	if err != nil {
		return g, usageError{err}
	}
	if g.receipt, err = proof.ParseSealedReceipt(data); err != nil {
		return g, err
	}
	if h.statement != "" {
		if g.statement, err = os.ReadFile(h.statement); err != nil {
			return g, usageError{err}
		}
		// An editor or a shell may have added the end of a line.
		if cut := bytes.TrimRight(g.statement, "\r\n"); sha256.Sum256(cut) == g.receipt.Digest {
			g.statement = cut
		}
	}
	if h.policy != "" {
		text, err := os.ReadFile(h.policy)
		if err != nil {
			return g, usageError{err}
		}
		p, err := proof.ParsePolicy(text)
		if err != nil {
			return g, err
		}
		g.policy = &p
	}
	return g, nil
}

// trusted is the ledger's key: the one given, or one that the policy names and the
// receipt bears; the zero key when there is none.
func (h *holder) trusted(g given, data string) (seal.PublicKey, error) {
	if h.key != "" {
		return readLedgerKey(h.key)
	}
	if g.policy != nil {
		for _, l := range g.policy.Logs {
			if _, key, err := proof.PublicKeyOf(l.VerifierKey); err == nil && key.ID() == signer(g.receipt) {
				return key, nil
			}
		}
	}
	if data != "" {
		key, err := node.ReadKey(node.LedgerKeyFile(data))
		return key.Public(), err
	}
	return seal.PublicKey{}, nil
}

// readLedgerKey reads a public key, as PEM or as a verifier key.
func readLedgerKey(path string) (seal.PublicKey, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return seal.PublicKey{}, usageError{err}
	}
	if !bytes.Contains(data, []byte("-----BEGIN")) {
		_, key, err := proof.PublicKeyOf(strings.TrimSpace(string(data)))
		return key, err
	}
	key, err := seal.ParsePublicKey(data)
	if err != nil {
		return key, &ledger.Error{Class: ledger.BadSeal, Rule: "key.form", Found: path + ": " + err.Error(), Want: "the ledger's public key as SPKI PEM, or its verifier key"}
	}
	return key, nil
}

// signer is the id of the key that the receipt says it was signed with.
func signer(r proof.SealedReceipt) seal.KeyID {
	env, err := seal.ParseEnvelope([]byte(r.Envelope))
	if err != nil {
		return ""
	}
	return env.Signature.KeyID
}

func (a *app) receiptVerifyCommand() *cobra.Command {
	h := &holder{}
	c := &cobra.Command{
		Use: "verify FILE", Short: "脱机核验回执 verify a receipt, asking nobody", Args: exactly(1),
		Long: `脱机核验回执,不询问任何人:是否台账密钥所签、所指是否该陈述;已封存的,核其通向检查点的证明与见证人共签。
Verifies a receipt offline. The ledger's key must be known: --key with the one that
the charter names, or --policy with a log line. Exit code 1 when something is wrong.`,
		Example: "  ducha receipt verify fgw.receipt.json --key ledger.pub.pem --policy witnesses",
		RunE: func(_ *cobra.Command, args []string) error {
			h.file = args[0]
			g, err := h.read()
			if err != nil {
				return err
			}
			key, err := h.trusted(g, a.data)
			if err != nil {
				return err
			}
			if key.IsZero() {
				return usageError{errors.New("--key is required, or --policy with the ledger's log: whose signature should it be?")}
			}
			return a.report(receipts.Verify(g.receipt, g.statement, key, g.policy))
		},
	}
	h.flags(c, false)
	return c
}

// report prints what a check found, and gives the exit code's error.
func (a *app) report(r receipts.Report) error {
	if a.json {
		if err := a.emit(r.In(a.language())); err != nil {
			return err
		}
	} else {
		r.Print(a.Out, a.language())
	}
	switch {
	case r.Status == receipts.Pending || r.Status == receipts.Undecided:
		return errUndecided
	case !r.OK:
		return errFindings
	}
	return nil
}

// log is where the sealed log is read.
type log struct {
	archive.Source
	live bool
	seen time.Time // when the log was as it is there
	key  func(context.Context) (string, error)
}

func (a *app) log(ctx context.Context, h *holder) (log, error) {
	dir := h.archive
	switch {
	case strings.HasPrefix(dir, "http://"), strings.HasPrefix(dir, "https://"):
		l := client.LogAt(dir, h.token)
		return log{l, true, time.Now(), l.Key}, nil
	case dir == "" && a.data == "":
		server, err := a.connect(ctx)
		if err != nil {
			return log{}, err
		}
		l := server.Log(h.token)
		return log{l, true, time.Now(), l.Key}, nil
	case dir == "":
		dir = node.ArchiveDir(a.data)
	}
	// A copy is at least as new as its checkpoint: that file is replaced whenever the
	// log is published, or copied.
	info, err := os.Stat(filepath.Join(dir, archive.CheckpointPath))
	if errors.Is(err, fs.ErrNotExist) {
		return log{}, &ledger.Error{Class: ledger.NotFound, Rule: "archive.checkpoint", Found: "no log in " + dir, Want: "the folder of a sealed log"}
	}
	if err != nil {
		return log{}, usageError{err}
	}
	return log{archive.Dir(dir), false, info.ModTime(), nil}, nil
}

// ledgerKey is the key that was given, or else the one that the server shows, which
// must be the one that signed the receipt: then it is as good as the receipt.
func (a *app) ledgerKey(ctx context.Context, h *holder, g given, l log) (key seal.PublicKey, other *receipts.Report, err error) {
	key, err = h.trusted(g, a.data)
	if err != nil || !key.IsZero() {
		return key, nil, err
	}
	if l.key == nil {
		return key, nil, usageError{errors.New("--key is required: a folder does not say whose log it is")}
	}
	shown, err := l.key(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return key, nil, usageError{errors.New("--key is required: the server shows none")}
	}
	if err != nil {
		return key, nil, err
	}
	if _, key, err = proof.PublicKeyOf(shown); err != nil {
		return key, nil, err
	}
	if key.ID() != signer(g.receipt) {
		r := receipts.OtherKey(g.receipt, key, signer(g.receipt))
		return key, &r, nil
	}
	return key, nil, nil
}

func (a *app) receiptCheckCommand() *cobra.Command {
	h := &holder{}
	var grace time.Duration
	var copied string
	c := &cobra.Command{
		Use: "check FILE", Short: "拿回执与台账公布的日志对质 hold a receipt against the log as it is served", Args: exactly(1),
		Long: `拿回执与台账公布的日志对质。日志中没有回执所指的陈述、别的陈述占了它的位置、
或承诺的时间已过而日志仍未及此,即为舞弊证据:所供检查点另存于 FILE.checkpoint。
退出码:0 日志中确有该陈述;1 有问题;3 未能判定(尚在承诺的时间内,或所查副本早于回执)。

Holds a receipt against the log of --server, of a folder or of an address
(--archive). Exit code 0: the log holds the statement. 1: something is wrong; what
was served is kept beside the receipt as evidence (FILE.checkpoint, and
FILE.tlog-proof for what stands in the statement's place). 3: not decided, because
the promised time (--grace) is not over, or the folder may be a copy older than the
receipt; say when it was made with --copied.

Hashes are public: nothing but the statement itself is needed, which a sealed
receipt holds; else --statement, or a --login or --token to read the entry from the log.`,
		Example: "  ducha receipt check fgw.receipt.json --server http://127.0.0.1:8420 --key ledger.pub.pem",
		RunE: func(c *cobra.Command, args []string) error {
			h.file = args[0]
			g, err := h.read()
			if err != nil {
				return err
			}
			l, err := a.log(c.Context(), h)
			if err != nil {
				return err
			}
			if copied != "" && !l.live {
				if l.seen, err = time.Parse(time.RFC3339, copied); err != nil {
					return usageError{fmt.Errorf("--copied: %w", err)}
				}
			}
			key, other, err := a.ledgerKey(c.Context(), h, g, l)
			if err != nil {
				return err
			}
			if other != nil {
				return a.report(*other)
			}
			r, err := receipts.Check{Receipt: g.receipt, Statement: g.statement, Key: key, Policy: g.policy, Log: l, Live: l.live, Now: l.seen, Grace: grace}.Run(c.Context())
			if err != nil {
				return err
			}
			if err := keepEvidence(h.file, &r); err != nil {
				return err
			}
			return a.report(r)
		},
	}
	h.flags(c, true)
	c.Flags().DurationVar(&grace, "grace", receipts.Grace, "封存的宽限 how long sealing may take before a missing statement counts")
	c.Flags().StringVar(&copied, "copied", "", "副本制作时间 when the copy in --archive was made, RFC 3339 (default: the time of its checkpoint file)")
	return c
}

// keepEvidence writes what was served beside the receipt.
func keepEvidence(file string, r *receipts.Report) error {
	if len(r.Findings) == 0 {
		return nil
	}
	if r.Checkpoint != nil {
		if err := keep(file+".checkpoint", r.Checkpoint, r); err != nil {
			return err
		}
	}
	if r.Instead != nil {
		return keep(file+".tlog-proof", r.Instead.Encode(), r)
	}
	return nil
}

// keep writes a file, never over another one: that may be evidence too.
func keep(path string, data []byte, r *receipts.Report) error {
	free := path
	for n := 2; ; n++ {
		have, err := os.ReadFile(free)
		if err == nil && bytes.Equal(have, data) {
			break
		}
		if errors.Is(err, fs.ErrNotExist) {
			if err := writeNew(free, data); err != nil {
				return err
			}
			break
		}
		if err != nil {
			return fmt.Errorf("keep the evidence: %w", err)
		}
		free = fmt.Sprintf("%s.%d", path, n)
	}
	r.Evidence = append(r.Evidence, free)
	return nil
}
