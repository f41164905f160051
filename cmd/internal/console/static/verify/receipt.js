// A receipt, signed or sealed: what the ledger answered, checked as `ducha receipt
// verify` checks it, with the same names for what is wrong.

import { Fault, base64, bytesOf, hex, number, same, short, textOf, unbase64 } from "./bytes.js";
import { words } from "./codes.js";
import { envelope, receiptType, signed } from "./envelope.js";
import * as json from "./json.js";
import * as notes from "./note.js";
import { encode, instant, isID } from "./record.js";
import { sha256 } from "./sha256.js";
import { familyOf, recorded } from "./statement.js";
import * as tree from "./tree.js";

const most = 1 << 20;

const fields = {
  campaign: "text", id: "text", type: "text", sequence: "number", recorded: "text", digest: "text",
  unit: "text", task: "text", task_version: "number", trail_version: "number", head: "text",
};

// parseReceipt reads a receipt's file and verifies nothing yet.
export function parseReceipt(text) {
  const size = bytesOf(text).length;
  if (size > most) throw new Fault("receipt.form", `${size} bytes`, `at most ${most}`);
  let r;
  try {
    r = json.members(json.parse(text), { ...fields, receipt_envelope: "text", sealed: "flag", statement: "text", proof: "text" }, "the receipt");
  } catch (e) {
    throw e instanceof Fault ? new Fault("receipt.form", e.found, "a receipt as the ledger answered it, one JSON object") : e;
  }
  hashes(r);
  if (r.receipt_envelope === "") throw new Fault("receipt.form", "no receipt_envelope", "a receipt that the ledger signed");
  if (r.sealed !== (r.proof !== "")) throw new Fault("receipt.form", `sealed is ${r.sealed}, and a proof of ${r.proof.length} characters`, "a proof where it says sealed, and none where it does not");
  return r;
}

function hashes(r) {
  for (const name of ["digest", "head"]) if (!/^[0-9a-f]{64}$/.test(r[name])) throw new Fault("receipt.form", name + " is no hash", "64 lower-case hex digits");
}

// checkSigned checks that the ledger's key signed what the fields say.
export async function checkSigned(r, key) {
  const form = (e) => (e instanceof Fault ? new Fault("receipt.form", e.found, e.want) : e);
  let env;
  try {
    env = envelope(r.receipt_envelope);
  } catch (e) {
    throw form(e);
  }
  if (env.type !== receiptType) throw new Fault("receipt.type", short(env.type), receiptType);
  if (env.keyid !== key.id) throw new Fault("receipt.seal", "signed with the key " + env.keyid, "the signature of the ledger's key " + key.id);
  if (!(await key.verify(signed(env), env.sig))) throw new Fault("receipt.seal", "a signature that does not verify", "the signature of the ledger's key");
  let said;
  try {
    said = json.members(json.parse(textOf(env.payload)), fields, "the receipt");
    hashes(said);
  } catch (e) {
    throw form(e);
  }
  for (const name of Object.keys(fields)) {
    if (said[name] !== r[name]) throw new Fault("receipt.fields", `${name} is ${short(r[name], 80)}`, `what was signed: ${short(said[name], 80)}`);
  }
}

// rebuild makes the record's line from the receipt and the statement's envelope.
export function rebuild(r, statement) {
  const wrong = (found, want = "the statement that the receipt names") => new Fault("receipt.statement", found, want);
  const digest = hex(sha256(bytesOf(statement)));
  if (digest !== r.digest) throw wrong("a statement with the digest " + digest, `the envelope as it was submitted, to the byte: its digest is ${r.digest}`);
  if (Number.isNaN(instant(r.recorded))) throw new Fault("receipt.recorded", short(r.recorded), "a recorded time");
  const family = familyOf(r.type);
  if (family === "other") throw new Fault("receipt.kind", "a receipt for a statement of the kind " + short(r.type), "a kind that this version knows: take a newer one to check it");
  let s;
  let env;
  try {
    env = envelope(statement);
    s = recorded(env.payload);
  } catch (e) {
    throw e instanceof Fault ? wrong(e.found) : e;
  }
  const agrees = s.campaign === r.campaign && s.unit === r.unit && s.task === r.task && s.kind === r.type && s.id === r.id;
  if (!agrees || ![r.campaign, r.unit].every(isID)) throw wrong(`the statement ${s.id}, ${s.kind}, of ${s.unit}`, `the statement ${short(r.id)} of the receipt`);
  const subject = ["ledger", r.campaign, r.unit, r.task || "_", family].join(".");
  return { said: s, keyid: env.keyid, line: bytesOf(encode({ ...r, envelope: statement, subject })) };
}

// inclusionOf reads a proof (c2sp.org/tlog-proof@v1).
export function inclusionOf(text) {
  const fail = (found) => new Fault("inclusion.form", found, "a proof as c2sp.org/tlog-proof@v1 writes it");
  const head = "c2sp.org/tlog-proof@v1\n";
  const split = text.indexOf("\n\n", head.length - 1);
  if (!text.startsWith(head)) throw fail(short(text, 40));
  if (split < 0) throw fail("no empty line before the checkpoint");
  const lines = text.slice(head.length, split).split("\n");
  if (lines[0].startsWith("extra ")) {
    if (!unbase64(lines[0].slice(6))?.length) throw fail(short(lines[0], 40));
    lines.shift();
  }
  const index = number((lines.shift() ?? "").replace(/^index /, "") || "-");
  if (index === null || lines.length > 63) throw fail("no index, or too many hashes");
  const list = lines.map(unbase64);
  if (list.some((h) => h?.length !== 32)) throw fail("a hash that is none");
  return { index, hashes: list, checkpoint: bytesOf(text.slice(split + 2)) };
}

// checkProof checks that the log holds the line under a checkpoint of the key's.
async function checkProof(r, line, key, policy, report) {
  const origin = notes.originOf(r.campaign, key);
  const log = notes.logVerifier(origin, key);
  const i = inclusionOf(r.proof);
  if (i.index + 1 !== r.sequence) throw new Fault("inclusion.proof", `a proof for record ${i.index + 1}`, `one for record ${r.sequence}`);
  const c = await notes.openCheckpoint(i.checkpoint, log);
  report.sealed = { origin, size: c.size, root: base64(c.root), cosigned: [] };
  let root;
  try {
    root = tree.proofRoot(c.size, i.index, tree.leafHash(line), i.hashes);
  } catch (e) {
    throw e instanceof Fault ? new Fault("inclusion.proof", e.found, e.want) : e;
  }
  if (!same(root, c.root)) throw new Fault("inclusion.proof", `the entry at ${i.index} and its hashes do not give the root of size ${c.size}`, "the entry that the log holds there");
  if (!policy) return;
  if (!notes.accepts(policy, notes.vkeyOf(origin, key))) throw new Fault("policy.log", `the log ${origin}, with this key`, "a log that the policy names");
  const { by, met } = await notes.cosigned(policy, i.checkpoint);
  report.sealed.cosigned = by;
  if (!met) throw new Fault("policy.quorum", `cosignatures of ${by.length} of ${policy.witnesses.length} witnesses`, "as many as the policy asks for");
}

// verifyReceipt checks a receipt's text. options: key (the ledger's), policy.
export async function verifyReceipt(text, { key, policy } = {}) {
  const report = { ok: false, status: "invalid", findings: [], receipt: null, ledgerKey: key?.id ?? "", said: null, signedBy: "", sealed: null };
  try {
    const r = parseReceipt(text);
    report.receipt = r;
    await checkSigned(r, key);
    report.status = "signed";
    if (r.statement !== "") {
      const made = rebuild(r, r.statement);
      Object.assign(report, { said: made.said, signedBy: made.keyid });
      if (r.sealed) {
        report.status = "sealed";
        await checkProof(r, made.line, key, policy, report);
      }
    } else if (r.sealed) {
      throw new Fault("receipt.statement", "a proof, and no statement to hold it against", "the envelope as it was submitted");
    }
    if (!r.sealed && policy?.quorum) throw new Fault("receipt.unsealed", "a receipt that is signed alone, and a policy that asks for witnesses", "a sealed one");
    report.ok = true;
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    const [zh, en] = words[e.rule] ?? ["", ""];
    report.status = "invalid";
    report.findings.push({ code: e.rule, file: "", line: 0, sequence: report.receipt?.sequence ?? 0, found: e.found, want: e.want, zh, en });
  }
  return report;
}
