// X.509 certificates as far as a key's enrolment needs them: whose they are, from
// when until when, and whether each of a chain is signed by the next.

import { Fault, hex, same } from "./bytes.js";
import { blocks, subtle } from "./keys.js";
import { sha256 } from "./sha256.js";
import * as sm2 from "./sm2.js";

const bad = (found) => new Fault("certificate.bad", found, "a chain that holds together");

// Der reads the elements of DER one after the other.
class Der {
  constructor(bytes) {
    this.rest = bytes;
  }
  get empty() {
    return this.rest.length === 0;
  }
  // next is the next element: its tag, its contents, and all its bytes.
  next(...tags) {
    const b = this.rest;
    let size = b[1];
    let head = 2;
    if (b.length < 2 || (b[0] & 31) === 31 || (tags.length > 0 && !tags.includes(b[0]))) throw bad("not DER as a certificate has it");
    if (size > 127) {
      const n = size - 128;
      if (n < 1 || n > 4) throw bad("a length that is not DER");
      size = 0;
      for (let i = 0; i < n; i++) size = size * 256 + (b[2 + i] ?? 0);
      if (size < 128 || (n > 1 && b[2] === 0)) throw bad("a length that is not DER");
      head += n;
    }
    if (head + size > b.length) throw bad("DER that is cut short");
    this.rest = b.subarray(head + size);
    return { tag: b[0], value: b.subarray(head, head + size), raw: b.subarray(0, head + size) };
  }
  maybe(tag) {
    return this.rest[0] === tag ? this.next() : null;
  }
  inside(...tags) {
    return new Der(this.next(...tags).value);
  }
}

const sequence = 0x30;

function oid(value) {
  const parts = [];
  let n = 0;
  for (const b of value) {
    n = n * 128 + (b & 127);
    if (b < 128) {
      parts.push(n);
      n = 0;
    }
  }
  const first = Math.min(2, Math.floor(parts[0] / 40));
  return [first, parts[0] - 40 * first, ...parts.slice(1)].join(".");
}

// time reads UTCTime or GeneralizedTime.
function time(element) {
  const t = String.fromCharCode(...element.value);
  const found = (element.tag === 0x17 ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/).exec(t);
  if (!found) throw bad("a date that is none");
  const [, year, ...rest] = found.map(Number);
  const at = Date.UTC(element.tag === 0x17 ? (year < 50 ? 2000 : 1900) + year : year, rest[0] - 1, ...rest.slice(1));
  if (new Date(at).toISOString().replace(/\D/g, "").slice(4, 14) !== t.slice(-11, -1)) throw bad("a date that is none");
  return at;
}

const attributes = {
  "2.5.4.3": "CN", "2.5.4.5": "SERIALNUMBER", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
  "2.5.4.9": "STREET", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.17": "POSTALCODE",
};
const order = ["SERIALNUMBER", "CN", "POSTALCODE", "STREET", "ST", "L", "OU", "O", "C"];

function textOf(element) {
  const b = element.value;
  switch (element.tag) {
    case 0x0c:
      try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(b);
      } catch {
        throw bad("a name that is not UTF-8");
      }
    case 0x1e:
      if (b.length % 2) throw bad("a name that is no BMPString");
      return new TextDecoder("utf-16be", { ignoreBOM: true }).decode(b);
    case 0x12:
    case 0x13:
    case 0x14:
    case 0x16:
      return String.fromCharCode(...b);
  }
  throw bad("a name of an unknown kind of text");
}

// name writes a distinguished name as RFC 4514 does, in the order of Go's pkix.Name.
function name(bytes) {
  const values = new Map();
  const others = [];
  for (const rdns = new Der(bytes).inside(sequence); !rdns.empty; ) {
    for (const set = rdns.inside(0x31); !set.empty; ) {
      const pair = set.inside(sequence);
      const id = oid(pair.next(6).value);
      const text = textOf(pair.next());
      const short = attributes[id];
      if (!short) others.push(id + "=#" + hex(stringDer(text)));
      else if (short === "CN" || short === "SERIALNUMBER") values.set(short, [text]);
      else values.set(short, [...(values.get(short) ?? []), text]);
    }
  }
  const known = order.filter((s) => values.has(s) && values.get(s).some((v) => v !== "" || !["CN", "SERIALNUMBER"].includes(s)));
  return [...known.map((s) => values.get(s).map((v) => s + "=" + escape(v)).join("+")), ...others.reverse()].join(",");
}

function stringDer(text) {
  const b = new TextEncoder().encode(text);
  const tag = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text) ? 0x13 : 0x0c;
  const size = b.length < 128 ? [b.length] : b.length < 256 ? [0x81, b.length] : [0x82, b.length >> 8, b.length & 255];
  return Uint8Array.of(tag, ...size, ...b);
}

function escape(value) {
  const runes = [...value];
  return runes.map((c, i) => (',+"\\<>;'.includes(c) || (i === 0 && " #".includes(c)) || (i === runes.length - 1 && c === " ") ? "\\" + c : c)).join("");
}

// certificate takes one apart.
function certificate(der) {
  const outer = new Der(der);
  const whole = outer.inside(sequence);
  if (!outer.empty) throw bad("bytes after a certificate");
  const body = whole.next(sequence);
  const algorithm = whole.next(sequence);
  const sig = whole.next(3).value;
  const tbs = new Der(body.value);
  tbs.maybe(0xa0);
  const serial = tbs.next(2).value;
  if (!same(tbs.next(sequence).raw, algorithm.raw)) throw bad("two algorithms of one signature");
  const issuer = tbs.next(sequence).raw;
  const validity = tbs.inside(sequence);
  const [from, to] = [time(validity.next(0x17, 0x18)), time(validity.next(0x17, 0x18))];
  const subject = tbs.next(sequence).raw;
  const spki = tbs.next(sequence).raw;
  tbs.maybe(0x81);
  tbs.maybe(0x82);
  const c = {
    der, tbs: body.raw, algorithm: algorithm.value, sig: sig.subarray(1), issuer, subject, spki, from, to,
    serial: BigInt("0x0" + hex(serial)).toString(16), usage: 0, ca: false,
  };
  const extensions = tbs.maybe(0xa3);
  if (extensions) {
    for (const list = new Der(extensions.value).inside(sequence); !list.empty; ) {
      const e = list.inside(sequence);
      const id = oid(e.next(6).value);
      e.maybe(1);
      const value = new Der(e.next(4).value);
      if (id === "2.5.29.15") {
        const bits = value.next(3).value;
        c.usage = (bits[1] ?? 0) | ((bits[2] ?? 0) << 8);
      } else if (id === "2.5.29.19") {
        c.ca = new Der(value.next(sequence).value).maybe(1)?.value[0] === 0xff;
      }
    }
  }
  return c;
}

const ec = {
  "1.2.840.10045.3.1.7": ["P-256", 32],
  "1.3.132.0.34": ["P-384", 48],
  "1.3.132.0.35": ["P-521", 66],
};
const hashes = {
  "1.2.840.113549.1.1.11": "SHA-256", "1.2.840.113549.1.1.12": "SHA-384", "1.2.840.113549.1.1.13": "SHA-512",
  "1.2.840.10045.4.3.2": "SHA-256", "1.2.840.10045.4.3.3": "SHA-384", "1.2.840.10045.4.3.4": "SHA-512",
};

// verifies says whether a certificate is signed with the key in an SPKI: by SM2,
// Ed25519, RSA or ECDSA.
async function verifies(c, spki) {
  const info = new Der(spki).inside(sequence);
  const algorithm = info.inside(sequence);
  const kind = oid(algorithm.next(6).value);
  const parameters = algorithm.empty ? null : algorithm.next();
  const point = info.next(3).value.subarray(1);
  const how = oid(new Der(c.algorithm).next(6).value);
  const curve = parameters?.tag === 6 ? oid(parameters.value) : "";
  if (how === "1.2.156.10197.1.501") return curve === "1.2.156.10197.1.301" && new sm2.Key(point).verify(c.tbs, c.sig);
  if (how === "1.3.101.112") {
    return kind === how && subtle().verify("Ed25519", await subtle().importKey("raw", point, "Ed25519", false, ["verify"]), c.sig, c.tbs);
  }
  const hash = hashes[how];
  if (!hash) throw bad("a signature of an algorithm that is not known here: " + how);
  if (kind === "1.2.840.113549.1.1.1") {
    const key = await subtle().importKey("spki", spki, { name: "RSASSA-PKCS1-v1_5", hash }, false, ["verify"]);
    return subtle().verify("RSASSA-PKCS1-v1_5", key, c.sig, c.tbs);
  }
  if (!ec[curve]) return false;
  const [namedCurve, size] = ec[curve];
  const key = await subtle().importKey("spki", spki, { name: "ECDSA", namedCurve }, false, ["verify"]);
  const pair = new Der(c.sig).inside(sequence);
  const raw = new Uint8Array(2 * size);
  for (let i = 0; i < 2; i++) {
    let n = pair.next(2).value;
    while (n.length > 1 && n[0] === 0) n = n.subarray(1);
    if (n.length > size) return false;
    raw.set(n, (i + 1) * size - n.length);
  }
  return subtle().verify({ name: "ECDSA", hash }, key, raw, c.tbs);
}

// signedBy says whether one certificate is signed by another, which must be one that
// may sign others.
async function signedBy(c, by) {
  const may = by.ca && (by.usage === 0 || (by.usage & 0x04) !== 0);
  return may && (await verifies(c, by.spki).catch(() => false));
}

const chains = new Map(); // a chain is read once

// certificates reads a chain in PEM, the certificate itself first.
export function certificates(pem) {
  if (!chains.has(pem)) chains.set(pem, read(pem));
  return chains.get(pem);
}

async function read(pem) {
  const list = chainOf(pem, 5);
  const leaf = list[0];
  if (leaf.usage !== 0 && (leaf.usage & 0xc0) === 0) throw bad("a certificate that is not for signatures");
  for (let i = 1; i < list.length; i++) {
    if (!(await signedBy(list[i - 1], list[i]))) throw bad(`certificate ${i} of the chain is not signed by the next one`);
  }
  const self = same(leaf.subject, leaf.issuer);
  if (self && !(await verifies(leaf, leaf.spki).catch(() => false))) throw bad("a certificate that names itself as its issuer, and its signature does not verify");
  return { subject: name(leaf.subject), issuer: name(leaf.issuer), serial: leaf.serial, from: leaf.from, to: leaf.to, sha256: hex(sha256(leaf.der)), self, spki: leaf.spki, list };
}

function chainOf(pem, most) {
  let found;
  try {
    found = blocks(pem);
  } catch (e) {
    throw bad(e.found ?? e.message);
  }
  if (found.length < 1 || found.length > most || found.some((b) => b.type !== "CERTIFICATE")) throw bad("no PEM blocks CERTIFICATE");
  return found.map((b) => certificate(b.der));
}

// authorities are the certificates of issuers that the reader trusts.
export const authorities = (pem) => chainOf(pem, 100);

// issued says whether a chain leads to one of the authorities.
export async function issued(chain, trusted) {
  for (const c of chain.list) {
    for (const by of trusted) {
      if (same(c.der, by.der) || (same(c.issuer, by.subject) && (await signedBy(c, by)))) return true;
    }
  }
  return false;
}
