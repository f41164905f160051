// What was dropped on the page, told apart by what is in it, and what is trusted.

import { Fault, textOf } from "./bytes.js";
import { edwardsKey, publicKey } from "./keys.js";
import * as notes from "./note.js";
import { parseReceipt } from "./receipt.js";
import * as zip from "./container.js";
import * as x509 from "./x509.js";

const textMost = 1 << 20; // no receipt, key or policy is larger

// sort reads a file: { kind, name, size, … } with kind trail, receipt, key, policy,
// authorities or unknown. Whatever is no text of ours is taken for a trail.
export async function sort(file) {
  const item = { name: file.name, size: file.size };
  if (file.size > zip.maxSize) return { ...item, kind: "trail", data: { length: file.size } }; // too large: not even read
  const data = new Uint8Array(await file.arrayBuffer());
  if (data.length > textMost || (data[0] === 0x50 && data[1] === 0x4b)) return { ...item, kind: "trail", data };
  let text;
  try {
    text = textOf(data).trim();
  } catch {
    return { ...item, kind: "trail", data };
  }
  try {
    if (text.startsWith("{")) return { ...item, kind: "receipt", text: textOf(data), receipt: lenient(text) };
    if (text.startsWith("-----BEGIN CERTIFICATE")) return { ...item, kind: "authorities", authorities: x509.authorities(text) };
    if (text.startsWith("-----BEGIN") || /^\S+\+[0-9a-f]{8}\+\S+$/.test(text)) return { ...item, kind: "key", key: keyOf(text) };
    if (/^quorum\s/m.test(text)) return { ...item, kind: "policy", policy: notes.policyOf(text) };
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    return { ...item, kind: "unknown", why: e.found };
  }
  return { ...item, kind: "trail", data };
}

// lenient is a receipt, or null: what is wrong with it, its own report says.
function lenient(text) {
  try {
    return parseReceipt(text);
  } catch (e) {
    if (e instanceof Fault) return null;
    throw e;
  }
}

// keyOf is a ledger's public key, in PEM or as signed notes write it.
export function keyOf(text) {
  text = text.trim();
  if (text.startsWith("-----BEGIN")) return publicKey(text);
  const v = notes.parseVkey(text, "log.key");
  if (v.kind !== 1) throw new Fault("log.key", "no key of a log", "a verifier key <name>+<id>+<base64>");
  return edwardsKey(v.raw);
}

// rootOf is the id of a root key as somebody typed it: 64 hex digits, blanks between
// them left out.
export function rootOf(text) {
  const id = text.replace(/\s+/g, "").toLowerCase();
  if (id !== "" && !/^[0-9a-f]{64}$/.test(id)) throw new Fault("root", `${id.length}`, "64 hex digits");
  return id;
}
