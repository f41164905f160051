// Package archive seals a ledger into a transparency log (封存): a folder of plain
// files in the layout of c2sp.org/tlog-tiles, which any web server can serve and
// any standard tool can check.
//
// # The idea
//
// Entry i of the log is the canonical JSON of record i+1. The tree over the entries
// is a fold of the records and can be made again at any time. What cannot be made
// again is a signature: a signed checkpoint is a promise that the first n records
// are these and no others, for ever. So everything here is ordered around it:
//
//  1. Bundles and tiles are written under other names, synced, renamed, and their
//     folders synced.
//  2. They are read back: the edge of the tree on disk must have the root that is
//     going to be signed, and the published tree must be a prefix of it.
//  3. The checkpoint is signed and staged: synced to a file of the sealer's own
//     before any witness or reader sees it.
//  4. Witnesses cosign.
//  5. It is published: one rename, and a sync of the folder.
//
// A crash in between leaves files that no checkpoint covers, or a staged checkpoint.
// The next [Open] sweeps the former away and goes on from the latter; where the files
// of a staged checkpoint are gone, the records that are added must lead to exactly
// its root, or the log is damaged.
//
// # The folder
//
//	checkpoint                       the signed note (c2sp.org/tlog-checkpoint)
//	tile/<level>/<index>[.p/<width>] 256 hashes, or the first <width> of a tile that is not full yet
//	tile/entries/<index>[.p/<width>] the entries below the tile of level 0, each after its length in two bytes, big-endian
//
// An index is written in groups of three digits, x001/x234/067. Partial tiles stay
// until the full one is published. The sealer's own folder, beside it on the same
// file system, has the staged checkpoint, a lock, and what is being written.
//
// # What is guaranteed
//
//   - Whatever a published or staged checkpoint covers is on stable storage and is
//     never written over with other bytes.
//   - A [Reader] gives nothing that it has not verified against a signed root.
//   - Memory does not grow with the log, nor with what is not sealed yet.
package archive
