// The record: what the ledger adds to a statement, one line of canonical JSON.

import { Fault, bytesOf, hex, unhex } from "./bytes.js";
import { sha256 } from "./sha256.js";

export const maxEntry = 65535;

const bad = (found) => new Fault("record.form", found, "a record as the ledger writes it");
const id = /^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/;

export const isID = (text) => typeof text === "string" && id.test(text);

// instant is a recorded time in milliseconds, NaN where it is none: UTC, with exactly
// three digits of a second.
export function instant(text) {
  if (typeof text !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text)) return NaN;
  const t = Date.parse(text);
  return Number.isNaN(t) || new Date(t).toISOString() !== text ? NaN : t;
}

// sane says whether a time is in the years that statements may have.
export const sane = (text) => text.slice(0, 4) >= "2000" && text.slice(0, 4) <= "2100";

// place reads a subject, ledger.<campaign>.<unit>.<task or _>.<family>.
export function place(subject) {
  const t = typeof subject === "string" ? subject.split(".") : [];
  if (t.length !== 5 || t[0] !== "ledger" || !isID(t[1]) || !isID(t[2]) || (!isID(t[3]) && t[3] !== "_") || !isID(t[4])) {
    throw bad("the subject " + JSON.stringify(String(subject).slice(0, 60)));
  }
  return { subject, campaign: t[1], unit: t[2], task: t[3] === "_" ? "" : t[3], family: t[4] };
}

// encode writes a record's line; without its head it is what the chain links.
export function encode(r, head = true) {
  return (
    `{"envelope":${JSON.stringify(r.envelope)},` + (head ? `"head":"${r.head}",` : "") +
    `"recorded":"${r.recorded}","sequence":${r.sequence},"subject":"${r.subject}",` +
    `"task_version":${r.task_version},"trail_version":${r.trail_version},"v":1}`
  );
}

// record reads a line, as text, and takes its canonical form only: what is read is
// written again and must be the line. So no name stands in it twice, and no number
// but as it is written here.
export function record(text, bytes) {
  if (bytes.length > maxEntry) throw bad(`${bytes.length} bytes, of at most ${maxEntry}`);
  let r;
  try {
    r = JSON.parse(text);
  } catch (e) {
    throw bad(e.message);
  }
  if (r === null || typeof r !== "object" || typeof r.envelope !== "string" || !r.envelope.isWellFormed()) throw bad("no record");
  if (typeof r.head !== "string" || !/^[0-9a-f]{64}$/.test(r.head)) throw bad("no head");
  const where = place(r.subject);
  if (Number.isNaN(instant(r.recorded))) throw bad("the recorded time " + JSON.stringify(String(r.recorded).slice(0, 40)));
  for (const n of [r.sequence, r.task_version, r.trail_version]) {
    if (!Number.isInteger(n) || n < 0 || n > 2 ** 53) throw bad("a number that is none of a record");
  }
  if (encode(r) !== text) throw bad("not in its canonical form");
  if (r.sequence === 0 || !sane(r.recorded)) throw bad(`sequence ${r.sequence}, recorded ${r.recorded}`);
  return { ...r, place: where };
}

// digest is the hash of the record without its head.
export function digest(r) {
  return sha256(bytesOf(encode(r, false)));
}

// link is the head of a trail once a record is added to it.
export function link(head, recordDigest) {
  return hex(sha256(unhex(head), recordDigest));
}

export const noHead = "0".repeat(64);
