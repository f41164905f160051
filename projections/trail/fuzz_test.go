package trail

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever the bytes are: no panic, the same report twice, and none but the one
// good bundle verifies.
func FuzzVerify(f *testing.F) {
	w := small(f)
	good := w.export(yearEnd)
	f.Add(good)
	f.Add([]byte("PK\x05\x06"))
	opts := Options{Root: w.root()}
	f.Fuzz(func(t *testing.T, data []byte) {
		check(t, data, string(good), opts)
	})
}

// The same behind a container that is good: one file of a good bundle is another,
// with its digest in the manifest made good.
func FuzzFiles(f *testing.F) {
	w := small(f)
	good := w.export(yearEnd)
	files := unpackOf(f, good)
	for i, name := range fileOrder {
		f.Add(uint8(i), files[name])
	}
	opts := Options{Root: w.root()}
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		name := fileOrder[int(n)%len(fileOrder)]
		forged := with(files, name, data)
		if name != manifestName {
			redigest(t, forged)
		}
		check(t, packOf(t, forged), string(good), opts)
	})
}

func check(t *testing.T, data []byte, good string, opts Options) {
	r := Verify(data, opts)
	require.Equal(t, string(data) == good, r.OK, "%v", codes(r))
	require.Equal(t, codes(r), codes(Verify(data, opts)))
	r.Print(io.Discard, "zh")
	r.Print(io.Discard, "en")
}
