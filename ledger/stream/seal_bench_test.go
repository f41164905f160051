package stream

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"ducha/ledger/archive"
	"ducha/ledger/seal"

	"github.com/stretchr/testify/require"
)

// BenchmarkAppendSealed is [BenchmarkAppend] with 256 submitters, without a sealer
// and with one that follows: whether sealing keeps up is how long the last record
// waits for its checkpoint once the writer is done (ms-behind).
func BenchmarkAppendSealed(b *testing.B) {
	b.Run("unsealed", func(b *testing.B) { appendSealed(b, false) })
	b.Run("sealed", func(b *testing.B) { appendSealed(b, true) })
}

func appendSealed(b *testing.B, sealed bool) {
	server, _ := node(b, Config{})
	w, s := writer(b, connect(b, server), WriterOptions{})
	drafts := some(b, b.N)
	var log *archive.Log
	if sealed {
		dir := b.TempDir()
		var err error
		log, err = archive.Open(archive.Options{Dir: filepath.Join(dir, "archive"), State: filepath.Join(dir, "state"), Key: key, Campaign: campaign, Clock: time.Now})
		require.NoError(b, err)
		defer log.Close()
		ctx, stop := context.WithCancel(b.Context())
		done := make(chan error, 1)
		go func() { done <- log.Run(ctx, s.Follow(ctx, 0)) }()
		defer func() { stop(); <-done }()
	}
	public := key.Public()
	throng(b, 256, drafts, func(d Draft) error {
		env, err := seal.ParseEnvelope(d.Envelope)
		if err != nil {
			return err
		}
		if err := env.Verify(public); err != nil {
			return err
		}
		_, err = w.Append(b.Context(), d)
		return err
	})
	b.StopTimer()
	if sealed {
		began := time.Now()
		require.NoError(b, log.Wait(b.Context(), uint64(b.N)))
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms-behind")
	}
}
