// The signed envelope (DSSE): a payload, its type, and exactly one signature.

import { Fault, bytesOf, concat, unbase64 } from "./bytes.js";
import * as json from "./json.js";

export const maxEnvelope = 48 * 1024;
export const statementType = "application/cloudevents+json";
export const receiptType = "application/vnd.ducha.receipt.v1+json";

const bad = (found, want = "an envelope of payload, payloadType and one signature") => new Fault("envelope.form", found, want);

// envelope reads an envelope from the text that was submitted.
export function envelope(text) {
  const size = bytesOf(text).length;
  if (size > maxEnvelope) throw bad(`${size} bytes`, `at most ${maxEnvelope}`);
  const e = exactly(json.parse(text), ["payload", "payloadType", "signatures"]);
  if (!Array.isArray(e.signatures) || e.signatures.length !== 1) throw bad("not one signature");
  const s = exactly(e.signatures[0], ["keyid", "sig"]);
  if (typeof s.keyid !== "string" || !/^[0-9a-f]{64}$/.test(s.keyid)) throw bad("a keyid that is no 64 lower-case hex digits");
  if (typeof e.payloadType !== "string" || e.payloadType === "") throw bad("no payloadType");
  return { type: e.payloadType, payload: raw(e.payload, "payload"), keyid: s.keyid, sig: raw(s.sig, "sig") };
}

function exactly(value, names) {
  if (!(value instanceof Map) || value.size !== names.length || !names.every((n) => value.has(n))) throw bad("not exactly the members " + names.join(", "));
  return Object.fromEntries(value);
}

function raw(value, name) {
  const bytes = typeof value === "string" && value !== "" ? unbase64(value) : null;
  if (!bytes) throw bad(`${name} is no canonical base64 of anything`);
  return bytes;
}

// signed is what the signature is over (DSSE's PAE).
export function signed(e) {
  const type = bytesOf(e.type);
  return concat(bytesOf(`DSSEv1 ${type.length} `), type, bytesOf(` ${e.payload.length} `), e.payload);
}
