package natsd

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ducha/ledger"

	"github.com/minio/highwayhash"
	"github.com/nats-io/nats.go"
)

// Message is a message as it lies in the files of a store.
type Message struct {
	Sequence uint64
	Subject  string
	Header   nats.Header
	Body     []byte
}

// Flaw is a place in the files of a store that does not hold what the server wrote.
type Flaw struct {
	Path  string // of the block
	Byte  int    // where in it
	After uint64 // the last good sequence before it
	Found string
}

func (f Flaw) String() string {
	return fmt.Sprintf("%s, byte %d, after record %d: %s", f.Path, f.Byte, f.After, f.Found)
}

// Blocks reads the messages of a ledger's stream from the files of its store,
// without a server, and changes nothing: a server that recovers a damaged stream
// cuts it short, or deletes it. Every message that is given has its checksum. What
// is damaged is given to flaw, and passed over; an end that was cut off while it was
// written is none, since nobody was told that it is stored.
//
// The layout is nats-server's own (filestore.go of 2.15.2), of streams without
// compression and encryption: records of
//
//	length u32, highest bit: with headers | sequence u64 | time i64 | subject length u16 |
//	subject | [header length u32 | headers] | body | HighwayHash-64
//
// little endian, in files <n>.blk.
func Blocks(store string, campaign ledger.LocalID, flaw func(Flaw)) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		b := blocks{stream: ledger.StreamName(campaign), subject: []byte("ledger." + string(campaign) + "."), flaw: flaw, yield: yield}
		b.dir = filepath.Join(store, "jetstream", "$G", "streams", b.stream, "msgs")
		names, err := blockNames(b.dir)
		if err != nil {
			yield(Message{}, fmt.Errorf("store: %w", err))
			return
		}
		for i, n := range names {
			if !b.read(n, i == len(names)-1) {
				return
			}
		}
	}
}

// blockNames lists the numbers of the blocks, in their order; none where there is
// no stream.
func blockNames(dir string) (list []int, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".blk"); ok {
			if n, err := strconv.Atoi(name); err == nil {
				list = append(list, n)
			}
		}
	}
	slices.Sort(list)
	return list, err
}

type blocks struct {
	dir, stream string
	subject     []byte // how every subject begins
	flaw        func(Flaw)
	yield       func(Message, error) bool
	last        uint64 // the last sequence given
	told        bool   // a flaw was given since: it explains a gap
}

const (
	frameHeader = 22
	frameHash   = 8
	withHeaders = 1 << 31
	marks       = uint64(3) << 62 // of what is erased
)

// read gives the messages of one block and says whether more are wanted.
func (b *blocks) read(n int, newest bool) bool {
	path := filepath.Join(b.dir, fmt.Sprintf("%d.blk", n))
	data, err := os.ReadFile(path)
	if err != nil {
		// A disk that does not give a block may give the next one.
		b.flaw(Flaw{Path: path, After: b.last, Found: err.Error()})
		b.told = true
		return true
	}
	hash := sha256.Sum256(fmt.Appendf(nil, "%s-%d", b.stream, n))
	for at := 0; at < len(data); {
		m, size, err := frame(data[at:], hash[:])
		if err == nil {
			if b.subject != nil && !bytes.HasPrefix([]byte(m.Subject), b.subject) {
				b.flaw(Flaw{path, at, b.last, "a message of the subject " + m.Subject})
			} else if m.Sequence != b.last+1 && !b.told {
				b.flaw(Flaw{path, at, b.last, fmt.Sprintf("record %d follows", m.Sequence)})
			}
			if m.Sequence > b.last {
				b.last, b.told = m.Sequence, false
				if !b.yield(m, nil) {
					return false
				}
			}
			at += size
			continue
		}
		next := b.resume(data, at+1, hash[:])
		if next < 0 && newest && errors.Is(err, errCut) {
			return true // cut off while it was written
		}
		b.flaw(Flaw{path, at, b.last, err.Error()})
		b.told = true
		if next < 0 {
			return true
		}
		at = next
	}
	return true
}

// resume finds where the next good message begins, -1 for nowhere.
func (b *blocks) resume(data []byte, from int, hash []byte) int {
	for {
		i := bytes.Index(data[min(from, len(data)):], b.subject)
		if i < 0 {
			return -1
		}
		if at := from + i - frameHeader; at >= from {
			if _, _, err := frame(data[at:], hash); err == nil {
				return at
			}
		}
		from += i + 1
	}
}

var (
	errCut    = errors.New("a record that is cut off")
	errSum    = errors.New("a record that was changed: its checksum does not fit")
	errForm   = errors.New("what is no record")
	errErased = errors.New("the mark of an erased record")
)

// frame reads the message that data begins with, and how long it is.
func frame(data, hash []byte) (m Message, size int, err error) {
	if len(data) < frameHeader {
		return m, 0, errCut
	}
	length := binary.LittleEndian.Uint32(data)
	size = int(length &^ withHeaders)
	subject := int(binary.LittleEndian.Uint16(data[20:]))
	head := subject
	if length&withHeaders != 0 {
		head += 4
	}
	switch {
	case size < frameHeader+head+frameHash || size > 32<<20:
		return m, 0, errForm
	case size > len(data):
		return m, 0, errCut
	}
	body := data[frameHeader : size-frameHash]
	h, err := highwayhash.New64(hash)
	if err != nil {
		return m, 0, err
	}
	h.Write(data[4:20])
	h.Write(body[:subject])
	h.Write(body[head:])
	if !bytes.Equal(h.Sum(nil), data[size-frameHash:size]) {
		return m, 0, errSum
	}
	m.Sequence = binary.LittleEndian.Uint64(data[4:])
	if m.Sequence&marks != 0 || m.Sequence == 0 {
		return m, 0, errErased
	}
	m.Subject, m.Body = string(body[:subject]), body[head:]
	if length&withHeaders != 0 {
		n := int(binary.LittleEndian.Uint32(body[subject:]))
		if n > len(m.Body) {
			return m, 0, errForm
		}
		if m.Header, err = nats.DecodeHeadersMsg(m.Body[:n]); err != nil {
			return m, 0, errForm
		}
		m.Body = m.Body[n:]
	}
	return m, size, nil
}

// verify refuses a store whose files do not hold what the server wrote. It reads all
// of them, and is done before a server may touch them.
func (f *folder) verify(campaign ledger.LocalID) error {
	var flaws []Flaw
	for _, err := range Blocks(f.store(), campaign, func(w Flaw) { flaws = append(flaws, w) }) {
		if err != nil {
			return err
		}
		if len(flaws) > 0 {
			break
		}
	}
	if len(flaws) == 0 {
		return nil
	}
	return &ledger.Error{Class: ledger.Damaged, Rule: "store.block", Found: flaws[0].String(),
		Want: "the files as the server wrote them. Nothing was started and nothing touched: `ducha recover --data " + f.dir + "` makes the store anew from the archive and from what is good in it"}
}
