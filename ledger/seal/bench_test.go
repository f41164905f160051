package seal_test

import (
	"crypto/rand"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"ducha/ledger/seal"
)

// bench runs f on a statement of usual size, its encoding and its key.
func bench(b *testing.B, f func(b *testing.B, key seal.PrivateKey, e seal.Envelope, data []byte)) {
	event, err := os.ReadFile("testdata/event.json")
	require.NoError(b, err)
	for _, alg := range algorithms {
		b.Run(string(alg), func(b *testing.B) {
			key := seeded(b, alg, 7)
			e, err := seal.Seal(rand.Reader, key, seal.PayloadTypeStatement, event)
			require.NoError(b, err)
			b.ReportAllocs()
			f(b, key, e, e.Encode())
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	bench(b, func(b *testing.B, key seal.PrivateKey, e seal.Envelope, _ []byte) {
		public := key.Public()
		for b.Loop() {
			if err := e.Verify(public); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	bench(b, func(b *testing.B, key seal.PrivateKey, e seal.Envelope, _ []byte) {
		for b.Loop() {
			if _, err := seal.Seal(rand.Reader, key, e.PayloadType, e.Payload); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkParseEnvelope(b *testing.B) {
	bench(b, func(b *testing.B, _ seal.PrivateKey, _ seal.Envelope, data []byte) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := seal.ParseEnvelope(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkParsePublicKey(b *testing.B) {
	bench(b, func(b *testing.B, key seal.PrivateKey, _ seal.Envelope, _ []byte) {
		file := key.Public().PEM()
		for b.Loop() {
			if _, err := seal.ParsePublicKey(file); err != nil {
				b.Fatal(err)
			}
		}
	})
}
