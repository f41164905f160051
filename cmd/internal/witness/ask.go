package witness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// answer is what came of asking one witness.
type answer struct {
	line []byte
	size uint64 // with a conflict
	err  error
}

// errConflict says that a witness is at another size.
var errConflict = errors.New("another size")

// accusation is what a witness says of this log, and may not be able to show.
type accusation struct{ error }

// ahead says that a witness saw more than there is here.
func ahead(name string, size, ours uint64) error {
	return &ledger.Error{Class: ledger.Damaged, Rule: "rollback.witness", Found: fmt.Sprintf("the witness %s cosigned %d records of this log, here are %d", name, size, ours),
		Want: "the log as it was: this folder was put back from an older state. Run `ducha recover` from a copy of the archive that goes as far"}
}

func fork(found string, args ...any) error {
	return &ledger.Error{Class: ledger.Damaged, Rule: "archive.fork", Found: fmt.Sprintf(found, args...),
		Want: "a log that continues what the witness cosigned before: this is another history of it. Run `ducha recover` from a copy of the archive that the witness agrees with"}
}

// ask makes one request.
func (c *Client) ask(ctx context.Context, w proof.PolicyWitness, a proof.AddCheckpoint) answer {
	fail := func(format string, args ...any) answer {
		return answer{err: fmt.Errorf("witness %s: "+format, append([]any{w.Name}, args...)...)}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(w.URL, "/")+"/add-checkpoint", bytes.NewReader(a.Encode()))
	if err != nil {
		return fail("%w", err)
	}
	res, body, err := c.do(r)
	if err != nil {
		return fail("%w", err)
	}
	switch said := strings.TrimSpace(string(body)); {
	case res.StatusCode == http.StatusOK:
		line, err := own(a.Checkpoint, body, w.Verifier)
		if err != nil {
			return fail("%w", err)
		}
		return answer{line: line}
	case res.StatusCode == http.StatusConflict:
		size, err := strconv.ParseUint(strings.TrimSuffix(string(body), "\n"), 10, 53)
		if err != nil || res.Header.Get("Content-Type") != "text/x.tlog.size" {
			return fail("a conflict without a size: %.80q", body)
		}
		return answer{size: size, err: errConflict}
	case res.StatusCode == http.StatusUnprocessableEntity:
		return answer{err: &accusation{fork("the witness %s refuses size %s: %.200q", w.Name, claimed(a.Checkpoint), said)}}
	case res.StatusCode == http.StatusNotFound:
		return fail("%s: it does not know this log, or its URL is another: its operator adds the key at /tlog/key (%.200q)", res.Status, said)
	default:
		return fail("%s: %.200q", res.Status, said)
	}
}

// do makes a request and reads all of an answer that is not too long, so that the
// connection can be used again.
func (c *Client) do(r *http.Request) (*http.Response, []byte, error) {
	res, err := c.http.Do(r)
	if err != nil {
		return nil, nil, fmt.Errorf("it does not answer: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return nil, nil, fmt.Errorf("its answer breaks off: %w", err)
	}
	if len(body) > maxAnswer {
		return nil, nil, fmt.Errorf("its answer has more than %d bytes", maxAnswer)
	}
	return res, body, nil
}

func claimed(signed []byte) string {
	c, err := proof.ReadCheckpoint(signed)
	if err != nil {
		return "?"
	}
	return strconv.FormatUint(c.Size, 10)
}

// own is the witness's line among those of an answer, verified; others are passed
// over, such as its line of a type that is not known yet.
func own(signed, lines []byte, w note.Verifier) ([]byte, error) {
	for line := range strings.Lines(string(lines)) {
		both, err := proof.AddSignatures(signed, []byte(line))
		if err != nil {
			return nil, err
		}
		n, err := note.Open(both, note.VerifierList(w))
		if _, other := errors.AsType[*note.UnverifiedNoteError](err); other {
			continue
		}
		if err != nil {
			return nil, err
		}
		if stamp(n.Sigs[0]).Unix() == 0 {
			return nil, fmt.Errorf("a cosignature of %s without a time", w.Name())
		}
		return []byte(line), nil
	}
	return nil, fmt.Errorf("an answer without a cosignature of %s", w.Name())
}

// disagrees asks a witness for the checkpoint that it cosigned last. It is an error
// of class Damaged when the log's own key signed that and the log is not, or does
// not continue, what it says.
func (c *Client) disagrees(ctx context.Context, w proof.PolicyWitness, ours archive.Ask) error {
	theirs, ok := c.shown(ctx, w, ours.Checkpoint.Origin)
	if !ok {
		return nil
	}
	root := ours.Checkpoint.Root
	switch {
	case theirs.Size > ours.Checkpoint.Size && c.later(theirs.Size):
		return nil
	case theirs.Size > ours.Checkpoint.Size:
		return ahead(w.Name, theirs.Size, ours.Checkpoint.Size)
	case theirs.Size < ours.Checkpoint.Size:
		var err error
		if root, err = tlog.TreeHash(int64(theirs.Size), ours.Hashes); err != nil {
			return err
		}
	}
	if root == theirs.Root {
		return nil
	}
	return fork("the witness %s shows a checkpoint of %d records with the root %s that this log's key signed; here they have the root %s", w.Name, theirs.Size, theirs.Root, root)
}

// shown is the checkpoint that a witness shows, if the log signed it.
func (c *Client) shown(ctx context.Context, w proof.PolicyWitness, origin string) (proof.Checkpoint, bool) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(w.URL, "/")+"/"+OriginHash(origin)+"/checkpoint", nil)
	if err != nil {
		return proof.Checkpoint{}, false
	}
	res, body, err := c.do(r)
	if err != nil || res.StatusCode != http.StatusOK {
		return proof.Checkpoint{}, false
	}
	theirs, err := proof.OpenCheckpoint(body, c.log)
	return theirs, err == nil
}
