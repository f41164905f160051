package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const officeParty ledger.PartyID = "units/ggb"

type verdict struct {
	OK      bool                `json:"ok"`
	Reviews []node.IssuedReview `json:"reviews"`
}

// "A review issued in the simulation, rebuilt from the ledger alone, has the same
// digest": of a ledger that was started again, and of one whose store was lost and
// made anew; and so has the one that the office issues itself.
func TestAReviewIsTheSameAfterARestartAndARecovery(t *testing.T) {
	dir := t.TempDir()
	data, out := filepath.Join(dir, "ledger"), filepath.Join(dir, "review")
	program(t, 0, "demo", "--data", data, "--once", "--listen", "127.0.0.1:0")

	span := []string{"--data", data, "--from", "2024-07-01", "--to", "2024-12-31"}
	said := program(t, 0, append([]string{"review", "-o", out}, span...)...)
	written, err := os.ReadFile(filepath.Join(out, "review.json"))
	require.NoError(t, err)
	sum := sha256.Sum256(written)
	assert.Contains(t, said, hex.EncodeToString(sum[:]), "the digest is what sha256sum gives of the file")
	for _, name := range []string{"review.html", "review.xlsx"} {
		info, err := os.Stat(filepath.Join(out, name))
		require.NoError(t, err)
		assert.Greater(t, info.Size(), int64(10_000))
	}
	assert.Contains(t, program(t, 13, append([]string{"review", "-o", out}, span...)...), "file.exists")
	assert.Contains(t, program(t, 1, "review", "verify", filepath.Join(out, "review.json"), "--data", data), "没有签署过这一摘要", "nobody has issued it")

	issued := filepath.Join(dir, "issued.json")
	issue := append([]string{"review", "issue", "--as", string(officeParty), "--title", "2024年下半年督查报告", "-o", issued}, span...)
	assert.Contains(t, program(t, 12, append(issue, "--key", node.KeyFile(data, "units/fgw"), "--output", filepath.Join(dir, "x"))...), "signer.source")
	said = program(t, 0, append(issue, "--key", node.KeyFile(data, officeParty))...)
	assert.Contains(t, said, "已出具 2024年下半年督查报告")

	check := func() {
		t.Helper()
		var v verdict
		decode(t, program(t, 0, "review", "verify", "--data", data, "--json"), &v)
		require.Len(t, v.Reviews, 5)
		assert.True(t, v.OK)
		for _, r := range v.Reviews {
			assert.True(t, r.Same, r.Issued.Title)
			assert.Equal(t, r.Issued.SHA256, r.Found)
		}
		assert.Contains(t, program(t, 0, "review", "verify", issued, "--data", data), "逐字节一致")
		assert.Contains(t, program(t, 0, "review", "verify", v.Reviews[0].ID.String(), "--data", data), "摘要一致")
	}
	check()

	var v verdict
	decode(t, program(t, 0, "review", "verify", "--data", data, "--json"), &v)
	again := filepath.Join(dir, "again")
	program(t, 0, "review", "--issued", v.Reviews[4].ID.String(), "-o", again, "--data", data)
	want, err := os.ReadFile(issued)
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(again, "review.json"))
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "the review that was issued, from its id alone")
	page, err := os.ReadFile(filepath.Join(again, "review.html"))
	require.NoError(t, err)
	assert.Contains(t, string(page), "本报告已出具")
	assert.Contains(t, program(t, 14, "review", "--issued", "nothing", "--data", data), "no review nothing")
	assert.Contains(t, program(t, 2, "review", "--issued", "x", "--from", "2024-01-01", "--data", data), "--issued says it all")

	// A claim that was changed by a point is found, and where.
	changed, err := os.ReadFile(issued)
	require.NoError(t, err)
	changed = bytes.Replace(changed, []byte(`"late_days":0`), []byte(`"late_days":9`), 1)
	forged := filepath.Join(dir, "forged.json")
	require.NoError(t, os.WriteFile(forged, changed, 0o600))
	said = program(t, 1, "review", "verify", forged, "--data", data)
	assert.Contains(t, said, "与台账重建的不一致:1 处")
	assert.Contains(t, said, "/status/figures/late_days: 9, 0")

	damage(t, block(t, data))
	program(t, 0, "recover", "--data", data, "--reason", "磁盘坏块。")
	check()
}

// Over HTTP: the same bytes, pages and workbooks, and clear words for bad requests.
func TestReviewsOverHTTP(t *testing.T) {
	s, _ := demo(t)
	q := projections.ReviewQuery{From: "2024-07-01", To: "2024-12-31", AsOf: "2025-01-08"}
	one, err := s.client().Review(t.Context(), q, "json", "zh")
	require.NoError(t, err)
	two, err := s.client().Review(t.Context(), q, "json", "en")
	require.NoError(t, err)
	assert.Equal(t, one, two, "the data have no language")
	q.Hindsight = true
	since, err := s.client().Review(t.Context(), q, "json", "zh")
	require.NoError(t, err)
	assert.Contains(t, string(since), `"hindsight":true`)
	q.Hindsight = false
	for format, begins := range map[string]string{"html": "<!doctype html>", "xlsx": "PK"} {
		data, err := s.client().Review(t.Context(), q, format, "zh")
		require.NoError(t, err)
		assert.True(t, bytes.HasPrefix(data, []byte(begins)), format)
	}
	for path, want := range map[string]int{
		"/api/v1/review": http.StatusBadRequest,
		"/api/v1/review?from=2024-07-01&to=2024-06-01":                  http.StatusBadRequest,
		"/api/v1/review?from=2024-13-01&to=2024-06-01":                  http.StatusBadRequest,
		"/api/v1/review?from=2023-07-01&to=2024-06-01":                  http.StatusUnprocessableEntity,
		"/api/v1/review?from=2024-01-01&to=2024-06-01&as_of=2999-01-01": http.StatusUnprocessableEntity,
		"/api/v1/review?from=2024-01-01&to=2024-06-01&as_of=soon":       http.StatusBadRequest,
		"/api/v1/review?from=2024-01-01&to=2024-06-01&sequence=999999":  http.StatusUnprocessableEntity,
		"/api/v1/review?from=2024-01-01&to=2024-06-01&unit=nobody":      http.StatusNotFound,
		"/api/v1/review?from=2024-01-01&to=2024-06-01&format=pdf":       http.StatusBadRequest,
		"/api/v1/reviews/nothing":                                       http.StatusBadRequest,
		"/api/v1/reviews/018e0b1c-3043-7c1d-9b1e-0c4f5a6b7c8d":          http.StatusNotFound,
	} {
		res, err := http.Get(s.base + path)
		require.NoError(t, err)
		res.Body.Close()
		assert.Equal(t, want, res.StatusCode, path)
	}
	assert.Contains(t, ducha(t, 0, "review", "--server", s.base, "--from", "2024-07-01", "--to", "2024-12-31", "--lang", "en"), "on time/late/missed")
	assert.Contains(t, ducha(t, 2, "review", "--server", s.base, "--from", "2024-07-01"), "--to is required")
}
