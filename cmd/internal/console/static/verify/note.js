// Signed notes (c2sp.org/signed-note): checkpoints of the log, cosignatures of
// witnesses, and the policy that says whose word is enough.

import { Fault, base64, bytesOf, concat, hex, number, short, textOf, unbase64 } from "./bytes.js";
import { edwardsKey } from "./keys.js";
import { sha256 } from "./sha256.js";
import { emptyRoot } from "./tree.js";

const typeLog = 1;
const typeCosignature = 4;

const isName = (name) => name !== "" && !/[\s\u0085+]/u.test(name);

function keyHash(name, kind, key) {
  return hex(sha256(bytesOf(name + "\n"), Uint8Array.of(kind), key)).slice(0, 8);
}

// originOf is the name of a ledger's log.
export const originOf = (campaign, key) => `ducha/${campaign}/${key.id.slice(0, 16)}`;

// vkeyOf is a log's key as signed notes write it.
export function vkeyOf(origin, key) {
  return `${origin}+${keyHash(origin, typeLog, key.raw)}+${base64(concat(Uint8Array.of(typeLog), key.raw))}`;
}

// parseVkey reads a verifier key.
export function parseVkey(text, rule = "witness.key") {
  const fail = (why) => new Fault(rule, `${short(text, 80)}: ${why}`, "a verifier key <name>+<id>+<base64>");
  const [name, id, ...rest] = text.split("+");
  const raw = unbase64(rest.join("+"));
  if (!isName(name) || !raw || raw.length < 2) throw fail("not of that form");
  const key = raw.subarray(1);
  if (keyHash(name, raw[0], key) !== id) throw fail("a character is wrong");
  if ((raw[0] === typeLog || raw[0] === typeCosignature) && key.length !== 32) throw fail("an Ed25519 key has 32 bytes");
  return { name, id, kind: raw[0], raw: key };
}

// logVerifier verifies the checkpoints of a log.
export function logVerifier(origin, key) {
  if (key.algorithm !== "Ed25519") throw new Fault("log.key", "a key of the algorithm " + key.algorithm, "an Ed25519 key");
  return { name: origin, id: keyHash(origin, typeLog, key.raw), verify: (body, sig) => key.verify(body, sig) };
}

function cosignatureVerifier(vkey) {
  const v = parseVkey(vkey);
  if (v.kind !== typeCosignature) throw new Fault("witness.key", `${v.name} is a key of type ${v.kind}`, "one of type 4");
  const key = edwardsKey(v.raw);
  const verify = (body, sig) => {
    const stamp = sig.length === 72 ? new DataView(sig.buffer, sig.byteOffset).getBigUint64(0) : -1n;
    return stamp >= 0n && stamp < 2n ** 63n && key.verify(concat(bytesOf(`cosignature/v1\ntime ${stamp}\n`), body), sig.subarray(8));
  };
  return { name: v.name, id: v.id, verify };
}

// loose reads base64 as signed notes do: unused bits may be set.
function loose(text) {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Uint8Array.from(atob(text), (c) => c.charCodeAt(0)) : null;
}

// open reads a note and verifies the signatures of the verifiers given: those that it
// has, and null where it has none of theirs. A bad one in a known name is a fault.
async function open(signed, verifiers) {
  const text = textOf(signed);
  const fail = (why) => new Fault("checkpoint.form", why, "a signed note: a text, an empty line, a line for each signature");
  if (/[\u0000-\u0009\u000b-\u001f]/.test(text)) throw fail("control characters");
  const split = text.lastIndexOf("\n\n");
  const sigs = text.slice(split + 2);
  if (split < 0 || !sigs.endsWith("\n")) throw fail(short(text));
  const body = text.slice(0, split + 1);
  const found = new Map();
  const lines = sigs.slice(0, -1).split("\n");
  if (lines.length > 100) throw fail("more than a hundred signatures");
  for (const line of lines) {
    const [, name, encoded] = /^— ([^ ]*) (.*)$/s.exec(line) ?? [];
    const sig = loose(encoded ?? "");
    if (name === undefined || !isName(name) || !sig || sig.length < 5) throw fail(short(line));
    const id = hex(sig.subarray(0, 4));
    const v = verifiers.find((v) => v.name === name && v.id === id);
    if (!v || found.has(v)) continue;
    if (!(await v.verify(bytesOf(body), sig.slice(4)))) throw new Fault("witness.seal", `the signature of ${short(name)} does not verify`, "a good signature");
    found.set(v, sig.slice(4));
  }
  return { body, found };
}

function checkpointOf(body) {
  const fail = (why) => new Fault("checkpoint.form", why, "a line of origin, of the size, and of the root in base64");
  const lines = body.split("\n");
  if (lines.length < 4 || lines.pop() !== "" || lines.includes("")) throw fail(short(body));
  const size = number(lines[1]);
  const root = unbase64(lines[2]);
  if (size === null) throw fail("the size " + short(lines[1]));
  if (!root || root.length !== 32) throw fail("the root " + short(lines[2]));
  if (size === 0 && hex(root) !== hex(emptyRoot)) throw fail("no entry, and a root");
  return { origin: lines[0], size, root };
}

// openCheckpoint reads a checkpoint that the log signed.
export async function openCheckpoint(signed, log) {
  const seal = (found) => new Fault("checkpoint.seal", found, "a signed note with a good signature of " + log.name);
  let note;
  try {
    note = await open(signed, [log]);
  } catch (e) {
    throw e instanceof Fault ? seal(e.found) : e;
  }
  if (note.found.size === 0) throw seal("no signature of the log");
  const c = checkpointOf(note.body);
  if (c.origin !== log.name) throw new Fault("checkpoint.origin", "a checkpoint of " + short(c.origin), log.name);
  return c;
}

// policyOf reads a policy of trusted logs and witnesses (c2sp.org/tlog-policy).
export function policyOf(text) {
  const p = { logs: [], witnesses: [], groups: new Map(), quorum: "" };
  const names = new Set(["none"]);
  const keys = new Set();
  const members = new Set();
  let decided = false;
  const take = (set, value, what) => {
    if (set.has(value)) throw new Fault("policy.form", `${what} ${short(value, 40)} stands there already`);
    set.add(value);
  };
  const statements = {
    log: ([vkey]) => {
      const v = parseVkey(vkey);
      if (v.kind !== typeLog) throw new Fault("log.key", v.name + " is no key of a log");
      take(keys, hex(v.raw), "the key");
      p.logs.push(vkey);
    },
    witness: ([name, vkey]) => {
      const verifier = cosignatureVerifier(vkey);
      p.witnesses.push({ name, verifier });
      take(names, name, "the name");
      take(keys, hex(parseVkey(vkey).raw), "the key");
    },
    group: ([name, least, ...list]) => {
      const k = least === "any" ? 1 : least === "all" ? list.length : number(least, list.length);
      if (!k) throw new Fault("policy.form", `${short(least, 20)} of ${list.length} members`);
      for (const m of list) {
        if (m === "none" || !names.has(m)) throw new Fault("policy.form", `the member ${short(m, 40)} is not defined above`);
        take(members, m, "the member");
      }
      take(names, name, "the name");
      p.groups.set(name, { least: k, list });
    },
    quorum: ([name]) => {
      if (decided || !names.has(name)) throw new Fault("policy.form", "the quorum " + short(name, 40));
      decided = true;
      p.quorum = name === "none" ? "" : name;
    },
  };
  const sizes = { log: [1, 2], witness: [2, 3], group: [3, Infinity], quorum: [1, 1] };
  text.split("\n").forEach((line, i) => {
    if (i >= 1000 || /[\u0000-\u0008\u000b-\u001f\u007f]/.test(line)) throw new Fault("policy.form", `line ${i + 1}: ${short(line, 40)}`, "at most 1000 lines without control characters");
    const [word, ...rest] = line.split(/[ \t]+/).filter((w) => w !== "");
    if (word === undefined || word.startsWith("#")) return;
    const [least, most] = sizes[word] ?? [1, 0];
    if (rest.length < least || rest.length > most) throw new Fault("policy.form", `line ${i + 1}: ${short(line)}`, "log, witness, group or quorum");
    statements[word](rest);
  });
  if (!decided) throw new Fault("policy.form", "no quorum line", "quorum <name>, or quorum none");
  return p;
}

// accepts says whether a policy names a log, or names none at all.
export function accepts(policy, vkey) {
  return policy.logs.length === 0 || policy.logs.includes(vkey);
}

// cosigned is the good cosignatures of the policy's witnesses, and whether they are
// enough.
export async function cosigned(policy, signed) {
  checkpointOf(noteBody(signed));
  const { found } = await open(signed, policy.witnesses.map((w) => w.verifier));
  const by = policy.witnesses.filter((w) => found.has(w.verifier)).map((w) => {
    const sig = found.get(w.verifier);
    return { witness: w.name, time: Number(new DataView(sig.buffer).getBigUint64(0)) * 1000 };
  });
  const names = new Set(by.map((c) => c.witness));
  const holds = (name) => {
    const g = policy.groups.get(name);
    return g ? g.list.filter(holds).length >= g.least : names.has(name);
  };
  return { by, met: policy.quorum === "" || holds(policy.quorum) };
}

function noteBody(signed) {
  const text = textOf(signed);
  const split = text.lastIndexOf("\n\n");
  if (split < 0) throw new Fault("checkpoint.form", short(text), "a signed note");
  return text.slice(0, split + 1);
}
