package receipts

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Grace is how long a ledger may take to seal what it signed for. It promises a
// second; witnesses may be slow.
const Grace = time.Minute

// Check holds a receipt against a log.
type Check struct {
	Receipt   proof.SealedReceipt
	Statement []byte // the envelope as it was submitted; nil: the receipt's, or the log's
	Key       seal.PublicKey
	Policy    *proof.Policy
	Log       archive.Source
	// Live says that the log was read where the ledger publishes it, and not in a copy.
	Live bool
	// Now is when the log was surely no older than it should be: the time of reading
	// a live one, the time when a copy was made.
	Now   time.Time
	Grace time.Duration
}

// Run reads the log and gives what it found. An error says that the log could not
// be read: nothing is proved either way.
func (c Check) Run(ctx context.Context) (Report, error) {
	out, e := begin(c.Receipt, c.Statement, c.Key)
	if !out.OK {
		return out, nil // it does not bind this ledger, or not to this statement
	}
	if c.Receipt.Sequence == 0 {
		out.find(Invalid, ledger.Malform("receipt.form", "a receipt for number 0", "a number from 1"))
		return out, nil
	}
	if c.Receipt.Sealed && e.Record.Envelope != nil {
		out.prove(c.Receipt, e, c.Key, nil) // what is wrong with the proof does not undo the signature
	}
	log, err := c.Receipt.Log(c.Key)
	if err != nil {
		return out, err
	}
	signed, err := c.Log.ReadFile(ctx, archive.CheckpointPath)
	if errors.Is(err, fs.ErrNotExist) {
		return out, &ledger.Error{Class: ledger.NotFound, Rule: "archive.checkpoint", Found: "no log is served here", Want: "the address or the folder of the ledger's sealed log", Err: err}
	}
	if err != nil {
		return out, err
	}
	out.Checkpoint = signed
	served, err := proof.OpenCheckpoint(signed, log)
	if err != nil {
		out.find(Broken, err)
		return out, nil
	}
	out.Served = sizeOf(served)
	if c.Policy != nil {
		c.witnesses(&out, signed, log)
	}
	return out, c.hold(ctx, &out, e, archive.NewReader(c.Log, log), served)
}

// witnesses asks for the policy's witnesses on the served checkpoint.
func (c Check) witnesses(out *Report, signed []byte, log note.Verifier) {
	if accepted, err := c.Policy.Accepts(log.Name(), c.Key); err != nil || !accepted {
		out.find(Broken, &ledger.Error{Class: ledger.BadSeal, Rule: "policy.log", Found: fmt.Sprintf("the log %s, with this key", log.Name()), Want: "a log that the policy names", Err: err})
		return
	}
	by, met, err := c.Policy.Cosigned(signed)
	if err == nil && !met {
		err = &ledger.Error{Class: ledger.BadSeal, Rule: "policy.quorum", Found: fmt.Sprintf("the served checkpoint has cosignatures of %d of %d witnesses", len(by), len(c.Policy.Witnesses)), Want: "as many as the policy asks for"}
	}
	out.Cosigned, out.Unverified = by, others(signed, log.Name(), c.Policy)
	if err != nil {
		out.find(Broken, err)
	}
}

// hold holds the receipt against the log under its checkpoint.
func (c Check) hold(ctx context.Context, out *Report, e ledger.Event, log *archive.Reader, served proof.Checkpoint) error {
	if err := c.history(ctx, out, log, served); err != nil {
		return c.unread(out, err)
	}
	if c.Receipt.Sequence > served.Size {
		return c.short(out, served)
	}
	at := int64(c.Receipt.Sequence - 1)
	leaves, err := log.At(ctx, served).ReadHashes([]int64{tlog.StoredHashIndex(0, at)})
	if err != nil {
		return c.unread(out, err)
	}
	fits := false
	if e.Record.Envelope != nil {
		fits = c.leaf(out, e, leaves[0])
	} else if fits, err = c.entry(ctx, out, log, served); err != nil {
		return c.unread(out, err)
	}
	if fits {
		if out.OK {
			out.Status = Contained
		}
		return nil
	}
	// What stands there instead, with the way to the checkpoint, so that others see it.
	hashes, err := tlog.ProveRecord(int64(served.Size), at, log.At(ctx, served))
	if err != nil {
		return c.unread(out, err)
	}
	out.Instead = &proof.Inclusion{Extra: leaves[0][:], Index: uint64(at), Hashes: hashes, Checkpoint: out.Checkpoint}
	return nil
}

// leaf holds the statement's record against what the log has in its place.
func (c Check) leaf(out *Report, e ledger.Event, leaf tlog.Hash) bool {
	want := tlog.RecordHash(e.Record.Encode())
	if want != leaf {
		out.accuse("log.replaced", fmt.Sprintf("another statement stands as number %d of the log: its leaf has the hash %s", c.Receipt.Sequence, leaf),
			fmt.Sprintf("the statement that the receipt names: its leaf has the hash %s", want))
	}
	return want == leaf
}

// entry reads the statement from the log itself, where its holder does not have it:
// what stands there, verified against the tree, must be what the receipt names.
func (c Check) entry(ctx context.Context, out *Report, log *archive.Reader, served proof.Checkpoint) (bool, error) {
	for entry, err := range log.Entries(ctx, served, c.Receipt.Sequence-1) {
		switch ledger.ClassOf(err) {
		case "":
		case ledger.Nobody, ledger.Forbidden:
			return false, &ledger.Error{Class: ledger.ClassOf(err), Rule: "receipt.statement", Found: "the receipt does not hold the statement, and the log's entries are not for everybody", Want: "--statement FILE with the envelope as it was submitted, or --token", Err: err}
		default:
			return false, err
		}
		r, err := ledger.ParseRecord(entry)
		if err == nil {
			var e ledger.Event
			if e, err = c.Receipt.Event(r.Envelope); err == nil {
				out.speaker(e)
				return c.leaf(out, e, tlog.RecordHash(entry)), nil
			}
		}
		out.accuse("log.replaced", fmt.Sprintf("number %d of the log is another statement: %v", c.Receipt.Sequence, err), fmt.Sprintf("the statement %s with the digest %s", c.Receipt.ID, c.Receipt.Digest))
		return false, nil
	}
	return false, ctx.Err()
}

// short is for a log that ends before the receipt.
func (c Check) short(out *Report, served proof.Checkpoint) error {
	recorded, err := ledger.ParseRecorded(c.Receipt.Recorded)
	if err != nil {
		return err // the ledger signed nonsense; Event has said so where it could
	}
	promised := recorded.Add(c.Grace)
	switch {
	case recorded.After(c.Now.Add(c.Grace)) && c.Live:
		out.find(Invalid, ledger.Malform("receipt.ahead", fmt.Sprintf("recorded %s; here it is %s", c.Receipt.Recorded, ledger.FormatRecorded(c.Now)), "a time that has come: set this machine's clock, or ask why the ledger's is ahead"))
	case c.Now.After(promised):
		out.accuse("log.short", fmt.Sprintf("the log ends at number %d, at %s", served.Size, ledger.FormatRecorded(c.Now)),
			fmt.Sprintf("number %d, recorded %s and promised to be sealed by %s", c.Receipt.Sequence, c.Receipt.Recorded, ledger.FormatRecorded(promised)))
	case c.Live:
		out.undecided(Pending)
	default:
		out.undecided(Undecided)
	}
	return nil
}

// history holds the checkpoint in the receipt against the one that is served: both
// are signed, so they must be of one history.
func (c Check) history(ctx context.Context, out *Report, log *archive.Reader, served proof.Checkpoint) error {
	had := checkpointIn(c.Receipt, c.Key)
	if had.Size == 0 {
		return nil // there is none, or it proves nothing
	}
	out.Proved = sizeOf(had)
	switch {
	case had.Size > served.Size && c.Live:
		out.accuse("log.rollback", fmt.Sprintf("the log that is served has %d entries", served.Size), fmt.Sprintf("at least %d: the ledger signed a checkpoint of that size, and it is in the receipt", had.Size))
	case had.Size > served.Size: // a copy may be older than the receipt
	default:
		root, err := tlog.TreeHash(int64(had.Size), log.At(ctx, served))
		if err != nil {
			return err
		}
		if root != had.Root {
			out.accuse("log.forked", fmt.Sprintf("the first %d entries of the log that is served have the root %s", had.Size, root), fmt.Sprintf("the root %s: the ledger signed it, and it is in the receipt", had.Root))
		}
	}
	return nil
}

// unread tells a log that is damaged, which is a finding, from one that could not
// be read.
func (c Check) unread(out *Report, err error) error {
	if ledger.ClassOf(err) != ledger.Damaged {
		return err
	}
	out.find(Broken, err)
	return nil
}
