package natsd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strconv"
	"time"

	"ducha/ledger"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Options say how a data folder's server is run.
type Options struct {
	Dir      string
	Listen   string   // address for clients over TCP; empty: in this process only
	Name     string   // of the server; unique in a cluster
	Cluster  *Cluster // nil: standalone
	MaxStore int64    // bytes that JetStream may use; 0: DefaultMaxStore
	Admin    bool     // with a user that may do everything; only to create a stream
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

	staging string // of batches in memory, empty when they are staged on disk
}

// Start guards the folder and starts its server. It returns once the server
// takes connections, and in a cluster once there is a leader.
func Start(ctx context.Context, o Options) (s *Server, err error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	f, err := seize(o.Dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.lock.Unlock())
		}
	}()
	if err := f.prepare(o.Cluster, o.Logger); err != nil {
		return nil, err
	}
	marker, err := ReadMarker(o.Dir)
	if err != nil {
		return nil, err
	}
	s = &Server{folder: f, users: newUsers(o.Admin)}
	options, err := o.server(f.store(), s.users.list(marker.Campaign))
	if err != nil {
		return nil, err
	}
	if s.server, err = server.NewServer(options); err != nil {
		return nil, fmt.Errorf("nats-server: %w", err)
	}
	s.server.SetLoggerV2(slogger{o.Logger}, false, false, false)
	s.server.Start()
	if err := s.ready(ctx, o.Cluster != nil); err != nil {
		s.server.Shutdown()
		s.server.WaitForShutdown()
		return nil, err
	}
	if o.Cluster == nil {
		if err := s.stageInMemory(marker.Campaign); err != nil {
			o.Logger.Warn("batches are staged on disk, which is slower", "err", err)
		}
	}
	return s, nil
}

func (o Options) server(store string, users []*server.User) (*server.Options, error) {
	so := &server.Options{
		ServerName: o.Name, DontListen: o.Listen == "", NoSigs: true,
		JetStream: true, StoreDir: store, SyncAlways: true,
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

// ready waits until the server can be used.
func (s *Server) ready(ctx context.Context, clustered bool) error {
	const patience = 30 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		up := s.server.ReadyForConnections(50*time.Millisecond) && s.server.JetStreamEnabled()
		if up && (!clustered || s.server.JetStreamIsCurrent()) {
			return nil
		}
		select {
		case <-ctx.Done():
			return &ledger.Error{Class: ledger.Unavailable, Rule: "store.start", Found: fmt.Sprintf("the store of %s did not come up", s.folder.dir), Want: "a store that starts; see the log", Err: ctx.Err()}
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

// Close stops the server cleanly and gives the folder up.
func (s *Server) Close() error {
	s.server.Shutdown()
	s.server.WaitForShutdown()
	if s.staging != "" {
		os.RemoveAll(s.staging) // nothing is staged after a clean stop
	}
	return s.folder.release()
}
