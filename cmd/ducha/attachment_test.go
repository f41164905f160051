package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// run runs the command line against a year's server.
func (y *year) ducha(words ...string) (string, int) {
	var out bytes.Buffer
	m := &Main{In: strings.NewReader(""), Out: &out, Err: &out, Args: append([]string{"--server", y.base}, words...)}
	code := m.Run(y.t.Context())
	return out.String(), code
}

// A clerk names a photograph, hands it in, another unit names it again, somebody
// fetches it, two persons seal it: over the command line and HTTP, on a real server.
func TestEvidenceFromTheStatementToItsSealing(t *testing.T) {
	y := newYear(t)
	y.opening([]string{"2024-01-01", "2024-12-31"})
	for _, p := range [][]string{{"units/fgw", "市发改委"}, {"units/gzw", "市国资委"}, {"authorities/jiwei", "市纪委监委", "authority"}} {
		y.party(p)
	}
	y.set("2024-01-25", "09:00")
	photo := filepath.Join(y.dir, "照片.png")
	png := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), bytes.Repeat([]byte("现场"), 40_000)...)
	require.NoError(t, os.WriteFile(photo, png, 0o600))

	out, code := y.ducha("attachment", "put", photo)
	assert.NotZero(t, code)
	assert.Contains(t, out, "evidence.named", "the statement first")

	out, code = y.ducha("statement", "new", "progress.reported", "--as", "units/fgw", "--task", "T01", "--time", "2024-01-25T09:00:00+08:00", "--attach", photo, "--taken", "2024-01-20", "--place", "市民服务中心一楼",
		"period=2024-01", "percent=5", "summary=窗口进驻。")
	require.Zero(t, code, out)
	var said struct {
		ID   string `json:"id"`
		Data struct {
			Evidence []ledger.Evidence `json:"evidence"`
		} `json:"data"`
	}
	require.NoError(t, json.Unmarshal([]byte(out), &said))
	require.Len(t, said.Data.Evidence, 1)
	e := said.Data.Evidence[0]
	assert.Equal(t, int64(len(png)), e.Size)
	assert.Equal(t, ledger.Line("image/png"), e.Media)
	assert.Len(t, e.SM3, 64)
	assert.Equal(t, ledger.Date("2024-01-20"), e.Taken)
	assert.Equal(t, ledger.Line("市民服务中心一楼"), e.Place)
	status, answer := y.post("units/fgw", []byte(strings.TrimSpace(out)))
	require.Equal(t, http.StatusCreated, status, answer)

	out, code = y.ducha("attachment", "list", "--missing")
	require.Zero(t, code, out)
	assert.Contains(t, out, "未交 1")
	assert.Contains(t, out, "市民服务中心一楼")
	wrong := filepath.Join(y.dir, "别的.png")
	require.NoError(t, os.WriteFile(wrong, append(bytes.Clone(png), 'x'), 0o600))
	req, err := http.NewRequest(http.MethodPut, y.base+"/api/v1/attachments/"+string(e.SHA256), bytes.NewReader(append(bytes.Clone(png), 'x')))
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	res.Body.Close()
	assert.Equal(t, http.StatusBadRequest, res.StatusCode, "other bytes than the digest names")

	out, code = y.ducha("attachment", "put", photo)
	require.Zero(t, code, out)
	assert.Contains(t, out, string(e.SM3), "the server hashed the same")
	out, code = y.ducha("attachment", "put", photo)
	require.Zero(t, code, "once more is once: %s", out)
	out, code = y.ducha("attachment", "check")
	require.Zero(t, code, out)
	assert.Contains(t, out, "已收存 1,未交 0")

	// The same picture in another unit's report is found.
	status, answer, _ = y.say("units/gzw", "progress.reported.v1", "T07", fmt.Sprintf(`{"period":"2024-01","percent":5,"summary":"也用这张。","evidence":[{"name":"现场.png","sha256":%q}]}`, e.SHA256))
	require.Equal(t, http.StatusCreated, status, answer)
	out, code = y.ducha("attachment", "list", "--reused")
	require.Zero(t, code, out)
	assert.Contains(t, out, "重复使用")

	got := filepath.Join(y.dir, "取回.png")
	out, code = y.ducha("attachment", "get", string(e.SHA256), "-o", got)
	require.Zero(t, code, out)
	data, err := os.ReadFile(got)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(png, data))
	res, err = http.Get(y.base + "/api/v1/attachments/" + string(e.SHA256))
	require.NoError(t, err)
	res.Body.Close()
	assert.Equal(t, "attachment", strings.SplitN(res.Header.Get("Content-Disposition"), ";", 2)[0], "never shown in the page's name")
	assert.Equal(t, "nosniff", res.Header.Get("X-Content-Type-Options"))

	// An auditor gets the files with the trail, and finds the one that was changed.
	bundle, files := filepath.Join(y.dir, "fgw.zip"), filepath.Join(y.dir, "files")
	out, code = y.ducha("export", "fgw", "-o", bundle, "--attachments", files)
	require.Zero(t, code, out)
	assert.Contains(t, out, "已取 1,未交 0")
	out, code = y.ducha("verify", bundle, "--attachments", files)
	require.Zero(t, code, out)
	assert.Contains(t, out, "1 件与记录相符,0 件不符,0 件缺失")
	held := filepath.Join(files, string(e.SHA256))
	require.NoError(t, os.WriteFile(held, append(bytes.Clone(png), 'x'), 0o600))
	out, code = y.ducha("verify", bundle, "--attachments", files)
	assert.Equal(t, exitFindings, code, out)
	assert.Contains(t, out, "没有记录写明其摘要")
	assert.Contains(t, out, "材料缺失")

	// Sealed by one it is there; by the second person it is gone, and stays gone.
	status, answer, first := y.say("units/ggb", "content.sealed.v1", "T01", fmt.Sprintf(`{"attachment":%q,"reason":"误含个人信息。"}`, e.SHA256))
	require.Equal(t, http.StatusCreated, status, answer)
	_, code = y.ducha("attachment", "get", string(e.SHA256), "-o", got+"2")
	assert.Zero(t, code)
	status, answer, _ = y.say("units/ggb", "content.sealed.v1", "T01", fmt.Sprintf(`{"attachment":%q,"seconds":%q,"reason":"自己附议。"}`, e.SHA256, first))
	assert.Equal(t, http.StatusForbidden, status, answer)
	status, answer, _ = y.say("authorities/jiwei", "content.sealed.v1", "T01", fmt.Sprintf(`{"attachment":%q,"seconds":%q,"reason":"同意。"}`, e.SHA256, first))
	require.Equal(t, http.StatusCreated, status, answer)
	out, code = y.ducha("attachment", "get", string(e.SHA256), "-o", got+"3")
	assert.NotZero(t, code)
	assert.Contains(t, out, "evidence.sealed")
	out, code = y.ducha("attachment", "put", photo)
	assert.NotZero(t, code)
	assert.Contains(t, out, "evidence.sealed")
	_, err = y.node.Evidence.Stat(t.Context(), e.SHA256)
	assert.Equal(t, ledger.NotFound, ledger.ClassOf(err), "its bytes are gone")
	out, code = y.ducha("rebuild")
	assert.Zero(t, code, out)
	require.NoError(t, os.Remove(bundle))
	require.NoError(t, os.RemoveAll(files))
	out, code = y.ducha("export", "fgw", "-o", bundle, "--attachments", files)
	require.Zero(t, code, out)
	out, code = y.ducha("verify", bundle, "--attachments", files)
	assert.Zero(t, code, "what two persons sealed is owed to nobody: %s", out)
}

// What is not a picture, a paper or a table is not taken in, whatever it is called.
func TestEvidenceOfOtherKindsIsRefused(t *testing.T) {
	y := newYear(t)
	y.opening([]string{"2024-01-01", "2024-12-31"})
	y.party([]string{"units/fgw", "市发改委"})
	y.set("2024-01-25", "09:00")
	for i, c := range []struct {
		name, body string
		good       bool
	}{
		{"page.png", "<!DOCTYPE html><html><script>alert(1)</script></html>", false},
		{"picture.svg", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, false},
		{"run.pdf", "#!/bin/sh\necho hi\n", false},
		{"program.jpg", "\x7fELF\x02\x01\x01\x00" + strings.Repeat("\x00", 60), false},
		{"说明.txt", "窗口进驻情况说明,共三页。", true},
		{"表.csv", "县,资产\n遂川县,101\n泰和县,98\n", true},
		{"文件.pdf", "%PDF-1.7\n1 0 obj\n", true},
	} {
		path := filepath.Join(y.dir, c.name)
		require.NoError(t, os.WriteFile(path, []byte(c.body), 0o600))
		e, err := evidenceOf(path)
		require.NoError(t, err)
		status, answer, _ := y.say("units/fgw", "milestone.reached.v1", "T01", `{"milestone":"x","on":"2024-01-25"}`)
		assert.NotEqual(t, http.StatusCreated, status, answer)
		status, answer, _ = y.say("units/fgw", "completion.claimed.v1", []string{"T01", "T06"}[0], fmt.Sprintf(`{"summary":"第%d次。","evidence":[{"name":%q,"sha256":%q}]}`, i, c.name, e.SHA256))
		require.Equal(t, http.StatusCreated, status, answer)
		status, answer, _ = y.say("units/ggb", "task.reopened.v1", "T01", `{"reason":"再来。"}`)
		require.Equal(t, http.StatusCreated, status, answer)
		out, code := y.ducha("attachment", "put", path)
		assert.Equal(t, c.good, code == 0, "%s: %s", c.name, out)
		if !c.good {
			assert.Contains(t, out, "evidence.media")
		}
	}
}

// A folder from before there was a store for files works on, says so, and gets one.
func TestAnOldFolderGetsAStoreForFiles(t *testing.T) {
	y := newYear(t)
	y.opening([]string{"2024-01-01", "2024-12-31"})
	store := y.node.Evidence
	y.node.Evidence = nil
	out, code := y.ducha("attachment", "list")
	assert.NotZero(t, code)
	assert.Contains(t, out, "attachment init")
	y.node.Evidence = store
	key, err := seal.NewKey(seal.Ed25519, [32]byte{7})
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "ledger")
	require.NoError(t, node.Create(t.Context(), dir, "ja2023", key, node.Options{}))
	assert.Error(t, node.CreateEvidence(t.Context(), node.Options{Dir: filepath.Join(dir, "nowhere")}))
}

// Trap 10: nothing classified goes in. Where the server asks for it, nothing is taken
// from whoever does not confirm that; what is read needs no word.
func TestNothingClassifiedGoesIn(t *testing.T) {
	y := newYear(t)
	y.opening([]string{"2024-01-01", "2024-12-31"})
	y.party([]string{"units/fgw", "市发改委"})
	s := httptest.NewServer(api.With(y.node, api.Options{Confirm: true}))
	defer s.Close()
	y.base = s.URL
	y.set("2024-01-25", "09:00")
	before := y.node.View.Sequence()
	status, answer, _ := y.say("units/fgw", "dispatch.logged.v1", "T01", `{"on":"2024-01-25","summary":"调度。"}`)
	assert.Equal(t, http.StatusUnprocessableEntity, status)
	assert.Contains(t, answer, "classified.confirmed")
	out, code := y.ducha("attachment", "put", "year_test.go")
	assert.NotZero(t, code)
	assert.Contains(t, out, "classified.confirmed")
	assert.Equal(t, before, y.node.View.Sequence())
	out, code = y.ducha("attachment", "put", "year_test.go", "--not-classified")
	assert.NotZero(t, code)
	assert.Contains(t, out, "evidence.named", "the next rule: no statement names it")
	out, code = y.ducha("status", "fgw")
	assert.Zero(t, code, out)
	for _, method := range []string{http.MethodPost, http.MethodPut} {
		for _, path := range []string{"/api/v1/statements", "/api/v1/batches", "/api/v1/attachments/" + strings.Repeat("a", 64)} {
			req, err := http.NewRequest(method, s.URL+path, strings.NewReader("{}"))
			require.NoError(t, err)
			res, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			res.Body.Close()
			assert.NotEqual(t, http.StatusCreated, res.StatusCode)
		}
	}
}
