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
	"sync"
	"time"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	// linger is how long a checkpoint waits for witnesses that the policy can spare,
	// patience for those that it needs.
	linger   = 400 * time.Millisecond
	patience = 5 * time.Second
	// maxAnswer is the most bytes of a witness's answer.
	maxAnswer = 64 << 10
)

// Client asks the witnesses of a policy. It may be used by many goroutines.
type Client struct {
	policy proof.Policy
	log    note.Verifier // of the log's own checkpoints
	http   *http.Client
	clock  func() time.Time

	mu     sync.Mutex
	states []State // in the order of the policy's witnesses
	known  []uint64
}

// State is how a witness does, for those who watch over it.
type State struct {
	Name  string    `json:"name"`
	URL   string    `json:"url"`
	Up    bool      `json:"up"`              // it answered when it was asked last
	Size  uint64    `json:"size"`            // of the last checkpoint that it cosigned
	Last  time.Time `json:"last,omitzero"`   // when it cosigned that
	Error string    `json:"error,omitempty"` // why it did not when it was asked last
}

// NewClient is a client of the witnesses of a policy, for a log; each must have a
// URL.
func NewClient(p proof.Policy, log note.Verifier, clock func() time.Time) (*Client, error) {
	c := &Client{policy: p, log: log, clock: clock, known: make([]uint64, len(p.Witnesses)), http: &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("a witness does not redirect") },
	}}
	for _, w := range p.Witnesses {
		if !strings.HasPrefix(w.URL, "http://") && !strings.HasPrefix(w.URL, "https://") {
			return nil, ledger.Malform("witness.url", fmt.Sprintf("witness %s with the URL %q", w.Name, w.URL), "witness <name> <vkey> <url>, the URL of its submission prefix, such as https://witness.example.org/ducha")
		}
		c.states = append(c.states, State{Name: w.Name, URL: w.URL})
	}
	return c, nil
}

// Status says how each witness does.
func (c *Client) Status() []State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]State(nil), c.states...)
}

// answer is what came of asking one witness.
type answer struct {
	line []byte
	size uint64 // with a conflict
	err  error
}

// Cosign asks all witnesses at once and gives the note with the cosignatures that
// came. Those that the policy can spare are not waited for. It is an error when too
// few cosigned, and one of class Damaged when a witness shows a checkpoint of this
// log that contradicts this one. That it merely says so stops nobody.
func (c *Client) Cosign(ctx context.Context, a archive.Ask) ([]byte, error) {
	answers := make(chan answer, len(c.policy.Witnesses))
	asking := context.WithoutCancel(ctx) // a slow one may end after the checkpoint went out
	for i := range c.policy.Witnesses {
		go func() {
			asking, cancel := context.WithTimeout(asking, patience)
			defer cancel()
			line, err := c.persuade(asking, i, a)
			if ledger.ClassOf(err) == ledger.Damaged && !c.shown(asking, c.policy.Witnesses[i], a.Checkpoint) {
				err = fmt.Errorf("witness %s says so, and shows nothing: %w", c.policy.Witnesses[i].Name, errors.New(err.Error()))
			}
			c.note(i, a.Checkpoint.Size, err)
			answers <- answer{line: line, err: err}
		}()
	}
	return c.gather(ctx, a.Signed, answers)
}

// gather waits for what the policy needs.
func (c *Client) gather(ctx context.Context, signed []byte, answers <-chan answer) ([]byte, error) {
	spare := time.After(linger)
	var errs []error
	met, enough := !c.policy.Needed(), false
	for left := len(c.policy.Witnesses); left > 0 && !(met && enough); {
		select {
		case a := <-answers:
			left--
			if ledger.ClassOf(a.err) == ledger.Damaged {
				return nil, a.err
			}
			if a.err != nil {
				errs = append(errs, a.err)
				continue
			}
			var err error
			if signed, err = proof.AddSignatures(signed, a.line); err != nil {
				return nil, err
			}
			if _, met, err = c.policy.Cosigned(signed); err != nil {
				return nil, err
			}
		case <-spare:
			enough = true
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if !met {
		return nil, &ledger.Error{Class: ledger.Unavailable, Rule: "policy.quorum", Found: "too few witnesses cosigned", Want: "as many as the policy asks for", Err: errors.Join(errs...)}
	}
	return signed, nil
}

func (c *Client) note(i int, size uint64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := &c.states[i]
	if s.Up, s.Error = err == nil, ""; err != nil {
		s.Error = err.Error()
		return
	}
	s.Size, s.Last = size, c.clock()
}

// persuade asks one witness, from the size that it knows.
func (c *Client) persuade(ctx context.Context, i int, a archive.Ask) ([]byte, error) {
	w := c.policy.Witnesses[i]
	c.mu.Lock()
	old := min(c.known[i], a.Checkpoint.Size)
	c.mu.Unlock()
	for range 3 { // it may know more than it did, once or twice: others ask too
		request := proof.AddCheckpoint{Old: old, Checkpoint: a.Signed}
		if old > 0 && old < a.Checkpoint.Size {
			var err error
			if request.Proof, err = tlog.ProveTree(int64(a.Checkpoint.Size), int64(old), a.Hashes); err != nil {
				return nil, err
			}
		}
		got := c.ask(ctx, w, request)
		switch {
		case got.err == nil:
			c.knows(i, a.Checkpoint.Size)
			return got.line, nil
		case got.err != errConflict:
			return nil, got.err
		case got.size > a.Checkpoint.Size:
			return nil, ahead(w.Name, got.size, a.Checkpoint.Size)
		}
		old = got.size
		c.knows(i, old)
	}
	return nil, fmt.Errorf("witness %s: its size changes faster than it can be asked", w.Name)
}

func (c *Client) knows(i int, size uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[i] = size
}

// ahead says that a witness saw more than there is here.
func ahead(name string, size, ours uint64) error {
	return &ledger.Error{Class: ledger.Damaged, Rule: "rollback.witness", Found: fmt.Sprintf("the witness %s cosigned %d records of this log, here are %d", name, size, ours),
		Want: "the log as it was: this folder was put back from an older state. Run `ducha recover` from a copy of the archive that goes as far"}
}

// shown says whether a witness has a checkpoint that the log signed and that
// contradicts one: a longer log, or another one of its size.
func (c *Client) shown(ctx context.Context, w proof.PolicyWitness, ours proof.Checkpoint) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(w.URL, "/")+"/"+OriginHash(ours.Origin)+"/checkpoint", nil)
	if err != nil {
		return false
	}
	res, err := c.http.Do(r)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil || res.StatusCode != http.StatusOK {
		return false
	}
	theirs, err := proof.OpenCheckpoint(body, c.log)
	return err == nil && (theirs.Size > ours.Size || theirs.Size == ours.Size && theirs.Root != ours.Root)
}

var errConflict = errors.New("another size")

// ask makes one request.
func (c *Client) ask(ctx context.Context, w proof.PolicyWitness, a proof.AddCheckpoint) answer {
	fail := func(format string, args ...any) answer {
		return answer{err: fmt.Errorf("witness %s: "+format, append([]any{w.Name}, args...)...)}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(w.URL, "/")+"/add-checkpoint", bytes.NewReader(a.Encode()))
	if err != nil {
		return fail("%w", err)
	}
	res, err := c.http.Do(r)
	if err != nil {
		return fail("does not answer: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil || len(body) > maxAnswer {
		return fail("an answer that breaks off or has more than %d bytes: %w", maxAnswer, err)
	}
	switch {
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
		return answer{err: &ledger.Error{Class: ledger.Damaged, Rule: "archive.fork", Found: fmt.Sprintf("the witness %s refuses size %s: %.200s", w.Name, claimed(a.Checkpoint), strings.TrimSpace(string(body))),
			Want: "a log that continues what the witness cosigned before: this may be another history of it"}}
	}
	return fail("%s: %.200s", res.Status, strings.TrimSpace(string(body)))
}

func claimed(signed []byte) string {
	c, err := proof.ReadCheckpoint(signed)
	if err != nil {
		return "?"
	}
	return strconv.FormatUint(c.Size, 10)
}

// own is the witness's line among those of an answer, verified; others are passed
// over.
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
		if len(n.Sigs) == 1 {
			return []byte(line), nil
		}
	}
	return nil, fmt.Errorf("an answer without a cosignature of %s", w.Name())
}

// Hold asks every witness whether it knows more than a checkpoint, or another one
// of its size; at a start their word is enough, for somebody is there to look into
// it. Witnesses that do not answer are passed over: they are asked again with every
// checkpoint.
func (c *Client) Hold(ctx context.Context, signed []byte) error {
	checkpoint, err := proof.ReadCheckpoint(signed)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found := make([]error, len(c.policy.Witnesses))
	var asking sync.WaitGroup
	for i, w := range c.policy.Witnesses {
		asking.Go(func() {
			got := c.ask(ctx, w, proof.AddCheckpoint{Old: checkpoint.Size, Checkpoint: signed})
			switch {
			case got.err == errConflict && got.size > checkpoint.Size:
				found[i] = ahead(w.Name, got.size, checkpoint.Size)
			case got.err == errConflict:
				c.knows(i, got.size)
			case got.err == nil:
				c.knows(i, checkpoint.Size)
			case ledger.ClassOf(got.err) == ledger.Damaged:
				found[i] = got.err
			default:
				c.note(i, 0, got.err)
			}
		})
	}
	asking.Wait()
	return errors.Join(found...)
}
