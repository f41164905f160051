package natsd

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ducha/ledger"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
)

const campaign ledger.LocalID = "ja2023"

// childDir names the folder that this binary is to serve, when a test runs it a
// second time as a process of its own.
const childDir = "DUCHA_TEST_FOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		serve(dir)
		return
	}
	os.Exit(m.Run())
}

// serve runs a server until the process is killed or its input ends, which is a
// clean stop.
func serve(dir string) {
	s, err := start(dir)
	if err != nil {
		fmt.Println("refused:", err)
		return
	}
	fmt.Println("up")
	bufio.NewScanner(os.Stdin).Scan()
	fmt.Println("closed:", s.Close())
}

// child is a second process on a folder.
type child struct {
	*exec.Cmd
	lines *bufio.Scanner
}

func spawn(t *testing.T, dir string) *child {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childDir+"="+dir)
	_, err := c.StdinPipe()
	require.NoError(t, err)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	return &child{c, bufio.NewScanner(out)}
}

// line is the next one that the child prints.
func (c *child) line() string {
	c.lines.Scan()
	return c.lines.Text()
}

func (c *child) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, c.Process.Kill())
	c.Wait()
}

// fresh is a data folder of its own.
func fresh(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "ledger")
	require.NoError(t, Init(dir, Marker{Campaign: campaign, Mode: Standalone}))
	return dir
}

// start starts a server on a folder that holds a ledger's stream.
func start(dir string) (*Server, error) {
	ctx, cancel := testContext()
	defer cancel()
	return Start(ctx, Options{Dir: dir})
}

// withStream makes a folder with a stream in it.
func withStream(t *testing.T) string {
	t.Helper()
	dir := fresh(t)
	s, err := Start(t.Context(), Options{Dir: dir, Admin: true})
	require.NoError(t, err)
	create(t, s)
	require.NoError(t, s.Close())
	return dir
}

func create(t *testing.T, s *Server) {
	t.Helper()
	nc, err := s.ConnectAdmin()
	require.NoError(t, err)
	defer nc.Close()
	js, err := jetstream.New(nc)
	require.NoError(t, err)
	_, err = js.CreateStream(t.Context(), jetstream.StreamConfig{Name: ledger.StreamName(campaign), Subjects: []string{"ledger." + string(campaign) + ".>"},
		MaxBytes: 1 << 30, DenyDelete: true, DenyPurge: true, AllowAtomicPublish: true, Discard: jetstream.DiscardNew})
	require.NoError(t, err)
}

func up(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := start(dir)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func connect(t *testing.T, s *Server) *nats.Conn {
	t.Helper()
	nc, err := s.Connect()
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	return nc
}

// damage requires an error of a class and a rule.
func damage(t *testing.T, err error, class ledger.Class, rule string) {
	t.Helper()
	require.ErrorIs(t, err, &ledger.Error{Rule: rule})
	require.Equal(t, class, ledger.ClassOf(err), "%v", err)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

func exists(t *testing.T, path ...string) bool {
	t.Helper()
	_, err := os.Lstat(filepath.Join(path...))
	if err != nil {
		require.ErrorIs(t, err, os.ErrNotExist)
	}
	return err == nil
}

func TestASecondProcessIsRefused(t *testing.T) {
	dir := fresh(t)
	first := spawn(t, dir)
	require.Equal(t, "up", first.line())

	_, err := start(dir)
	damage(t, err, ledger.Conflict, "folder.lock")
	require.Contains(t, err.Error(), fmt.Sprintf("process %d", first.Process.Pid))
	require.Contains(t, spawn(t, dir).line(), "folder.lock")

	first.kill(t)
	require.NoError(t, up(t, dir).Healthz(), "the lock of a process ends with it")
}

func TestOneProcessDoesNotOpenAFolderTwice(t *testing.T) {
	dir := fresh(t)
	s := up(t, dir)
	_, err := start(dir)
	damage(t, err, ledger.Conflict, "folder.lock")
	require.NoError(t, s.Close())
	again := up(t, dir)
	require.NoError(t, s.Close(), "closing twice is harmless")
	require.True(t, exists(t, dir, "running"), "and does not touch a later run")
	require.NoError(t, again.Close())
}

func TestAFolderIsNeverOpenedInAnotherMode(t *testing.T) {
	member := &Cluster{Name: "C1", Listen: "127.0.0.1:-1"}
	for name, c := range map[string]struct {
		made   Marker
		opened *Cluster
	}{
		"standalone as a member":       {Marker{Campaign: campaign, Mode: Standalone}, member},
		"a member as standalone":       {Marker{Campaign: campaign, Mode: Clustered, Cluster: "C1"}, nil},
		"a member of another cluster":  {Marker{Campaign: campaign, Mode: Clustered, Cluster: "C2"}, member},
		"standalone with cluster name": {Marker{Campaign: campaign, Mode: Standalone, Cluster: "C1"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "ledger")
			require.NoError(t, Init(dir, c.made))
			_, err := Start(t.Context(), Options{Dir: dir, Cluster: c.opened})
			damage(t, err, ledger.Refused, "folder.mode")
			require.False(t, exists(t, dir, "store"), "no server has been near it")
			require.False(t, exists(t, dir, "running"))
		})
	}
}

func TestInitTakesOnlyAnEmptyFolder(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, Init(dir, Marker{Campaign: campaign, Mode: Standalone}), "an empty folder")
	m, err := ReadMarker(dir)
	require.NoError(t, err)
	require.Equal(t, Marker{Format: 1, Mode: Standalone, Campaign: campaign}, m)

	damage(t, Init(dir, Marker{Campaign: "other", Mode: Standalone}), ledger.Refused, "folder.empty")
	again, err := ReadMarker(dir)
	require.NoError(t, err)
	require.Equal(t, m, again)
}

// The marker is a durable write: it fails before its rename or after it.
func TestAMarkerThatFailed(t *testing.T) {
	m := Marker{Campaign: campaign, Mode: Standalone}
	t.Run("and was not persisted", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, markerFile+".new"), []byte(`{"form`), 0o600)) // a power cut before the rename
		_, err := start(dir)
		damage(t, err, ledger.NotFound, "folder.marker")
		require.NoError(t, Init(dir, m), "init may be tried again")
		up(t, dir)
	})
	t.Run("but was persisted", func(t *testing.T) {
		dir := t.TempDir()
		real := syncDir
		defer func() { syncDir = real }()
		syncDir = func(string) error { return os.ErrInvalid }
		require.ErrorIs(t, Init(dir, m), os.ErrInvalid)
		syncDir = real
		damage(t, Init(dir, m), ledger.Refused, "folder.empty")
		up(t, dir)
	})
}

func TestAFolderWithoutAMarkerIsLeftAlone(t *testing.T) {
	for name, dir := range map[string]string{"empty": t.TempDir(), "missing": filepath.Join(t.TempDir(), "none")} {
		t.Run(name, func(t *testing.T) {
			_, err := start(dir)
			damage(t, err, ledger.NotFound, "folder.marker")
			require.NoError(t, Init(dir, Marker{Campaign: campaign, Mode: Standalone}), "it can still be made a data folder")
		})
	}
}

func TestATornMarkerIsDamage(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join(fresh(t), markerFile))
	require.NoError(t, err)
	for name, text := range map[string]string{
		"empty": "", "cut": string(whole[:len(whole)/2]), "of a later format": strings.Replace(string(whole), `"format": 1`, `"format": 2`, 1),
		"of no mode": strings.Replace(string(whole), "standalone", "", 1), "of no campaign": strings.Replace(string(whole), string(campaign), "", 1),
	} {
		t.Run(name, func(t *testing.T) {
			dir := fresh(t)
			require.NoError(t, os.WriteFile(filepath.Join(dir, markerFile), []byte(text), 0o600))
			_, err := start(dir)
			damage(t, err, ledger.Damaged, "folder.marker")
			require.False(t, exists(t, dir, "store"))
		})
	}
}

func TestTheStoreIsCopiedAsideAfterAnUncleanStop(t *testing.T) {
	dir := withStream(t)
	require.False(t, exists(t, dir, "running"), "the first run ended cleanly")
	clean := spawn(t, dir)
	require.Equal(t, "up", clean.line())
	require.False(t, exists(t, dir, "guard"))
	require.True(t, exists(t, dir, "running"))
	clean.kill(t)

	blocks := filepath.Join("jetstream", "$G", "streams", ledger.StreamName(campaign), "meta.inf")
	want, err := os.ReadFile(filepath.Join(dir, "store", blocks))
	require.NoError(t, err)
	s := up(t, dir)
	got, err := os.ReadFile(filepath.Join(dir, "guard", blocks))
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.False(t, exists(t, dir, "guard.new"))

	require.NoError(t, s.Close())
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "guard")))
	up(t, dir)
	require.False(t, exists(t, dir, "guard"), "none after a clean stop")
}

// A start that fails must not make the next one copy a store that a server has
// had in its hands over the copy of what was found.
func TestAFailedStartKeepsTheGuardCopy(t *testing.T) {
	dir := withStream(t)
	c := spawn(t, dir)
	require.Equal(t, "up", c.line())
	c.kill(t)
	_, err := Start(t.Context(), Options{Dir: dir, Listen: "203.0.113.1:4222"}) // nobody's address
	require.Error(t, err)
	require.True(t, exists(t, dir, "guard", "jetstream"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "guard", "first"), nil, 0o600))
	up(t, dir)
	require.True(t, exists(t, dir, "guard", "first"))
}

func TestAFullDiskIsRefused(t *testing.T) {
	f := folder{dir: t.TempDir()}
	require.NoError(t, f.space(1))
	damage(t, f.space(1<<62), ledger.Unavailable, "folder.space")
}

func TestTheRunTimeUserCannotTouchTheStream(t *testing.T) {
	t.Parallel()
	s := up(t, withStream(t))
	nc := connect(t, s)
	refused := make(chan error, 100)
	nc.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err })
	name := ledger.StreamName(campaign)
	for _, subject := range []string{
		"$JS.API.STREAM.CREATE." + name, "$JS.API.STREAM.CREATE.OTHER", "$JS.API.STREAM.UPDATE." + name, "$JS.API.STREAM.DELETE." + name, "$JS.API.STREAM.PURGE." + name,
		"$JS.API.STREAM.MSG.DELETE." + name, "$JS.API.STREAM.SNAPSHOT." + name, "$JS.API.STREAM.RESTORE." + name,
		"$JS.API.STREAM.PEER.REMOVE." + name, "$JS.API.STREAM.LEADER.STEPDOWN." + name, "$JS.API.META.LEADER.STEPDOWN", "$JS.API.SERVER.REMOVE",
		"$JS.API.ACCOUNT.PURGE.$G", "$JS.API.STREAM.LIST", "$JS.API.STREAM.NAMES", "$JS.API.CONSUMER.CREATE.OTHER.x",
		"$JS.API.DIRECT.GET." + name, "$SYS.REQ.SERVER.PING", "ledger.other.fgw.T01.progress", "anything",
	} {
		t.Run(subject, func(t *testing.T) {
			_, err := nc.Request(subject, nil, 20*time.Millisecond)
			require.Error(t, err)
			select {
			case err := <-refused:
				require.ErrorIs(t, err, nats.ErrPermissionViolation)
				require.Contains(t, strings.ToLower(err.Error()), strings.ToLower(subject))
			case <-time.After(5 * time.Second):
				t.Fatal("the server did not refuse")
			}
		})
	}
	t.Run("other people's answers", func(t *testing.T) {
		_, err := nc.SubscribeSync("_INBOX.>")
		require.NoError(t, err)
		require.ErrorIs(t, <-refused, nats.ErrPermissionViolation)
	})
	t.Run("no admin", func(t *testing.T) {
		_, err := s.ConnectAdmin()
		damage(t, err, ledger.Forbidden, "store.admin")
		_, err = s.connect(adminUser, "", nats.Timeout(200*time.Millisecond))
		require.Error(t, err)
	})
	js, err := jetstream.New(nc)
	require.NoError(t, err)
	st, err := js.Stream(t.Context(), name)
	require.NoError(t, err, "what it needs it may do")
	require.Zero(t, st.CachedInfo().State.LastSeq)
}

func TestHealthz(t *testing.T) {
	s := up(t, withStream(t))
	require.NoError(t, s.Healthz())
	require.NoError(t, s.Close())
	require.Error(t, s.Healthz())
}

func TestAServerListensOnlyWhenAsked(t *testing.T) {
	s := up(t, fresh(t))
	require.Empty(t, s.ClientURL())

	dir := fresh(t)
	open, err := Start(t.Context(), Options{Dir: dir, Listen: freeAddress(t)})
	require.NoError(t, err)
	defer open.Close()
	nc, err := nats.Connect(open.ClientURL())
	require.NoError(t, err)
	nc.Close()
	for _, address := range []string{"4222", "localhost:x", "127.0.0.1"} {
		_, err := Start(t.Context(), Options{Dir: fresh(t), Listen: address})
		damage(t, err, ledger.Malformed, "listen.address")
	}
}

func TestAStartThatCannotBeIsReportedAtOnce(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	dir := fresh(t)
	began := time.Now()
	_, err = Start(t.Context(), Options{Dir: dir, Listen: taken.Addr().String()})
	damage(t, err, ledger.Unavailable, "store.start")
	require.Contains(t, err.Error(), "address already in use")
	require.Less(t, time.Since(began), 10*time.Second)
	up(t, dir) // and gives up the lock
}
