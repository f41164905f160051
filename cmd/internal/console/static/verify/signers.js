// Who signed, and whether they could: keys, roles and certificates as the records before
// a statement had made them.

import { Fault, hex, same, short } from "./bytes.js";
import { checkEarlier } from "./chain.js";
import { signed } from "./envelope.js";
import { keyOf } from "./keys.js";
import { sha256 } from "./sha256.js";
import { familyOf } from "./statement.js";
import * as x509 from "./x509.js";

// fold takes the records that the file was drafted of, in the order of the ledger.
export async function fold(v) {
  const first = v.all[0];
  if (!first?.said || first.record.sequence !== 1 || first.said.kind !== "charter.adopted.v1") v.find("charter.missing", "context.ndjson", null, "", "record 1, a charter.adopted.v1");
  for (const l of v.lines()) {
    if (l.said?.kind === "charter.adopted.v1") named(v, l.said.data.get("root_key"), l.said.data.get("ledger_key"));
    if (l.said?.kind === "key.enrolled.v1") named(v, l.said.data.get("public_key"));
  }
  for (const l of v.all) if (l.said && l.file !== "since.ndjson") await apply(v, l);
  if (v.ledgerKey) v.signers.set(v.ledgerKey, (v.signers.get(v.ledgerKey) ?? 0) + 1);
}

function named(v, ...pems) {
  for (const pem of pems) {
    const key = keyOf(pem);
    if (key) v.certs.set(key.id, key);
  }
}

export async function foldSince(v) {
  for (const l of v.all) if (l.said && l.file === "since.ndjson") await apply(v, l);
  for (const kind of [...v.unknown.keys()].sort()) v.note("note.unknown", `${kind}: ${v.unknown.get(kind)}`);
}

async function apply(v, l) {
  const s = l.said;
  if (s.kind === "charter.adopted.v1") {
    if (!checkCharter(v, l)) return;
  } else {
    await checkSigner(v, l);
  }
  if (twice(v, l)) return;
  if (!s.known) v.unknown.set(JSON.stringify(short(s.kind)), (v.unknown.get(JSON.stringify(short(s.kind))) ?? 0) + 1);
  if (s.kind === "export.attested.v1" && l.file !== "context.ndjson") checkEarlier(v, l);
  v.signers.set(l.env.keyid, (v.signers.get(l.env.keyid) ?? 0) + 1);
  await v.state.apply(l);
}

export function twice(v, l) {
  const first = v.state.statements.get(l.said.id);
  if (first !== undefined) v.find("statement.id", "", l, `id ${l.said.id}, which is record ${first}`, "an id of its own");
  return first !== undefined;
}

// checkCharter: the first record, signed by the root key that it names.
function checkCharter(v, l) {
  const d = l.said.data;
  if (v.state.charter || l.record.sequence !== 1) {
    v.find("charter.second", "", l, `a charter as record ${l.record.sequence}`, "one charter, as record 1");
    return false;
  }
  const root = keyOf(d.get("root_key"));
  const key = keyOf(d.get("ledger_key"));
  v.report.root = root?.id ?? "";
  v.ledgerKey = key?.id ?? "";
  v.key = key;
  if (!root || !key) v.find("charter.root", "", l, "a key that is none", "a root key and a ledger key");
  else if (root.id === key.id || d.get("campaign") !== l.said.campaign) v.find("charter.root", "", l, `campaign ${d.get("campaign")}, root key ${root.id}, ledger key ${key.id}`, `campaign ${l.said.campaign}, two keys`);
  else if (l.said.source !== "root" || l.env.keyid !== root.id) v.find("charter.root", "", l, `${l.said.source}, key ${l.env.keyid}`, "root, key " + root.id);
  if (v.options.root && v.options.root !== v.report.root) v.find("root.other", "", l, v.report.root, v.options.root);
  if (v.options.ledgerKey && v.options.ledgerKey !== v.ledgerKey) v.find("ledger.other", "", l, v.ledgerKey, v.options.ledgerKey);
  return true;
}

// checkSigner holds a record's key against the keys and roles as the records before
// it made them.
export async function checkSigner(v, l) {
  const s = l.said;
  const id = l.env.keyid;
  const key = v.state.keys.get(id);
  if (!key && v.certs.has(id)) v.find("signer.later", "", l, "key " + id, "a key enrolled before");
  else if (!key) v.find("signer.unknown", "", l, "key " + id, "an enrolled key of " + s.source);
  else if (key.revoked) v.find("signer.revoked", "", l, `key ${id}, revoked by record ${key.revoked}`, "a key in force");
  else if (key.party !== s.source) v.find("signer.source", "", l, "a key of " + key.party, "a key of " + s.source);
  if (key) checkCertificate(v, l, key);
  await checkEnrolment(v, l);
  const want = mayRegister(v, l);
  if (want) v.find("signer.role", "", l, `${s.source} says ${s.kind}`, want);
}

// mayRegister says who could have said what all else rests on, where it was another.
function mayRegister(v, l) {
  const s = l.said;
  const office = v.state.has(s.source, "office");
  const commander = v.state.has(s.source, "commander");
  if (!s.known) return "";
  switch (s.kind) {
    case "key.enrolled.v1":
      if (["root", "ledger"].includes(s.data.get("party"))) return "the charter, for the key of " + s.data.get("party");
      break;
    case "export.attested.v1":
      return s.source === "ledger" ? "" : "the ledger's key";
    case "delegation.recorded.v1":
      return commander ? "" : "the commander";
    case "policy.adopted.v1":
    case "clarification.issued.v1":
      return office || commander ? "" : "the office or the commander";
  }
  return familyOf(s.kind) !== "registry" || office || s.source === "root" ? "" : "the root key or the office";
}

// checkCertificate holds a signature against the key's certificate as the records
// before it have it. Bare keys have none.
function checkCertificate(v, l, key) {
  const c = v.state.certificate(key, l.record.sequence, v.state.counts(l));
  if (!c) return;
  if (!c.valid) v.find("signer.dates", "", l, `certificate of ${c.subject}, ${new Date(c.from).toISOString()} to ${new Date(c.to).toISOString()}`, "a certificate that is good then");
  if (c.status?.status === "revoked") v.find("signer.certificate", "", l, `certificate of ${c.subject}, found revoked on ${c.status.checked}`, "a certificate that stands");
  if (v.issuers.has(c.sha256)) return;
  v.issuers.add(c.sha256);
  if (v.options.authorities && !v.trusted.has(c.sha256)) v.find("certificate.issuer", "", l, `a certificate of ${c.subject}, issued by ${c.issuer}`, "one that leads to an authority that was given");
}

// checkEnrolment holds a certificate to the key that it is enrolled for.
async function checkEnrolment(v, l) {
  if (l.said.kind !== "key.enrolled.v1" || !l.said.data.get("certificate")) return;
  const key = keyOf(l.said.data.get("public_key"));
  if (!key) return;
  let c;
  try {
    c = await x509.certificates(l.said.data.get("certificate"));
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    v.find("certificate.bad", "", l, e.found, "a chain that holds together");
    return;
  }
  if (!same(c.spki, key.der)) v.find("certificate.bad", "", l, "a certificate of another key, for " + c.subject, "one of key " + key.id);
  else if (v.options.authorities && (await x509.issued(c, v.options.authorities))) v.trusted.add(c.sha256);
}

// checkSeals verifies every signature by the key that the envelope names; whether
// that key could sign then is for checkSigner.
export async function checkSeals(v) {
  const all = v.lines();
  const memo = v.options.memo;
  for (const [i, l] of all.entries()) {
    if (i % 50 === 49) await v.progress((all.length + i) / 2, all.length);
    const key = l.env && v.certs.get(l.env.keyid);
    if (!key) continue;
    const message = signed(l.env);
    const name = memo && `${key.id} ${hex(sha256(message))} ${hex(l.env.sig)}`;
    const good = memo?.get(name) ?? (await key.verify(message, l.env.sig));
    memo?.set(name, good);
    if (good) v.report.signatures++;
    else v.find("signature.bad", "", l, `${key.algorithm}, key ${key.id}`);
  }
  await v.progress(all.length, all.length);
}
