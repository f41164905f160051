package console_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/console"
	"ducha/cmd/internal/node"
)

func TestZZServe(t *testing.T) {
	from, _ := prepared()
	dir := filepath.Join(t.TempDir(), "ledger")
	os.CopyFS(dir, os.DirFS(from))
	os.Chmod(filepath.Join(dir, "keys"), 0o700)
	n, err := node.Open(t.Context(), node.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	for i, a := range []string{"127.0.0.1:18431"} {
		g := api.GuardOf(n, i == 0)
		l, err := net.Listen("tcp", a)
		if err != nil {
			t.Fatal(err)
		}
		go api.Serve(context.Background(), l, console.Handler(n, g, api.With(n, api.Options{Guard: g})))
	}
	for end := time.Now().Add(30 * time.Minute); time.Now().Before(end); time.Sleep(time.Second) {
		if _, err := os.Stat("/tmp/zz_stop"); err == nil {
			os.Remove("/tmp/zz_stop")
			return
		}
	}
}
