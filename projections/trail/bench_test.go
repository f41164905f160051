package trail

import "testing"

// BenchmarkVerify is per bundle of a year, 45 records; most of it is signatures
// and schemas, side by side on all cores.
func BenchmarkVerify(b *testing.B) {
	w := whole(b)
	data := w.export(yearEnd)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if !Verify(data, Options{Root: w.root()}).OK {
			b.Fatal("does not verify")
		}
	}
}
