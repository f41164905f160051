package stream

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/natsd"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
)

// store is the servers that a test runs on: one node, or three.
type store struct {
	servers  []*natsd.Server
	replicas int
}

// each runs a test on one node and on three, each on folders of its own.
func each(t *testing.T, test func(t *testing.T, s *store)) {
	t.Run("one node", func(t *testing.T) { test(t, one(t)) })
	t.Run("three nodes", func(t *testing.T) { test(t, three(t)) })
}

// one is one node with an admin and no stream.
func one(t *testing.T) *store {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "ledger")
	require.NoError(t, natsd.Init(dir, natsd.Marker{Campaign: campaign, Mode: natsd.Standalone}))
	s, err := natsd.Start(t.Context(), natsd.Options{Dir: dir, Admin: true})
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return &store{servers: []*natsd.Server{s}, replicas: 1}
}

// three is a cluster of three nodes with an admin each and no stream.
func three(t *testing.T) *store {
	t.Helper()
	clusters.Lock()
	t.Cleanup(clusters.Unlock)
	const name = "C1"
	var routes []string
	for range 3 {
		routes = append(routes, freeAddress(t))
	}
	s := &store{servers: make([]*natsd.Server, 3), replicas: 3}
	errs := make([]error, 3)
	var starting sync.WaitGroup
	for i := range 3 {
		dir := filepath.Join(t.TempDir(), fmt.Sprintf("n%d", i+1))
		require.NoError(t, natsd.Init(dir, natsd.Marker{Campaign: campaign, Mode: natsd.Clustered, Cluster: name}))
		starting.Go(func() {
			s.servers[i], errs[i] = natsd.Start(t.Context(), natsd.Options{Dir: dir, Admin: true, Name: fmt.Sprintf("n%d", i+1),
				Cluster: &natsd.Cluster{Name: name, Listen: routes[i], Routes: routes}})
		})
	}
	starting.Wait()
	for i, err := range errs {
		require.NoError(t, err)
		t.Cleanup(func() { s.servers[i].Close() })
	}
	return s
}

// clusters lets one cluster run at a time: elections of two on two cores take so
// long that tests would measure the machine.
var clusters sync.Mutex

// addresses counts the loopback addresses that were handed out.
var addresses atomic.Uint32

// freeAddress is a port on a loopback address of this call's own: between asking
// for it and using it nobody else, in this process or another, takes it.
func freeAddress(t *testing.T) string {
	t.Helper()
	pid, n := os.Getpid(), addresses.Add(1)
	l, err := net.Listen("tcp", fmt.Sprintf("127.%d.%d.%d:0", 1+pid/250%250, 1+pid%250, 1+n%250))
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

func (s *store) admin(t *testing.T) *nats.Conn {
	t.Helper()
	nc, err := s.servers[0].ConnectAdmin()
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	return nc
}

// create makes the ledger's stream.
func (s *store) create(t *testing.T, cfg Config) {
	t.Helper()
	cfg.Campaign, cfg.Replicas = campaign, s.replicas
	s.createAs(t, s.admin(t), cfg)
}

// createAs makes a stream, over a connection.
func (s *store) createAs(t *testing.T, admin *nats.Conn, cfg Config) {
	t.Helper()
	tried := false
	s.settled(t, func(ctx context.Context) error {
		_, err := Create(ctx, admin, cfg)
		if tried && errors.Is(err, &ledger.Error{Rule: "stream.exists"}) {
			return nil // the answer to an earlier try was lost
		}
		tried = true
		return err
	})
}

// settled does something that a young cluster may not do at the first try: it may
// not have all its peers, or a leader, yet.
func (s *store) settled(t *testing.T, do func(ctx context.Context) error) {
	t.Helper()
	var err error
	for range 15 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		err = do(ctx)
		cancel()
		if err == nil || len(s.servers) == 1 || ledger.ClassOf(err) == ledger.Refused {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	require.NoError(t, err)
}

// connect connects as the run-time user, to some node.
func (s *store) connect(t *testing.T) *nats.Conn { return connect(t, s.servers[len(s.servers)-1]) }

// ledger is a store with a stream, and a connection to it.
func (s *store) ledger(t *testing.T) *nats.Conn {
	s.create(t, Config{})
	return s.connect(t)
}

// byHand makes a stream that Create would not make.
func (s *store) byHand(t *testing.T, campaign ledger.LocalID, change func(*jetstream.StreamConfig)) jetstream.JetStream {
	t.Helper()
	js, err := jetstream.New(s.admin(t))
	require.NoError(t, err)
	cfg := Config{Campaign: campaign, Replicas: s.replicas}.stream()
	cfg.MaxBytes = 1 << 28
	change(&cfg)
	s.settled(t, func(ctx context.Context) error {
		_, err := js.CreateStream(ctx, cfg)
		return err
	})
	return js
}

// appendAll appends drafts one after another.
func appendAll(t *testing.T, w *Writer, drafts []Draft) []ledger.Record {
	t.Helper()
	var list []ledger.Record
	for _, d := range drafts {
		r, err := w.Append(t.Context(), d)
		require.NoError(t, err)
		list = append(list, r)
	}
	return list
}

// whole reads the stream from the beginning over a new connection, and holds it
// against the chain.
func whole(t *testing.T, nc *nats.Conn) []ledger.Record {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	s, err := Open(ctx, nc, campaign)
	require.NoError(t, err)
	return records(t, Check(&ledger.Chain{}, s.Read(ctx, 0)))
}

// refusedWith requires an error of a class and a rule.
func refusedWith(t *testing.T, err error, class ledger.Class, rule string) {
	t.Helper()
	require.ErrorIs(t, err, &ledger.Error{Rule: rule})
	require.Equal(t, class, ledger.ClassOf(err), "%v", err)
}
