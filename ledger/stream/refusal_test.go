package stream

import (
	"context"
	"testing"
	"time"

	"ducha/ledger"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
)

// The store says that it has a statement under way already: an earlier writer's
// message, of which nobody knows yet what becomes. Then nothing is there to read,
// and all the same nobody may be told that nothing was recorded.
func TestAStatementThatIsUnderWayIsNotDenied(t *testing.T) {
	for name, code := range map[string]jetstream.ErrorCode{"alone": 10158, "in a batch": 10201} {
		t.Run(name, func(t *testing.T) {
			s := one(t)
			nc := s.ledger(t)
			st, chain, ids := open(t, nc)
			st.patience = 300 * time.Millisecond
			var underWay func() error
			w, err := newWriter(t.Context(), st, chain, ids, WriterOptions{Clock: time.Now}, func(_ context.Context, m []*nats.Msg, last uint64) error {
				underWay = func() error { return st.publish(context.Background(), m, last) }
				return &jetstream.APIError{Code: 409, ErrorCode: code, Description: "duplicate message id is in process"}
			})
			require.NoError(t, err)
			_, refusal := w.Append(t.Context(), some(t, 1)[0])
			<-w.Done()
			require.NoError(t, underWay(), "it arrives after all")
			require.Len(t, whole(t, nc), 1)
			refusedWith(t, refusal, ledger.Unknown, "writer.outcome")
		})
	}
}
