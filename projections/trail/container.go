package trail

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// MaxSize is the most bytes that a bundle may have: everything in it is stored as
// it is, so this bounds what is read as well.
const MaxSize = 512 << 20

// maxEntries bounds what is looked at in a container that is not of our making.
const maxEntries = 64

// entry is a file in the container.
type entry struct {
	name string
	data []byte
}

// The fixed parts of a zip (PKWARE APPNOTE 4.3). Time 0 and date 0x0021 are
// 1980-01-01 00:00, the first instant that the format knows.
const (
	localSize   = 30
	centralSize = 46
	localMark   = "PK\x03\x04"
	centralMark = "PK\x01\x02"
	endMark     = "PK\x05\x06"
	version     = 10 // of the format, for a file that is stored
	dosDate     = 0x0021
)

// common is the middle that local and central headers share.
func common(b []byte, e entry) []byte {
	le := binary.LittleEndian
	b = le.AppendUint16(b, version)
	b = le.AppendUint16(b, 0) // flags
	b = le.AppendUint16(b, 0) // method: stored
	b = le.AppendUint16(b, 0) // time
	b = le.AppendUint16(b, dosDate)
	b = le.AppendUint32(b, crc32.ChecksumIEEE(e.data))
	b = le.AppendUint32(b, uint32(len(e.data)))
	b = le.AppendUint32(b, uint32(len(e.data)))
	b = le.AppendUint16(b, uint16(len(e.name)))
	return le.AppendUint16(b, 0) // extra field
}

// pack writes the one container that entries have. Writes are whole headers and
// whole contents, in their order.
func pack(w io.Writer, entries []entry) (n int64, err error) {
	write := func(b []byte) {
		if err == nil {
			var m int
			m, err = w.Write(b)
			n += int64(m)
		}
	}
	le := binary.LittleEndian
	var central []byte
	for _, e := range entries {
		central = common(le.AppendUint16(append(central, centralMark...), version), e)
		central = append(central, make([]byte, 10)...) // comment, disk, attributes
		central = append(le.AppendUint32(central, uint32(n)), e.name...)
		write(append(common([]byte(localMark), e), e.name...))
		write(e.data)
	}
	end := le.AppendUint32([]byte(endMark), 0) // this disk, the directory's disk
	end = le.AppendUint16(end, uint16(len(entries)))
	end = le.AppendUint16(end, uint16(len(entries)))
	end = le.AppendUint32(end, uint32(len(central)))
	end = le.AppendUint32(end, uint32(n))
	write(central)
	write(le.AppendUint16(end, 0)) // comment
	return n, err
}

// packedSize is how many bytes pack writes.
func packedSize(entries []entry) (n int64) {
	for _, e := range entries {
		n += int64(localSize+centralSize+2*len(e.name)) + int64(len(e.data))
	}
	return n + 22
}

// unpack reads the files of a container, as ours write it or, failing that, as
// any zip that stores its files. That the container is the one that its contents
// have is for differs to say.
func unpack(data []byte) ([]entry, error) {
	if entries := scan(data); len(entries) > 0 {
		return entries, nil
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	if len(z.File) > maxEntries {
		return nil, fmt.Errorf("%d files, of at most %d", len(z.File), maxEntries)
	}
	var entries []entry
	var total uint64
	for _, f := range z.File {
		if f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64 {
			return nil, fmt.Errorf("%.60q is compressed", f.Name)
		}
		at, err := f.DataOffset()
		if err != nil {
			return nil, fmt.Errorf("%.60q: %w", f.Name, err)
		}
		size := f.UncompressedSize64
		if total += size; at < 0 || size > uint64(len(data)) || uint64(at) > uint64(len(data))-size || total > uint64(len(data)) {
			return nil, fmt.Errorf("%.60q reaches past the end", f.Name)
		}
		entries = append(entries, entry{f.Name, data[at : uint64(at)+size]})
	}
	if len(entries) == 0 {
		return nil, errors.New("no files")
	}
	return entries, nil
}

// scan walks the local headers from the first byte to the directory; nil where
// they do not lead there.
func scan(data []byte) (entries []entry) {
	le := binary.LittleEndian
	for len(data) >= localSize && string(data[:4]) == localMark && len(entries) < maxEntries {
		size, name, extra := uint64(le.Uint32(data[18:])), uint64(le.Uint16(data[26:])), uint64(le.Uint16(data[28:]))
		head := localSize + name + extra
		if head+size > uint64(len(data)) {
			return nil
		}
		entries = append(entries, entry{string(data[localSize : localSize+name]), data[head : head+size]})
		data = data[head+size:]
	}
	if !bytes.HasPrefix(data, []byte(centralMark)) {
		return nil
	}
	return entries
}

// differs finds the first byte in which data is not the container that entries
// have; ok says that there is none.
func differs(data []byte, entries []entry) (offset int64, ok bool) {
	c := &comparer{rest: data}
	n, err := pack(c, entries)
	if err != nil {
		return c.offset, false
	}
	return n, n == int64(len(data))
}

// comparer is a writer that takes only what data holds.
type comparer struct {
	rest   []byte
	offset int64
}

func (c *comparer) Write(b []byte) (int, error) {
	if bytes.HasPrefix(c.rest, b) {
		c.rest, c.offset = c.rest[len(b):], c.offset+int64(len(b))
		return len(b), nil
	}
	i := 0
	for i < len(c.rest) && c.rest[i] == b[i] {
		i++
	}
	c.offset += int64(i)
	return i, io.ErrShortWrite
}

// region says in what part of the container of entries an offset lies: a file's
// name, empty past the last one.
func region(entries []entry, offset int64) string {
	for _, e := range entries {
		if offset -= int64(localSize + len(e.name) + len(e.data)); offset < 0 {
			return e.name
		}
	}
	for _, e := range entries {
		if offset -= int64(centralSize + len(e.name)); offset < 0 {
			return e.name
		}
	}
	return ""
}
