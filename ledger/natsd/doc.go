// Package natsd runs the nats-server that is embedded in ducha, and guards the
// folder that it keeps its store in.
//
// # Why a guard
//
// JetStream loses data in ways that it does not report: two servers on one
// folder overwrite each other, a standalone folder that is opened as a member of
// a cluster has its streams deleted, a store error while a stream is recovered
// deletes that stream. So before the server is started the folder is locked,
// its marker is held against how it is to be opened, free space is checked, and
// after an unclean stop the store is copied aside.
//
// # The folder
//
//	ducha.json   the marker: format, mode, campaign; written once, by Init
//	lock         held while a server runs; holds its process id
//	running      there from a start until a clean stop
//	store/       JetStream's
//	guard/       the store as it was found after the last unclean stop
//
// # Who may do what
//
// At run time there is one user, and its allow-list lacks everything that can
// create, change, purge or delete a stream. A user with all rights exists only
// in a server that was started with Options.Admin, by Init's caller, to create
// the stream.
package natsd
