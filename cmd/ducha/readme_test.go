package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// snippets are the README's blocks of shell, in their order.
func snippets(t *testing.T) []string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	var blocks []string
	for _, m := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		blocks = append(blocks, m[1])
	}
	require.Len(t, blocks, 8, "a snippet was added: run it below")
	return blocks
}

// shell runs a script as a newcomer would, with ducha and ducha-verify on the
// path, asking a server.
func shell(t *testing.T, dir, server, script string) string {
	t.Helper()
	bin, err := programs()
	require.NoError(t, err)
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "DUCHA_SERVER="+server, "SERVER="+server)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s\n%s", script, out)
	return string(out)
}

// The two commands of the first screen: the one that CI runs too, and the one
// that shows the main job, here without serving afterwards.
func TestReadmeCommands(t *testing.T) {
	blocks := snippets(t)
	assert.Equal(t, "go run ./cmd/ducha demo\n", blocks[0])
	ci, err := os.ReadFile("../../.ci/run")
	require.NoError(t, err)
	assert.Contains(t, string(ci), "\n"+blocks[1], "CI runs the README's own test command")

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", strings.TrimSpace(blocks[0])+" --once --listen 127.0.0.1:0 --data "+filepath.Join(t.TempDir(), "demo"))
	cmd.Dir = "../.."
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, string(out), "T12")
}

func TestReadmeMainJob(t *testing.T) {
	need(t, "bash")
	s, _ := demo(t)
	out := shell(t, t.TempDir(), s.base, snippets(t)[2])
	for _, want := range []string{"严重滞后", "较慢", "按序时", "已销号", "已中止", "无牵头任务", "一致"} {
		assert.Contains(t, out, want)
	}
	assert.NotContains(t, out, "不一致")
}

// The transcript on the first screen is what the program says.
func TestReadmeTranscript(t *testing.T) {
	need(t, "bash")
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	transcript := regexp.MustCompile("(?s)\n```\n(\\$ .*?)```").FindStringSubmatch(string(readme))
	require.NotNil(t, transcript)
	s, _ := demo(t)
	dir, out := t.TempDir(), ""
	shell(t, dir, s.base, "ducha export fgw -o fgw-trail.zip")
	for _, line := range strings.Split(strings.TrimSpace(transcript[1]), "\n") {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			out = shell(t, dir, s.base, command)
			continue
		}
		assert.Contains(t, out, strings.TrimSpace(line))
	}
}

func TestReadmeCycle(t *testing.T) {
	need(t, "bash")
	s, _ := demo(t)
	out := shell(t, t.TempDir(), s.base, snippets(t)[3])
	for _, want := range []string{"Q11", "已摘牌", "删除 0 条", "DC-2024-01", "已写入"} {
		assert.Contains(t, out, want)
	}
}

func TestReadmeOwnLedger(t *testing.T) {
	need(t, "bash", "jq")
	dir, blocks := t.TempDir(), snippets(t)
	shell(t, dir, "http://127.0.0.1:1", blocks[4])
	s := serveByRole(t, filepath.Join(dir, "ledger"))
	shell(t, dir, s.base, blocks[5])
	receipt, err := os.ReadFile(filepath.Join(dir, "receipt.json"))
	require.NoError(t, err)
	assert.Contains(t, string(receipt), `"type": "progress.reported.v1"`)

	// Nobody has to trust it: with the server, and without.
	out := shell(t, dir, s.base, strings.ReplaceAll(blocks[6], "http://127.0.0.1:8420", s.base))
	assert.Contains(t, out, "ducha/ja2023/")
	s.kill()
	out = shell(t, dir, "http://127.0.0.1:1", blocks[7])
	assert.NotContains(t, out, "发现问题")
	again := serveByRole(t, filepath.Join(dir, "ledger"))
	require.Eventually(t, func() bool { // the recovery is on record, and sealed
		health, err := again.client().Health(t.Context())
		return err == nil && health.Sequence > 0 && health.Sequence == health.Sealed
	}, 10*time.Second, 50*time.Millisecond)
	assert.Contains(t, shell(t, dir, again.base, "ducha tail -n 1 --login ledger/keys/units-ggb.pem"), "恢复")
}

// A unit with nothing but openssl, curl, base64 and jq.
func TestSubmitScript(t *testing.T) {
	need(t, "bash", "openssl", "curl", "base64", "jq", "sha256sum")
	script, err := filepath.Abs("../../docs/examples/submit.sh")
	require.NoError(t, err)
	data := filepath.Join(t.TempDir(), "ledger")
	ducha(t, 0, "init", "--data", data)
	s := serveByRole(t, data)
	office := filepath.Join(data, "keys", "units-ggb.pem")
	month := time.Now().In(time.FixedZone("", 8*3600)).Format("2006-01")
	for algorithm, unit := range map[string]string{"Ed25519": "kjj T09", "SM2": "sfj T08"} {
		out := shell(t, t.TempDir(), s.base, strings.Join([]string{script, algorithm, office, unit, month}, " "))
		assert.Contains(t, out, "report: recorded as", algorithm)
		assert.Contains(t, out, "sealed: true", algorithm)
		receipt := strings.TrimPrefix(out[strings.LastIndex(out, "receipt: "):], "receipt: ")
		ducha(t, 0, "receipt", "verify", strings.TrimSpace(receipt), "--data", data)
	}
	var task struct {
		Figures struct{ Actual float64 }
	}
	decode(t, ducha(t, 0, "status", "--json", "--server", s.base, "--login", office, "kjj"), &struct{ Tasks []any }{})
	out := ducha(t, 0, "replay", "T08", "--json", "--server", s.base, "--login", office)
	decode(t, out, &struct{ Task any }{&task})
	assert.Equal(t, 35.0, task.Figures.Actual)
}
