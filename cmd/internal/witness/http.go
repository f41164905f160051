package witness

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// maxRequest is the most bytes of a request: 63 hashes, and a checkpoint with many
// signatures.
const maxRequest = 64 << 10

// Handler serves the witness: add-checkpoint to logs, the last checkpoints to
// anybody.
func (w *Witness) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /add-checkpoint", w.serveAdd)
	mux.HandleFunc("GET /{hash}/checkpoint", func(rw http.ResponseWriter, r *http.Request) {
		signed := w.Checkpoint(r.PathValue("hash"))
		if signed == nil {
			http.Error(rw, "no checkpoint of this log was cosigned here", http.StatusNotFound)
			return
		}
		plain(rw, http.StatusOK, signed)
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
		http.Error(rw, "the witness cannot keep what it would sign: "+err.Error(), http.StatusInternalServerError)
	default:
		plain(rw, http.StatusOK, line)
	}
}

func plain(rw http.ResponseWriter, status int, body []byte) {
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	rw.WriteHeader(status)
	rw.Write(body) // a reader that went away needs no answer
}
