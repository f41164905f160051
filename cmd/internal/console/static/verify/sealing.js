// The sealed log: every record of the file stands in it at its place, and witnesses saw
// it only grow.

import { Fault, base64, same, unbase64 } from "./bytes.js";
import * as notes from "./note.js";
import * as tree from "./tree.js";

// checkLog holds every record of the file against the sealed log.
export async function checkLog(v) {
  const signed = v.files.get("checkpoint");
  if (!v.key || !signed) return; // reported
  const campaign = v.state.charter?.campaign ?? "";
  const origin = notes.originOf(campaign, v.key);
  try {
    v.checkpoint = await notes.openCheckpoint(signed, notes.logVerifier(origin, v.key));
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    v.find("checkpoint.bad", "checkpoint", null, e.found, "signed by the ledger's key as " + origin);
    return;
  }
  v.report.sealed = { origin, size: v.checkpoint.size, root: base64(v.checkpoint.root), holds: false, policy: false, cosigned: [], met: false, unverified: [] };
  await checkInclusion(v);
  await checkPolicy(v, signed);
}

// checkInclusion computes the root from the records and the shared hashes.
async function checkInclusion(v) {
  const all = v.lines().filter((l) => l.record).sort((a, b) => a.record.sequence - b.record.sequence);
  for (const l of all) {
    if (l.record.sequence > v.checkpoint.size) {
      v.find("proof.size", "", l, `record ${l.record.sequence}`, `at most ${v.checkpoint.size}, which are under the checkpoint`);
      return;
    }
  }
  const indexes = all.map((l) => l.record.sequence - 1);
  const leaves = all.map((l) => tree.leafHash(l.raw));
  const shared = sharedOf(v.files.get("proof.txt") ?? new Uint8Array(0));
  if (!shared) {
    v.find("proof.form", "proof.txt", null, "lines that are no hashes", "a hash in base64 on every line");
    return;
  }
  const ranges = new Map();
  try {
    const root = tree.sharedRoot(v.checkpoint.size, indexes, leaves, shared, ranges);
    if (same(root, v.checkpoint.root)) v.report.sealed.holds = all.length === v.lines().length;
    else v.find("proof.root", "proof.txt", null, base64(root), `the root ${base64(v.checkpoint.root)} of the checkpoint of ${v.checkpoint.size} entries`);
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    v.find("proof.root", "proof.txt", null, e.found, "one hash for each range of the log without a record of this file");
  }
  v.ranges = ranges;
}

// checkPolicy asks whether those whom the reader trusts saw this log.
async function checkPolicy(v, signed) {
  const policy = v.options.policy;
  if (!policy) return;
  const s = v.report.sealed;
  s.policy = true;
  if (!notes.accepts(policy, notes.vkeyOf(s.origin, v.key))) v.find("policy.log", "checkpoint", null, s.origin, "a log that the policy names");
  try {
    const { by, met } = await notes.cosigned(policy, signed);
    s.cosigned = by;
    s.met = met;
    if (!met) v.find("policy.quorum", "checkpoint", null, `${by.length} of the ${policy.witnesses.length} witnesses`, "as many as the policy asks for");
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    v.find("policy.bad", "checkpoint", null, e.found);
  }
}

// sharedOf reads proof.txt; null where it is not of its form.
function sharedOf(data) {
  if (data.length % 45 !== 0) return null;
  const text = new TextDecoder("latin1").decode(data);
  const list = [];
  for (let at = 0; at < text.length; at += 45) {
    const h = text[at + 44] === "\n" ? unbase64(text.slice(at, at + 44)) : null;
    if (h?.length !== 32) return null;
    list.push(h);
  }
  return list;
}
