package trail

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// badContainer is a bundle in a container that it should not be in.
type badContainer struct {
	name, code, file string
	data             []byte
}

func badContainers(t *testing.T, data []byte) []badContainer {
	good, err := unpack(data)
	require.NoError(t, err)
	repack := func(entries ...entry) []byte {
		var b bytes.Buffer
		_, err := pack(&b, entries)
		require.NoError(t, err)
		return b.Bytes()
	}
	stock := func(method uint16, comment string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, e := range good {
			w, err := z.CreateHeader(&zip.FileHeader{Name: e.name, Method: method, Comment: comment})
			require.NoError(t, err)
			_, err = w.Write(e.data)
			require.NoError(t, err)
		}
		require.NoError(t, z.Close())
		return b.Bytes()
	}
	swapped := slices.Clone(good)
	swapped[1], swapped[2] = swapped[2], swapped[1]
	return []badContainer{
		{"nothing", "container.unreadable", "", nil},
		{"no zip", "container.unreadable", "", []byte("hello")},
		{"too large", "container.size", "", make([]byte, MaxSize+1)},
		{"bytes before", "container.bytes", manifestName, append([]byte("#!"), data...)},
		{"bytes after", "container.bytes", "", append(bytes.Clone(data), 0)},
		{"half of it", "container.unreadable", "", data[:len(data)/2]},
		{"compressed", "container.unreadable", "", stock(zip.Deflate, "")},
		{"packed by another tool", "container.bytes", manifestName, stock(zip.Store, "")},
		{"with comments", "container.bytes", manifestName, stock(zip.Store, "hello")},
		{"no files", "container.unreadable", "", repack()},
		{"a file missing", "container.files", recordsName, repack(slices.Delete(slices.Clone(good), 1, 2)...)},
		{"a file too many", "container.files", "extra.txt", repack(append(slices.Clone(good), entry{"extra.txt", nil})...)},
		{"a file twice", "container.files", manifestName, repack(append(slices.Clone(good), good[0])...)},
		{"out of order", "container.files", contextName, repack(swapped...)},
		{"a file that leaves the folder", "container.files", "../../etc/passwd", repack(append(slices.Clone(good), entry{"../../etc/passwd", []byte("x")})...)},
		{"many files", "container.unreadable", "", repack(make([]entry, maxEntries+1)...)},
	}
}

func TestABadContainerIsNamed(t *testing.T) {
	for _, x := range badContainers(t, small(t).export(yearEnd)) {
		r := Verify(x.data, Options{})
		assert.False(t, r.OK, x.name)
		assert.True(t, slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code == x.code && f.File == x.file }), "%s: %v", x.name, codes(r))
	}
}

// What can still be read behind a bad container is checked all the same.
func TestABadContainerHidesNothing(t *testing.T) {
	w := small(t)
	files := unpackOf(t, w.export(yearEnd))
	own := recordsOf(t, files[recordsName])
	own[2] = reword(t, own[2])
	files[recordsName] = lines(own)
	data := append([]byte("#!/bin/sh\n"), packOf(t, files)...)
	r := Verify(data, Options{})
	for _, code := range []string{"container.bytes", "signature.bad", "trail.head", "file.digest", "attestation.file"} {
		assert.True(t, slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code == code }), "%s: %v", code, codes(r))
	}
}

// A directory whose files lie over each other would read the same bytes again
// and again.
func TestOverlappingFilesAreBounded(t *testing.T) {
	data := small(t).export(yearEnd)
	at := bytes.Index(data, []byte(centralMark))
	forged := append([]byte("#"), data...) // so that it is not walked from the start
	central := forged[at+1:]
	for bytes.HasPrefix(central, []byte(centralMark)) {
		le := binary.LittleEndian
		le.PutUint32(central[20:], uint32(at/2))
		le.PutUint32(central[24:], uint32(at/2))
		le.PutUint32(central[42:], 0)
		central = central[centralSize+int(le.Uint16(central[28:])):]
	}
	_, err := unpack(forged)
	assert.ErrorContains(t, err, "reaches past the end")
}
