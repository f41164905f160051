package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"ducha/cmd/internal/client"

	"github.com/stretchr/testify/require"
)

// TestMain lets the test binary be the program too, with the race detector when the
// tests have it: see raced.
func TestMain(m *testing.M) {
	if os.Getenv("DUCHA_TEST_MAIN") == "" {
		code := m.Run()
		if campaign.server != nil {
			campaign.server.kill()
		}
		os.RemoveAll(campaign.dir)
		os.RemoveAll(built)
		os.Exit(code)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit((&Main{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Args: os.Args[1:]}).Run(ctx))
}

// server is a real ducha process that was started for a test.
type server struct {
	cmd  *exec.Cmd
	base string
	fell bool // it had ended before it was killed
}

func (s *server) client() *client.Client { return client.New(s.base) }

var serving = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// programs is a folder with ducha and ducha-verify as users have them, built once.
// Tests start them as processes of their own: what these do at once is for raced and
// for the tests of the packages behind them to look into.
var programs = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "ducha-programs-"); err != nil {
		return "", err
	}
	built = dir
	out, err := exec.Command("go", "build", "-o", dir, "ducha/cmd/ducha", "ducha/cmd/ducha-verify").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return dir, nil
})

var built string // programs' folder, to be removed

// start starts the program and waits until it says where it serves.
func start(args ...string) (*server, error) {
	dir, err := programs()
	if err != nil {
		return nil, err
	}
	return await(exec.Command(filepath.Join(dir, "ducha"), args...))
}

// raced is the program with the race detector, if the tests have it, which a race
// stops at once.
func raced(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "DUCHA_TEST_MAIN=1", "GORACE=halt_on_error=1")
	return cmd
}

func await(cmd *exec.Cmd) (*server, error) {
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{cmd: cmd}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if s.base = serving.FindString(lines.Text()); s.base != "" {
			go func() {
				for lines.Scan() { // drain, so that the server never waits on us
				}
			}()
			return s, nil
		}
	}
	return nil, cmd.Wait()
}

// serve starts `ducha serve` on a free port; whoever asks may read.
func serve(t *testing.T, data string) *server {
	t.Helper()
	return serveByRole(t, data, "--open-reading")
}

// serveByRole starts `ducha serve` on a free port; who reads what goes by role.
func serveByRole(t *testing.T, data string, flags ...string) *server {
	t.Helper()
	s, err := start(append([]string{"serve", "--data", data, "--listen", "127.0.0.1:0"}, flags...)...)
	require.NoError(t, err)
	require.NotNil(t, s, "the server ended before it served")
	t.Cleanup(s.kill)
	return s
}

// serveRaced is serve, with the race detector.
func serveRaced(t *testing.T, data string) *server {
	t.Helper()
	s, err := await(raced("serve", "--data", data, "--listen", "127.0.0.1:0"))
	require.NoError(t, err)
	require.NotNil(t, s, "the server ended before it served")
	t.Cleanup(s.kill)
	return s
}

// kill is kill -9; it waits until the process is gone.
func (s *server) kill() {
	if s.cmd.ProcessState != nil {
		return
	}
	s.cmd.Process.Signal(syscall.SIGKILL)
	s.cmd.Wait()
	status, ok := s.cmd.ProcessState.Sys().(syscall.WaitStatus)
	s.fell = !ok || status.Signal() != syscall.SIGKILL
}

// campaign is one running demo that tests share.
var campaign struct {
	once   sync.Once
	server *server
	dir    string
	took   time.Duration
	err    error
}

// demo gives the running demo and its data folder.
func demo(t *testing.T) (*server, string) {
	t.Helper()
	campaign.once.Do(func() {
		campaign.dir, campaign.err = os.MkdirTemp("", "ducha-test-")
		if campaign.err != nil {
			return
		}
		began := time.Now()
		campaign.server, campaign.err = start("demo", "--data", filepath.Join(campaign.dir, "demo"), "--listen", "127.0.0.1:0")
		campaign.took = time.Since(began)
	})
	require.NoError(t, campaign.err)
	require.NotNil(t, campaign.server, "the demo ended before it served")
	return campaign.server, filepath.Join(campaign.dir, "demo")
}

// ducha runs the program in this process and gives what it printed.
func ducha(t *testing.T, want int, args ...string) string {
	t.Helper()
	out, errs := run(t, "", want, args...)
	return out + errs
}

// program runs the program that users have and gives what it printed: for what is
// long and has no races to find, and is done in this process somewhere else.
func program(t *testing.T, want int, args ...string) string {
	t.Helper()
	dir, err := programs()
	require.NoError(t, err)
	var out, errs bytes.Buffer
	cmd := exec.Command(filepath.Join(dir, "ducha"), args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	var failed *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &failed) {
		require.NoError(t, err)
	}
	require.Equal(t, want, cmd.ProcessState.ExitCode(), "ducha %v\n%s%s", args, &out, &errs)
	return out.String() + errs.String()
}

func run(t *testing.T, in string, want int, args ...string) (out, errs string) {
	t.Helper()
	var o, e buffer
	code := (&Main{In: bytes.NewBufferString(in), Out: &o, Err: &e, Args: args}).Run(t.Context())
	require.Equal(t, want, code, "ducha %v\n%s%s", args, o.String(), e.String())
	return o.String(), e.String()
}

// decode reads what a command printed with --json.
func decode(t *testing.T, out string, into any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(out), into), out)
}

// need skips a test when a tool is missing; in CI that is a failure.
func need(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is missing", tool)
			}
			t.Skipf("%s is missing", tool)
		}
	}
}

// buffer is a bytes.Buffer that two goroutines may use.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
