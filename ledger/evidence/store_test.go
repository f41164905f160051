package evidence_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/iotest"

	"ducha/ledger"
	"ducha/ledger/evidence"
	"ducha/ledger/natsd"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// open is a store on a real embedded server, reached as the running ledger reaches it:
// as the user that may do little.
func open(t *testing.T, c evidence.Config) *evidence.Store {
	t.Helper()
	c.Campaign = "ja2023"
	dir := t.TempDir() + "/data"
	require.NoError(t, natsd.Init(dir, natsd.Marker{Campaign: c.Campaign, Mode: natsd.Standalone}))
	s, err := natsd.Start(t.Context(), natsd.Options{Dir: dir, Admin: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	admin, err := s.ConnectAdmin()
	require.NoError(t, err)
	defer admin.Close()
	require.NoError(t, evidence.Create(t.Context(), admin, c))
	var nc *nats.Conn
	nc, err = s.Connect()
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	store, err := evidence.Open(t.Context(), nc, c.Campaign)
	require.NoError(t, err)
	return store
}

func digest(data []byte) ledger.Digest {
	sum := sha256.Sum256(data)
	return ledger.Digest(hex.EncodeToString(sum[:]))
}

func noise(n int) []byte {
	data := make([]byte, n)
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	return data
}

func TestWhatIsPutIsWhatIsGot(t *testing.T) {
	s := open(t, evidence.Config{})
	for _, n := range []int{1, 1000, 128 << 10, 128<<10 + 1, 3 << 20} {
		data := noise(n)
		info, err := s.Put(t.Context(), digest(data), "image/jpeg", iotest.HalfReader(bytes.NewReader(data)))
		require.NoError(t, err)
		assert.Equal(t, int64(n), info.Size)
		assert.Len(t, info.SM3, 64)
		body, got, err := s.Get(t.Context(), digest(data))
		require.NoError(t, err)
		read, err := io.ReadAll(body)
		require.NoError(t, err)
		require.NoError(t, body.Close())
		assert.True(t, bytes.Equal(data, read))
		assert.Equal(t, "image/jpeg", got.Media)
		assert.Equal(t, info.SM3, got.SM3)
	}
	list, err := s.List(t.Context())
	require.NoError(t, err)
	assert.Len(t, list, 5)
}

// SM3 of "abc", GB/T 32905-2016 appendix A.
func TestTheOtherDigestIsSM3(t *testing.T) {
	s := open(t, evidence.Config{})
	info, err := s.Put(t.Context(), digest([]byte("abc")), "text/plain", bytes.NewReader([]byte("abc")))
	require.NoError(t, err)
	assert.Equal(t, ledger.Digest("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"), info.SM3)
}

// Whatever goes wrong leaves nothing, and the right file can come after it.
func TestHalfAFileIsNoFile(t *testing.T) {
	s := open(t, evidence.Config{})
	s.MaxFile = 1 << 20
	data := noise(700 << 10)
	for name, c := range map[string]struct {
		body io.Reader
		rule string
	}{
		"other bytes":      {bytes.NewReader(noise(500 << 10)), "evidence.digest"},
		"one byte changed": {bytes.NewReader(append([]byte{data[0] ^ 1}, data[1:]...)), "evidence.digest"},
		"cut short":        {bytes.NewReader(data[:len(data)-1]), "evidence.digest"},
		"nothing":          {bytes.NewReader(nil), "evidence.digest"},
		"too much":         {bytes.NewReader(noise(2 << 20)), "evidence.size"},
		"a reader fails":   {io.MultiReader(bytes.NewReader(data[:300<<10]), iotest.ErrReader(errors.New("unplugged"))), ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Put(t.Context(), digest(data), "image/jpeg", c.body)
			require.Error(t, err)
			if c.rule != "" {
				assert.ErrorContains(t, err, c.rule)
			}
			_, err = s.Stat(t.Context(), digest(data))
			assert.Equal(t, ledger.NotFound, ledger.ClassOf(err), "nothing is there")
			list, err := s.List(t.Context())
			require.NoError(t, err)
			assert.Empty(t, list)
		})
	}
	_, err := s.Put(t.Context(), digest(data), "image/jpeg", bytes.NewReader(data))
	require.NoError(t, err)
}

func TestManyPutTheSameFile(t *testing.T) {
	s := open(t, evidence.Config{})
	data := noise(600 << 10)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			_, err := s.Put(context.WithoutCancel(t.Context()), digest(data), "image/jpeg", bytes.NewReader(data))
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	body, _, err := s.Get(t.Context(), digest(data))
	require.NoError(t, err)
	read, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	assert.True(t, bytes.Equal(data, read))
}

func TestAFullStoreSaysSo(t *testing.T) {
	s := open(t, evidence.Config{MaxBytes: 1 << 20})
	data := noise(900 << 10)
	_, err := s.Put(t.Context(), digest(data), "image/jpeg", bytes.NewReader(data))
	require.NoError(t, err)
	more := noise(901 << 10)
	_, err = s.Put(t.Context(), digest(more), "image/jpeg", bytes.NewReader(more))
	require.Error(t, err)
	assert.Equal(t, ledger.Unavailable, ledger.ClassOf(err))
	_, err = s.Stat(t.Context(), digest(more))
	assert.Equal(t, ledger.NotFound, ledger.ClassOf(err))
}

func TestASealedFileIsGone(t *testing.T) {
	s := open(t, evidence.Config{})
	data := noise(300 << 10)
	_, err := s.Put(t.Context(), digest(data), "image/jpeg", bytes.NewReader(data))
	require.NoError(t, err)
	require.NoError(t, s.Remove(t.Context(), digest(data)))
	require.NoError(t, s.Remove(t.Context(), digest(data)), "twice is once")
	_, _, err = s.Get(t.Context(), digest(data))
	assert.Equal(t, ledger.NotFound, ledger.ClassOf(err))
}
