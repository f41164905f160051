package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ducha/cmd/internal/api"
	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A directive is printed, its code is typed in, and the record is found; a code that
// was read wrongly finds nothing.
func TestAPrintedPaperIsFoundByItsCode(t *testing.T) {
	s, _ := demo(t)
	history, err := s.client().History(t.Context(), "T07", "")
	require.NoError(t, err)
	var issued api.Statement
	for _, x := range history.Statements {
		if x.Type == "directive.issued.v1" {
			issued = x
		}
	}
	require.NotZero(t, issued.Sequence)
	path := filepath.Join(t.TempDir(), "交办单.html")
	ducha(t, 0, "print", issued.ID, "-o", path, "--server", s.base)
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	receipt, _, err := s.client().Submit(t.Context(), []byte(issued.Envelope))
	require.NoError(t, err)
	code := string(receipt.Code())
	assert.Contains(t, string(page), code, "the receipt gives the code, offline")
	assert.Contains(t, string(page), s.base+"/p/"+code)

	var found api.Coded
	decode(t, ducha(t, 0, "print", strings.ToLower(code), "--server", s.base, "--json"), &found)
	assert.Equal(t, issued.ID, found.ID)
	assert.Equal(t, ledger.Code(code), found.Code)
	assert.Contains(t, ducha(t, 0, "print", code, "--server", s.base, "--receipt", "--lang", "en"), "nobody can change it")

	last := "0"
	if strings.HasSuffix(code, "0") {
		last = "1"
	}
	wrong := code[:len(code)-1] + last
	assert.Contains(t, ducha(t, 14, "print", wrong, "--server", s.base), "paper.code")
	assert.Contains(t, ducha(t, 10, "print", "not-a-code!", "--server", s.base), "paper.code")
	assert.Contains(t, ducha(t, 10, "print", issued.ID, "--server", s.base, "--base", "javascript:alert(1)"), "paper.base")

	get := func(path string) (int, string) {
		res, err := http.Get(s.base + path)
		require.NoError(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, string(body)
	}
	status, text := get("/p/" + code)
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, text, "查验结果")
	assert.Contains(t, text, "交办单")
	for path, want := range map[string]int{"/p/" + wrong: 404, "/p/ZZZZZZ-0000-0000": 404, "/p/%3Cscript%3E": 400} {
		status, text = get(path)
		assert.Equal(t, want, status, path)
		assert.Contains(t, text, "请勿据此件办理")
		assert.NotContains(t, text, "<script>")
	}
}
