package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"

	"ducha/cmd/internal/node"
	"ducha/ledger"

	"github.com/danielgtaylor/huma/v2"
)

var digestPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// attachments serves files of evidence. Bytes go in and out as they are, streamed,
// so they pass huma by.
func (h *handlers) attachments(mux *http.ServeMux, a huma.API) {
	mux.HandleFunc("PUT /api/v1/attachments/{sha256}", h.guarded("put-attachment", h.putFile))
	mux.HandleFunc("GET /api/v1/attachments/{sha256}", h.guarded("get-attachment", h.getFile)) // and HEAD
	huma.Register(a, huma.Operation{
		OperationID: "list-attachments", Method: http.MethodGet, Path: "/api/v1/attachments", Errors: []int{404, 503},
		Summary:     "佐证材料 Files that statements name, and what the store has of them",
		Description: "Reused says that more than one statement names the same bytes. PUT /api/v1/attachments/{sha256} hands a file in once a statement names it; GET gives it back.",
	}, func(ctx context.Context, in *struct {
		Verify bool `query:"verify" doc:"read every file and hash it"`
	}) (*struct{ Body node.FileReport }, error) {
		r, err := h.node.Files(ctx, in.Verify)
		if err != nil {
			return nil, problem(err)
		}
		return &struct{ Body node.FileReport }{r}, nil
	})
	answers := func(codes ...string) map[string]*huma.Response {
		out := map[string]*huma.Response{}
		for _, c := range codes {
			out[c] = &huma.Response{Description: http.StatusText(statusOf(c))}
		}
		return out
	}
	digest := []*huma.Param{{Name: "sha256", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Pattern: digestPattern.String()}}}
	bytes := map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	a.OpenAPI().AddOperation(&huma.Operation{OperationID: "put-attachment", Method: http.MethodPut, Path: "/api/v1/attachments/{sha256}", Summary: "收存材料 Hand in a file that a statement names",
		Parameters: digest, RequestBody: &huma.RequestBody{Required: true, Content: bytes}, Responses: answers("201", "400", "404", "413", "422", "503")})
	a.OpenAPI().AddOperation(&huma.Operation{OperationID: "get-attachment", Method: http.MethodGet, Path: "/api/v1/attachments/{sha256}", Summary: "取材料 A file's bytes",
		Parameters: digest, Responses: answers("200", "404", "503")})
}

func statusOf(code string) (status int) {
	fmt.Sscanf(code, "%d", &status)
	return status
}

func pathDigest(r *http.Request) (ledger.Digest, error) {
	d := r.PathValue("sha256")
	if !digestPattern.MatchString(d) {
		return "", ledger.Malform("evidence.digest", fmt.Sprintf("%.80q", d), "a SHA-256 digest: 64 lower-case hexadecimal digits")
	}
	return ledger.Digest(d), nil
}

func (h *handlers) putFile(w http.ResponseWriter, r *http.Request) {
	digest, err := pathDigest(r)
	if err != nil {
		write(w, err)
		return
	}
	info, err := h.node.TakeFile(r.Context(), digest, r.Body)
	if err != nil {
		write(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	json.NewEncoder(w).Encode(info) // a reader that went away needs no answer
}

// getFile gives a file for saving, never for showing: what somebody handed in is not
// to run in this server's name.
func (h *handlers) getFile(w http.ResponseWriter, r *http.Request) {
	digest, err := pathDigest(r)
	if err != nil {
		write(w, err)
		return
	}
	body, info, err := h.node.File(r.Context(), digest)
	if err != nil {
		write(w, err)
		return
	}
	defer body.Close()
	head := w.Header()
	head.Set("Content-Type", info.Media)
	head.Set("Content-Length", fmt.Sprint(info.Size))
	head.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", digest))
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	head.Set("Digest", "sha-256="+string(digest))
	if r.Method == http.MethodHead {
		return
	}
	if _, err := io.Copy(w, body); err != nil {
		panic(http.ErrAbortHandler) // its bytes are not what they were: the reader must not take it for whole
	}
}
