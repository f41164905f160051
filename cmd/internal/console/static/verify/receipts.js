// Receipts that somebody holds, against the trail that the ledger exported: what they
// are for must be there.

import { Fault, base64, bytesOf, hex, same } from "./bytes.js";
import * as notes from "./note.js";
import { checkSigned, inclusionOf, rebuild } from "./receipt.js";
import { sha256 } from "./sha256.js";
import { familyOf } from "./statement.js";
import * as tree from "./tree.js";

export class Receipts {
  constructor(v) {
    this.v = v;
    this.all = [];
    this.numbers = new Map(); // of the unit, by their number on the trail
    this.ids = new Map();
    this.end = v.manifest.sequence + 1; // all that belongs into the file before this record is in it
  }

  async check() {
    const { v } = this;
    const given = v.options.receipts ?? [];
    if (!v.key || given.length === 0) return;
    for (const l of [...v.all, ...v.attestation]) {
      if (!l.record) continue;
      this.all.push(l);
      if (l.said) this.ids.set(l.said.id, l);
      if (l.file === "attestation.json") this.end = l.record.sequence;
      if (l.record.place.unit === v.manifest.unit) this.numbers.set(l.record.trail_version, l);
    }
    this.all.sort((a, b) => a.record.sequence - b.record.sequence);
    for (const r of given) await this.hold(r);
  }

  async hold(r) {
    const { v } = this;
    const campaign = v.state.charter?.campaign ?? "";
    let name = `${r.id} of record ${r.sequence}, ${r.recorded}`;
    try {
      await checkSigned(r, v.key);
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      if (r.campaign !== campaign) name = `a receipt of campaign ${r.campaign}, and not of ${campaign}: ${name}`;
      v.find("receipt.bad", "", null, `${name}: ${e.found}`, "a receipt of this ledger");
      return;
    }
    if (r.campaign !== campaign) {
      v.note("note.receipt", name);
      return;
    }
    await this.checkFork(r);
    this.judge(r, name);
  }

  judge(r, name) {
    const { v } = this;
    let at = this.all.findIndex((l) => l.record.sequence >= r.sequence);
    if (at < 0) at = this.all.length;
    const here = this.all[at]?.record.sequence === r.sequence ? this.all[at] : null;
    const before = this.all[at - 1];
    const after = this.all[at];
    const mine = r.unit === v.manifest.unit;
    const numbered = this.numbers.get(r.trail_version);
    if (here && receipted(r, here.record)) v.report.receipts++;
    else if (this.ids.has(r.id)) v.find("receipt.differs", "", this.ids.get(r.id), name, "recorded as the receipt says");
    else if (here) v.find("receipt.missing", "", here, name, `the statement, as record ${r.sequence}`);
    else if (mine && numbered) v.find("receipt.missing", "", numbered, name, `the statement, as number ${r.trail_version} of the trail`);
    else if (r.sequence < this.end && (mine || familyOf(r.type) === "registry")) v.find("receipt.missing", "records.ndjson", null, name, "the statement, on the trail of " + r.unit);
    else if (before && r.recorded < before.record.recorded) v.find("receipt.order", "", before, name, "recorded after this record, which has a lower number");
    else if (after && r.recorded > after.record.recorded) v.find("receipt.order", "", after, name, "recorded before this record, which has a higher number");
    else v.note("note.receipt", name);
  }

  // checkFork holds the log that a sealed receipt shows against the file's: what both
  // show of it must agree, whatever record the receipt is for.
  async checkFork(r) {
    const { v } = this;
    let c;
    let shown;
    try {
      const i = inclusionOf(r.proof);
      c = await notes.openCheckpoint(i.checkpoint, notes.logVerifier(notes.originOf(r.campaign, v.key), v.key));
      if (c.size === v.checkpoint.size && !same(c.root, v.checkpoint.root)) {
        v.find("receipt.fork", "checkpoint", null, `size ${c.size}, root ${base64(v.checkpoint.root)}`, `root ${base64(c.root)}, as in the receipt ${r.id}`);
        return;
      }
      shown = tree.proofRanges(c.size, i.index, tree.leafHash(rebuild(r, r.statement).line), i.hashes);
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      return; // not sealed, or a proof that does not hold: it shows nothing of this log
    }
    const root = shown.get(`0-${c.size}`);
    if (!root || !same(root, c.root) || !v.ranges || !v.report.sealed?.holds) return;
    const forked = tree.disagree(shown, v.ranges);
    if (forked) v.find("receipt.fork", "checkpoint", null, `records ${forked[0] + 1} to ${forked[1]} are ${base64(v.ranges.get(forked.join("-")))}`, `${base64(shown.get(forked.join("-")))}, as in the receipt ${r.id}`);
  }
}

// receipted says whether a record is what a receipt was given for. The head covers all
// but the envelope's bytes, which the digest does.
function receipted(r, is) {
  return r.digest === hex(sha256(bytesOf(is.envelope))) && r.head === is.head && r.recorded === is.recorded;
}
