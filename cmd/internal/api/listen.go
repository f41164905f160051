package api

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"ducha/cmd/internal/access"
	"ducha/ledger"
)

// Listen opens an address: a loopback one as it is, any other only with TLS, since a
// session's cookie, and the keys of browsers, are not for a line that others read.
func Listen(ctx context.Context, address, certificate, key string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, ledger.Malform("listen.address", fmt.Sprintf("%q", address), "an address and port such as 127.0.0.1:8420")
	}
	var secured *tls.Config
	if certificate != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			return nil, ledger.Malform("listen.tls", err.Error(), "--tls-cert and --tls-key: a certificate chain and its key, both PEM")
		}
		secured = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	}
	if secured == nil && !access.Local(host) {
		return nil, ledger.Refuse("listen.loopback", fmt.Sprintf("%s is not a loopback address", address),
			"127.0.0.1 or ::1; or --tls-cert and --tls-key, and --host for the name that others reach it by; or a proxy with TLS before it")
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, &ledger.Error{Class: ledger.Unavailable, Rule: "listen.address", Found: err.Error(), Want: "a free port: choose one with --listen, 127.0.0.1:0 takes any"}
	}
	if secured != nil {
		return securedListener{tls.NewListener(l, secured)}, nil
	}
	return l, nil
}

// securedListener is one with TLS.
type securedListener struct{ net.Listener }

// Base is where a listener is reached from this machine.
func Base(l net.Listener) string {
	if _, ok := l.(securedListener); ok {
		return "https://" + l.Addr().String()
	}
	return "http://" + l.Addr().String()
}

// Named answers requests that name this machine, or one of the hosts, and refuses
// others: a page from elsewhere may have its name point here (DNS rebinding).
func Named(next http.Handler, hosts ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if !access.Local(r.Host) && !slices.ContainsFunc(hosts, func(h string) bool { return strings.EqualFold(h, host) }) {
			write(w, ledger.Forbid("http.host", "a request for host "+r.Host, strings.Join(append([]string{"127.0.0.1, ::1 or localhost"}, hosts...), ", ")+"; --host names others"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Serve answers on a listener until ctx ends, and lets requests under way finish; those
// that wait for news end at once.
func Serve(ctx context.Context, l net.Listener, h http.Handler, hosts ...string) error {
	closing := make(chan struct{})
	serving := context.WithValue(context.WithoutCancel(ctx), closingKey{}, (<-chan struct{})(closing))
	s := &http.Server{Handler: Named(h, hosts...), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelWarn), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		BaseContext: func(net.Listener) context.Context { return serving }}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	close(closing)
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return s.Shutdown(ending)
}

type closingKey struct{}

// Closing is closed when the server of a request's context is to end: whoever waits for
// news stops waiting. Elsewhere it never is.
func Closing(ctx context.Context) <-chan struct{} {
	c, _ := ctx.Value(closingKey{}).(<-chan struct{})
	return c
}
