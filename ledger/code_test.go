package ledger_test

import (
	"crypto/sha256"
	"math"
	"strings"
	"testing"

	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestACodeIsFrozen(t *testing.T) {
	digest := ledger.Hash(sha256.Sum256([]byte("abc"))) // ba7816bf8f…
	assert.Equal(t, ledger.Code("1-Q9W1-DFWF"), ledger.CodeOf(1, digest))
	assert.Equal(t, ledger.Code("1C7-Q9W1-DFWF"), ledger.CodeOf(1415, digest))
	assert.Equal(t, ledger.Code("1C7-Q9W1-DFWF"), ledger.Receipt{Sequence: 1415, Digest: digest}.Code(), "a receipt has all that it takes")
}

// A code is read as people write it, and as nothing else.
func TestCodesAreReadAsPeopleTypeThem(t *testing.T) {
	for _, typed := range []string{"1C7-Q9W1-DFWF", "1c7-q9w1-dfwf", " lc7 q9wi dfwf ", "01C7Q9W1DFWF"} {
		code, sequence, err := ledger.ParseCode(typed)
		require.NoError(t, err, typed)
		assert.Equal(t, ledger.Code("1C7-Q9W1-DFWF"), code)
		assert.Equal(t, uint64(1415), sequence)
	}
	for _, typed := range []string{"", "Q9W1-DFWF", "U-Q9W1-DFWF", "1C7-Q9W1-DFW!", "0-Q9W1-DFWF", "号-Q9W1-DFWF", strings.Repeat("Z", 21), strings.Repeat("1", 4000)} {
		_, _, err := ledger.ParseCode(typed)
		require.ErrorIs(t, err, &ledger.Error{Rule: "paper.code"}, typed)
	}
}

func TestEveryCodeComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var digest ledger.Hash
		copy(digest[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "digest"))
		sequence := rapid.Uint64Range(1, math.MaxUint64).Draw(t, "sequence")
		code := ledger.CodeOf(sequence, digest)
		again, n, err := ledger.ParseCode(string(code))
		require.NoError(t, err)
		require.Equal(t, code, again)
		require.Equal(t, sequence, n)
	})
}

// Whatever is typed, a code that is read has one form, and is read again as the same.
func FuzzParseCode(f *testing.F) {
	for _, s := range []string{"1C7-Q9W1-DFWF", "lc7q9wi dfwf", "0000000000001", "FZZZZZZZZZZZZ-ZZZZ-ZZZZ", "号"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, sequence, err := ledger.ParseCode(typed)
		if err != nil {
			require.ErrorIs(t, err, &ledger.Error{Rule: "paper.code"})
			return
		}
		require.NotZero(t, sequence)
		again, n, err := ledger.ParseCode(string(code))
		require.NoError(t, err, code)
		require.Equal(t, code, again)
		require.Equal(t, sequence, n)
	})
}
