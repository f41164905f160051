// Package natsd runs the nats-server that is embedded in ducha, and guards the
// folder that it keeps its store in.
//
// # Why a guard
//
// JetStream loses data in ways that it does not report: two servers on one
// folder overwrite each other, a standalone folder that is opened as a member of
// a cluster has its streams deleted, a store error while a stream is recovered
// deletes that stream. So before the server is started the folder is locked,
// its marker is held against how it is to be opened, free space is checked, every
// record in the files of the stream is held against its checksum, and after an
// unclean stop the store is copied aside. A damaged store is not started on: a server
// would cut it short, and what is good in it is wanted for a recovery.
//
// # The folder
//
//	ducha.json   the marker: format, mode, campaign; written once, by Init
//	lock         held while a server runs; holds its process id
//	running      there from a start until a clean stop
//	store/       JetStream's
//	guard/       the store as it was found after the last unclean stop
//	recovering.json  there while a recovered store is put in its place
//
// # Who may do what
//
// At run time there is one user, and its allow-list lacks everything that can
// create, change, purge or delete a stream. A user with all rights exists only
// in a server that was started with Options.Admin, by Init's caller, to create
// the stream.
//
// BUG(natsd): the store sends its answers with rights of its own, to whatever
// subject a request names as its reply. A run-time user who asks a consumer for
// what is not there and names $JS.API.STREAM.DELETE.<stream> as the reply has the
// stream deleted by the empty answer (seen on nats-server 2.15.2). The allow-list
// holds against mistakes, not against somebody who has the user's password, which
// is why it never leaves the process: nobody else may be given this user, or one
// that may ask a consumer.
package natsd
