package witness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"
)

const (
	// maxRequest is the most bytes of a request: 63 hashes, and a checkpoint with many
	// signatures.
	maxRequest = 64 << 10
	// slow is how long a request may take to arrive.
	slow = 10 * time.Second
)

// Serve answers on a listener until ctx ends, and lets requests under way finish.
// All that it says is public and signed, so that it answers under any host name:
// whatever stands before it may pass that on.
func (w *Witness) Serve(ctx context.Context, l net.Listener) error { return w.serve(ctx, l, slow) }

func (w *Witness) serve(ctx context.Context, l net.Listener, slow time.Duration) error {
	s := &http.Server{Handler: w.Handler(), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelWarn),
		ReadHeaderTimeout: slow, ReadTimeout: slow, WriteTimeout: 2 * slow, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), slow)
	defer cancel()
	return s.Shutdown(closing)
}

// Handler serves the witness: add-checkpoint to logs, the last checkpoints to
// anybody.
func (w *Witness) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /add-checkpoint", w.serveAdd)
	mux.HandleFunc("GET /{hash}/checkpoint", func(rw http.ResponseWriter, r *http.Request) {
		signed, err := w.Checkpoint(r.PathValue("hash"))
		switch {
		case err != nil:
			w.broken(rw, err)
		case signed == nil:
			http.Error(rw, "no checkpoint of this log was cosigned here", http.StatusNotFound)
		default:
			plain(rw, http.StatusOK, signed)
		}
	})
	mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, _ *http.Request) { plain(rw, http.StatusOK, []byte("ok\n")) })
	return mux
}

func (w *Witness) serveAdd(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxRequest))
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		http.Error(rw, fmt.Sprintf("at most %d bytes", tooLarge.Limit), http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(rw, "the request ended early", http.StatusBadRequest)
		return
	}
	line, err := w.Add(body)
	no, refused := errors.AsType[*refusal](err)
	switch {
	case refused && no.status == http.StatusConflict:
		rw.Header().Set("Content-Type", "text/x.tlog.size")
		rw.WriteHeader(no.status)
		io.WriteString(rw, strconv.FormatUint(no.size, 10)+"\n")
	case refused:
		http.Error(rw, no.why, no.status)
	case err != nil:
		w.broken(rw, err)
	default:
		plain(rw, http.StatusOK, line)
	}
}

// broken says that it is the witness's own fault; what exactly is for its operator.
func (w *Witness) broken(rw http.ResponseWriter, err error) {
	w.logger().Error("the witness's folder", "err", err)
	http.Error(rw, "the witness cannot read or keep its state: its operator has to look", http.StatusInternalServerError)
}

func plain(rw http.ResponseWriter, status int, body []byte) {
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	rw.WriteHeader(status)
	rw.Write(body) // a reader that went away needs no answer
}
