package witness

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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
	states []State  // in the order of the policy's witnesses
	known  []uint64 // the size that each is taken to have
	noted  []uint64 // the checkpoint that each state is about
	asked  uint64   // the largest checkpoint that was ever asked about
}

// State is how a witness does, for those who watch over it.
type State struct {
	Name  string    `json:"name"`
	URL   string    `json:"url"`
	Up    bool      `json:"up"`              // it did as it should when it was asked last
	Size  uint64    `json:"size"`            // of the last checkpoint that it cosigned, as far as is known here
	Last  time.Time `json:"last,omitzero"`   // when it last cosigned for us
	Error string    `json:"error,omitempty"` // what it did instead when it was asked last
}

// NewClient is a client of the witnesses of a policy, for a log; each must have a
// URL.
func NewClient(p proof.Policy, log note.Verifier, clock func() time.Time) (*Client, error) {
	n := len(p.Witnesses)
	c := &Client{policy: p, log: log, clock: clock, known: make([]uint64, n), noted: make([]uint64, n), http: &http.Client{
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

// Cosign asks all witnesses at once and gives the note with the cosignatures that
// came. Those that the policy can spare are not waited for. It is an error when too
// few cosigned, and one of class Damaged when a witness shows a checkpoint of this
// log that contradicts this one. That it merely says so stops nobody.
func (c *Client) Cosign(ctx context.Context, a archive.Ask) ([]byte, error) {
	answers := make(chan answer, len(c.policy.Witnesses))
	asking := context.WithoutCancel(ctx) // a slow one may end after the checkpoint went out
	c.mu.Lock()
	c.asked = max(c.asked, a.Checkpoint.Size)
	c.mu.Unlock()
	for i := range c.policy.Witnesses {
		go func() { answers <- c.visit(asking, i, a) }()
	}
	return c.gather(ctx, a.Signed, answers)
}

// visit asks one witness and remembers how it did.
func (c *Client) visit(ctx context.Context, i int, a archive.Ask) answer {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	w := c.policy.Witnesses[i]
	line, err := c.persuade(ctx, i, a)
	if accused, ok := errors.AsType[*accusation](err); ok {
		if err = c.disagrees(ctx, w, a); err == nil {
			err = fmt.Errorf("witness %s shows no checkpoint for what it says: %s", w.Name, accused.Error())
		}
	}
	c.note(i, a.Checkpoint.Size, err)
	return answer{line: line, err: err}
}

// errOvertaken says that a slow answer came after that to a later checkpoint.
var errOvertaken = errors.New("it cosigned a later checkpoint meanwhile")

// later says whether a size that is not here under a checkpoint was asked about
// since.
func (c *Client) later(size uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return size <= c.asked
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
		all := len(c.policy.Witnesses)
		return nil, &ledger.Error{Class: ledger.Unavailable, Rule: "policy.quorum", Found: fmt.Sprintf("%d of %d witnesses cosigned", all-len(errs), all), Want: "as many as the policy asks for", Err: errors.Join(errs...)}
	}
	return signed, nil
}

// note remembers how a witness did that was asked to cosign. What came of later
// checkpoints stays.
func (c *Client) note(i int, size uint64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if size < c.noted[i] || errors.Is(err, errOvertaken) {
		return
	}
	c.noted[i] = size
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
		case got.size > a.Checkpoint.Size && c.later(got.size):
			return nil, fmt.Errorf("witness %s: %w", w.Name, errOvertaken)
		case got.size > a.Checkpoint.Size:
			return nil, &accusation{ahead(w.Name, got.size, a.Checkpoint.Size)}
		}
		old = got.size
		c.knows(i, old)
	}
	return nil, fmt.Errorf("witness %s: its size changes faster than it can be asked", w.Name)
}

func (c *Client) knows(i int, size uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[i] = max(c.known[i], size)
}

// Hold asks every witness, at a start, whether it knows more than the newest
// checkpoint that was signed here, or another history of what is published, whose
// hashes can be read; the zero Ask when nothing is. Their word is enough, for
// somebody is there to look into it. Witnesses that do not answer are passed over:
// they are asked again with every checkpoint.
func (c *Client) Hold(ctx context.Context, newest []byte, published archive.Ask) error {
	checkpoint, err := proof.ReadCheckpoint(newest)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found := make([]error, len(c.policy.Witnesses))
	var asking sync.WaitGroup
	for i, w := range c.policy.Witnesses {
		asking.Go(func() {
			got := c.ask(ctx, w, proof.AddCheckpoint{Old: checkpoint.Size, Checkpoint: newest})
			accused, ok := errors.AsType[*accusation](got.err)
			switch {
			case ok:
				found[i] = accused.error
			case got.err == errConflict && got.size > checkpoint.Size:
				found[i] = ahead(w.Name, got.size, checkpoint.Size)
			case got.err == errConflict:
				c.hears(i, got.size)
				if got.size <= published.Checkpoint.Size {
					found[i] = c.disagrees(ctx, w, published)
				}
			case got.err == nil:
				c.knows(i, checkpoint.Size)
				c.note(i, checkpoint.Size, nil)
			default:
				c.note(i, 0, got.err)
			}
		})
	}
	asking.Wait()
	return errors.Join(found...)
}

// hears remembers a witness that answered with the size that it has.
func (c *Client) hears(i int, size uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[i] = size
	s := &c.states[i]
	s.Up, s.Size, s.Error = true, size, ""
}
