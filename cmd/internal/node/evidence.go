package node

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"ducha/ledger"
	"ducha/ledger/evidence"
	"ducha/projections"

	"github.com/gabriel-vasile/mimetype"
)

// media are the kinds of files that are taken in, as their bytes say what they are:
// pictures, papers and tables. Nothing that a browser or an office program would run.
var media = []string{
	"image/jpeg", "image/png", "image/gif", "image/webp", "image/tiff", "image/heic", "video/mp4", "audio/mpeg",
	"application/pdf", "text/plain", "text/csv", "application/ofd", "application/zip",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation",
	"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
}

// Media lists the media types that are taken in.
func Media() []string { return slices.Clone(media) }

// sniffed is how much of a file is looked at to tell what it is.
const sniffed = 3072

// TakeFile (收存) stores a file that a statement on record names. The statement comes
// first: nothing that nobody signed for is stored.
func (n *Node) TakeFile(ctx context.Context, digest ledger.Digest, body io.Reader) (evidence.Info, error) {
	if err := n.Fault(); err != nil {
		return evidence.Info{}, err
	}
	if n.Evidence == nil {
		return evidence.Info{}, noEvidence()
	}
	var named, sealed bool
	n.View.Read(func(c *projections.Campaign, _ uint64) {
		named, sealed = len(c.Files[digest]) > 0, c.Sealings.Attachment(digest)
	})
	switch {
	case sealed:
		return evidence.Info{}, ledger.Refuse("evidence.sealed", fmt.Sprintf("the file %s, which two persons sealed", digest), "another file")
	case !named:
		return evidence.Info{}, ledger.Refuse("evidence.named", fmt.Sprintf("a file with the digest %s, which no statement names", digest), "the statement first, with the digest in its evidence; then the file")
	}
	head := make([]byte, sniffed)
	k, err := io.ReadFull(body, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return evidence.Info{}, fmt.Errorf("evidence: %w", err)
	}
	kind, err := mediaOf(head[:k])
	if err != nil {
		return evidence.Info{}, err
	}
	return n.Evidence.Put(ctx, digest, kind, io.MultiReader(strings.NewReader(string(head[:k])), body))
}

// mediaOf is what a file is by its bytes, whatever its name says.
func mediaOf(head []byte) (string, error) {
	found := mimetype.Detect(head)
	for m := found; m != nil; m = m.Parent() {
		kind, _, _ := strings.Cut(m.String(), ";")
		if kind == "text/plain" && m != found {
			break // HTML, SVG and scripts are text, and not taken for it
		}
		if slices.Contains(media, kind) {
			return kind, nil
		}
	}
	kind, _, _ := strings.Cut(found.String(), ";")
	return "", ledger.Refuse("evidence.media", "a file of the type "+kind, "a picture, a PDF or OFD, an office document, a table or plain text: "+strings.Join(media, ", "))
}

// File gives a file's bytes; a sealed one has none.
func (n *Node) File(ctx context.Context, digest ledger.Digest) (io.ReadCloser, evidence.Info, error) {
	if n.Evidence == nil {
		return nil, evidence.Info{}, noEvidence()
	}
	var sealed bool
	n.View.Read(func(c *projections.Campaign, _ uint64) { sealed = c.Sealings.Attachment(digest) })
	if sealed {
		return nil, evidence.Info{}, &ledger.Error{Class: ledger.NotFound, Rule: "evidence.sealed", Found: "the file " + string(digest) + ", which two persons sealed", Want: "its digest, which stays on record"}
	}
	return n.Evidence.Get(ctx, digest)
}

func noEvidence() error {
	return &ledger.Error{Class: ledger.NotFound, Rule: "evidence.store", Found: "a ledger without a store for files", Want: "one that has it: `ducha attachment init` with the server stopped"}
}

// HeldFile is a file as statements name it, and as the store has it.
type HeldFile struct {
	projections.FileStatus
	Stored *evidence.Info `json:"stored,omitempty"`
	Fault  string         `json:"fault,omitempty"` // what was found wrong with its bytes
}

// FileReport (材料核对) is what the store has of what statements name.
type FileReport struct {
	Named   int        `json:"named"`
	Held    int        `json:"held"`
	Sealed  int        `json:"sealed"`
	Missing int        `json:"missing"` // named, and not in the store: never handed in, or lost
	Damaged int        `json:"damaged"`
	Unnamed int        `json:"unnamed"` // in the store, and named by nothing
	Files   []HeldFile `json:"files"`
}

// Files holds what statements name against the store; with verify, every file is
// read and hashed.
func (n *Node) Files(ctx context.Context, verify bool) (FileReport, error) {
	r := FileReport{Files: []HeldFile{}}
	if n.Evidence == nil {
		return r, noEvidence()
	}
	stored, err := n.Evidence.List(ctx)
	if err != nil {
		return r, err
	}
	held := map[ledger.Digest]evidence.Info{}
	for _, i := range stored {
		held[i.SHA256] = i
	}
	n.View.Read(func(c *projections.Campaign, _ uint64) {
		for _, f := range c.FileList(c.Now(n.Clock())) {
			r.Files = append(r.Files, HeldFile{FileStatus: f})
		}
	})
	for i := range r.Files {
		f := &r.Files[i]
		r.Named++
		info, ok := held[f.SHA256]
		delete(held, f.SHA256)
		switch {
		case f.Sealed:
			r.Sealed++
			continue
		case !ok:
			r.Missing++
			continue
		}
		r.Held++
		if f.Stored = &info; verify {
			if err := n.hashes(ctx, f.SHA256); err != nil {
				f.Fault = err.Error()
				r.Damaged++
			}
		}
	}
	r.Unnamed = len(held)
	return r, nil
}

// hashes reads a file to its end: an error says that it is not what it was.
func (n *Node) hashes(ctx context.Context, digest ledger.Digest) error {
	body, _, err := n.Evidence.Get(ctx, digest)
	if err != nil {
		return err
	}
	defer body.Close()
	_, err = io.Copy(io.Discard, body)
	return err
}

// removeSealed takes the bytes of sealed files out of the store.
func (n *Node) removeSealed(ctx context.Context) {
	if n.Evidence == nil {
		return
	}
	var sealed []ledger.Digest
	n.View.Read(func(c *projections.Campaign, _ uint64) {
		for digest := range c.Files {
			if c.Sealings.Attachment(digest) {
				sealed = append(sealed, digest)
			}
		}
	})
	for _, digest := range sealed {
		if _, err := n.Evidence.Stat(ctx, digest); err != nil {
			continue
		}
		if err := n.Evidence.Remove(ctx, digest); err != nil {
			n.options.Logger.Error("a sealed file could not be removed: it is refused at the door, and removed with the next sealing", "sha256", digest, "err", err)
		}
	}
}
