package console_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ducha/cmd/internal/console"
	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Several listeners are told of a burst a few times each, however long it is, and of its
// last record for certain; what is said is in none of it.
func TestABurstIsToldOnce(t *testing.T) {
	w := newWorld(t)
	const listeners, burst = 3, 20
	last := w.node.View.Sequence() + burst
	began := time.Now()
	var ready, all sync.WaitGroup
	counts := make([]int, listeners)
	for i := range listeners {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.base+"/live", nil)
		require.NoError(t, err)
		answer, err := w.reader(t, "units/ggb").Do(req)
		require.NoError(t, err)
		t.Cleanup(func() { answer.Body.Close() })
		require.Equal(t, "text/event-stream", answer.Header.Get("Content-Type"))
		ready.Add(1)
		all.Go(func() {
			lines, told := bufio.NewScanner(answer.Body), 0
			for lines.Scan() {
				data, ok := strings.CutPrefix(lines.Text(), "data: ")
				if !ok {
					continue
				}
				if told++; told == 1 {
					ready.Done()
				}
				assert.NotContains(t, data, "走访")
				var moved struct{ Sequence, Sealed uint64 }
				assert.NoError(t, json.Unmarshal([]byte(data), &moved))
				if moved.Sequence == last && moved.Sealed == last {
					break
				}
			}
			counts[i] = told
		})
	}
	ready.Wait()
	for range burst {
		w.says(t, "units/kjj", "kjj", "T09", &ledger.DispatchLogged{On: "2025-12-30", Summary: "走访企业。"})
	}
	all.Wait()
	most := int(time.Since(began)/console.Calm) + 2
	for i, n := range counts {
		assert.LessOrEqual(t, n, most, "listener %d of a burst of %d", i, burst)
	}
}
