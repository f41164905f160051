package console

import (
	"fmt"
	"net/http"
	"time"

	"ducha/cmd/internal/access"
	"ducha/cmd/internal/api"
	"ducha/cmd/internal/doors"
)

// restless is how long the line stays still at most: what stands between may close one
// on which nothing moves.
const restless = 20 * time.Second

// calm is the least time between two words to one listener: a burst is told once, and
// what it costs to show it does not grow with it.
const calm = 200 * time.Millisecond

// live tells whoever listens (server-sent events) when the ledger moves: its last
// sequence and how much of it is sealed, nothing of what it says. A page then asks for
// itself again. Somebody whose session ended is told no more.
func (s *site) live(w http.ResponseWriter, r *http.Request) {
	if _, err := s.guard.Allow(r, access.Anyone, access.Subject{}); err != nil {
		http.Error(w, doors.Say(err, "zh"), doors.AnswerTo(err).Status)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	answer := http.NewResponseController(w)
	still := time.NewTimer(restless)
	defer still.Stop()
	watching := r.Clone(r.Context())
	watching.Header.Set(access.Watched, "yes")
	for last := ""; ; {
		moved := s.node.View.Moved()
		now := fmt.Sprintf(`{"sequence":%d,"sealed":%d}`, s.node.View.Sequence(), s.node.Sealing().Published)
		if _, err := s.guard.Allow(watching, access.Anyone, access.Subject{}); err != nil {
			fmt.Fprint(w, "event: over\ndata: {}\n\n") // the page says so
			answer.Flush()
			return
		}
		if now != last {
			fmt.Fprintf(w, "data: %s\n\n", now)
		} else {
			fmt.Fprint(w, ": \n\n")
		}
		last = now
		if err := answer.Flush(); err != nil {
			return // the reader went away
		}
		told := time.Now()
		still.Reset(restless)
		select {
		case <-moved:
		case <-still.C:
		case <-r.Context().Done():
			return
		case <-api.Closing(r.Context()):
			return
		}
		if rest := calm - time.Since(told); rest > 0 {
			select {
			case <-time.After(rest):
			case <-r.Context().Done():
				return
			}
		}
	}
}
