package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/evidence"
	"ducha/ledger/natsd"
	"ducha/ledger/proof"
	"ducha/ledger/seal"
	"ducha/ledger/stream"
)

// Create makes an empty ledger in an empty folder: the marker, the ledger's key,
// the stream. Nothing but this creates a stream; see the dangers that package
// natsd guards against. The charter comes in through the door, as the first
// statement.
func Create(ctx context.Context, dir string, campaign ledger.LocalID, key seal.PrivateKey, o Options) (err error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if _, err := proof.VerifierKey(proof.Origin(campaign, key.Public()), key.Public()); err != nil {
		return err
	}
	if err := natsd.Init(dir, natsd.Marker{Campaign: campaign, Mode: natsd.Standalone, Created: o.defaults().Clock().UTC()}); err != nil {
		return err
	}
	if err := WriteKey(LedgerKeyFile(dir), key); err != nil {
		return err
	}
	if err := stream.WriteMark(Options{Dir: dir}.mark(), stream.Mark{}); err != nil {
		return err
	}
	log, err := archive.Open(archive.Options{Dir: ArchiveDir(dir), State: stateDir(dir), Key: key, Campaign: campaign})
	if err != nil {
		return err
	}
	if err := log.Close(); err != nil {
		return err
	}
	server, err := natsd.Start(ctx, natsd.Options{Dir: dir, Admin: true, Logger: o.Logger})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	conn, err := server.ConnectAdmin()
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := stream.Create(ctx, conn, stream.Config{Campaign: campaign, Replicas: 1, MaxBytes: o.MaxBytes}); err != nil {
		return fmt.Errorf("create %s: %w", dir, err)
	}
	return evidence.Create(ctx, conn, evidence.Config{Campaign: campaign, Replicas: 1, MaxBytes: o.MaxFiles})
}

// CreateEvidence makes the store for files in a folder from before there was one. The
// ledger must not be running.
func CreateEvidence(ctx context.Context, o Options) (err error) {
	o = o.defaults()
	marker, err := natsd.ReadMarker(o.Dir)
	if err != nil {
		return err
	}
	server, err := natsd.Start(ctx, natsd.Options{Dir: o.Dir, Admin: true, Logger: o.Logger})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	conn, err := server.ConnectAdmin()
	if err != nil {
		return err
	}
	defer conn.Close()
	return evidence.Create(ctx, conn, evidence.Config{Campaign: marker.Campaign, Replicas: 1, MaxBytes: o.MaxFiles})
}
