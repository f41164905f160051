package natsd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"ducha/ledger"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Options say how a data folder's server is run.
type Options struct {
	Dir      string
	Listen   string   // address for clients over TCP; empty: in this process only, or any loopback port in a cluster
	Name     string   // of the server; unique in a cluster
	Cluster  *Cluster // nil: standalone
	MaxStore int64    // bytes that JetStream may use; 0: DefaultMaxStore
	Admin    bool     // with a user that may do everything; only to create a stream
	Building bool     // for a store that is being filled and used by nobody: it is synced once, by Close
	Logger   *slog.Logger
}

// Cluster is a server's place in a cluster of three.
type Cluster struct {
	Name   string
	Listen string
	Routes []string // host:port of every member, this one too
}

// DefaultMaxStore bounds the store where Options do not: without a bound
// JetStream takes what is free at the start, and refuses to start on a disk that
// has become fuller.
const DefaultMaxStore = 64 << 30

// Server is an embedded server on a locked folder.
type Server struct {
	server *server.Server
	folder *folder
	users  users

	staging  string // of batches in memory, empty when they are staged on disk
	building bool

	closing sync.Once
	closed  error // what closing gave
}

// Start guards the folder and starts its server. It returns once the server
// takes connections, and in a cluster once there is a leader.
func Start(ctx context.Context, o Options) (s *Server, err error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	// The marker is written once, so it is read before the lock: a folder that is
	// none of ours gets no lock file.
	marker, err := ReadMarker(o.Dir)
	if err != nil {
		return nil, err
	}
	if err := marker.fits(o.Dir, o.Cluster); err != nil {
		return nil, err
	}
	s = &Server{users: newUsers(o.Admin), building: o.Building}
	options, err := o.server(filepath.Join(o.Dir, storeFolder), s.users.list(marker.Campaign))
	if err != nil {
		return nil, err
	}
	if s.folder, err = seize(o.Dir); err != nil {
		return nil, err
	}
	if err := s.folder.prepare(marker, o.Logger); err != nil {
		return nil, errors.Join(err, s.folder.lock.Unlock())
	}
	// From here on a start that fails ends like a clean run: what was found is in
	// the guard copy, and the next start must not copy over it.
	if s.server, err = server.NewServer(options); err != nil {
		return nil, errors.Join(fmt.Errorf("nats-server: %w", err), s.folder.release())
	}
	fatal := make(chan string, 1)
	s.server.SetLoggerV2(slogger{o.Logger, fatal}, false, false, false)
	s.server.Start()
	if err := s.ready(ctx, o.Cluster != nil, fatal); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if o.Cluster == nil {
		if err := s.stage(marker.Campaign, memory); err != nil {
			o.Logger.Warn("batches are staged on disk, which is slower", "err", err)
		}
	}
	return s, nil
}

func (o Options) server(store string, users []*server.User) (*server.Options, error) {
	so := &server.Options{
		ServerName: o.Name, DontListen: o.Listen == "", NoSigs: true,
		JetStream: true, StoreDir: store, SyncAlways: !o.Building,
		JetStreamMaxStore: o.MaxStore, JetStreamMaxMemory: 256 << 20,
		Users: users,
	}
	if so.ServerName == "" {
		so.ServerName = "ducha"
	}
	if so.JetStreamMaxStore == 0 {
		so.JetStreamMaxStore = DefaultMaxStore
	}
	var err error
	if o.Listen != "" {
		if so.Host, so.Port, err = split(o.Listen); err != nil {
			return nil, err
		}
	}
	if o.Cluster == nil {
		return so, nil
	}
	if o.Listen == "" {
		// A server opens its routes only once its client port is open.
		so.DontListen, so.Host, so.Port = false, "127.0.0.1", server.RANDOM_PORT
	}
	so.Cluster.Name = o.Cluster.Name
	if so.Cluster.Host, so.Cluster.Port, err = split(o.Cluster.Listen); err != nil {
		return nil, err
	}
	for _, r := range o.Cluster.Routes {
		so.Routes = append(so.Routes, &url.URL{Scheme: "nats-route", Host: r})
	}
	return so, nil
}

func split(address string) (host string, port int, err error) {
	host, p, err := net.SplitHostPort(address)
	if err == nil {
		port, err = strconv.Atoi(p)
	}
	if err != nil {
		return "", 0, ledger.Malform("listen.address", fmt.Sprintf("%q", address), "an address and port such as 127.0.0.1:4222")
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	return host, port, nil
}

// ready waits until the server can be used, or says that it is fatally ill.
func (s *Server) ready(ctx context.Context, clustered bool, fatal <-chan string) error {
	const patience = 30 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	failed := func(err error) error {
		return &ledger.Error{Class: ledger.Unavailable, Rule: "store.start", Found: fmt.Sprintf("the store of %s did not come up", s.folder.dir), Want: "a store that starts; see the log", Err: err}
	}
	for {
		select {
		case why := <-fatal:
			return failed(errors.New(why))
		default:
		}
		up := s.server.ReadyForConnections(50*time.Millisecond) && s.server.JetStreamEnabled()
		if up && (!clustered || s.server.JetStreamIsCurrent()) {
			return nil
		}
		select {
		case <-ctx.Done():
			return failed(ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Connect connects within this process, as the run-time user.
func (s *Server) Connect(opts ...nats.Option) (*nats.Conn, error) {
	return s.connect(runUser, s.users.run, append(opts, nats.CustomInboxPrefix(inbox))...)
}

// ConnectAdmin connects within this process as the user that may do everything;
// there is one only where the server was started with Options.Admin.
func (s *Server) ConnectAdmin(opts ...nats.Option) (*nats.Conn, error) {
	if s.users.admin == "" {
		return nil, ledger.Forbid("store.admin", "a server that was started without an admin", "Options.Admin, as init does")
	}
	return s.connect(adminUser, s.users.admin, opts...)
}

func (s *Server) connect(user, password string, opts ...nats.Option) (*nats.Conn, error) {
	opts = append([]nats.Option{nats.InProcessServer(s.server), nats.UserInfo(user, password), nats.MaxReconnects(-1), nats.ReconnectWait(50 * time.Millisecond)}, opts...)
	nc, err := nats.Connect("", opts...)
	if err != nil {
		return nil, fmt.Errorf("connect as %s: %w", user, err)
	}
	return nc, nil
}

// ClientURL is where clients connect over TCP, and how; empty when the server
// listens within the process only.
func (s *Server) ClientURL() string {
	if s.server.Addr() == nil {
		return ""
	}
	return fmt.Sprintf("nats://%s:%s@%s", runUser, s.users.run, s.server.Addr())
}

// Healthz is nil while the store is well.
func (s *Server) Healthz() error {
	if h := s.server.Healthz(&server.HealthzOptions{}); h.StatusCode != 200 {
		return errors.New(h.Error)
	}
	return nil
}

// Close stops the server cleanly and gives the folder up. Closing again does
// nothing: the folder may be another run's by then.
func (s *Server) Close() error {
	s.closing.Do(func() {
		s.server.Shutdown()
		s.server.WaitForShutdown()
		if s.staging != "" {
			os.RemoveAll(s.staging) // nothing is staged after a clean stop
		}
		if s.building {
			s.closed = syncAll(s.folder.dir)
		}
		s.closed = errors.Join(s.closed, s.folder.release())
	})
	return s.closed
}
