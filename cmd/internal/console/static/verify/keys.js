// Public keys: PEM of SPKI, Ed25519 or SM2. A key's id is the hash of its DER.

import { Fault, base64, concat, hex, same, short, unhex } from "./bytes.js";
import { sha256 } from "./sha256.js";
import * as sm2 from "./sm2.js";

const ed25519SPKI = unhex("302a300506032b6570032100");
const sm2SPKI = unhex("3059301306072a8648ce3d020106082a811ccf5501822d034200");

const bad = (found, want = "a PEM block PUBLIC KEY with an Ed25519 or SM2 key") => new Fault("key", found, want);

// block takes the one PEM block of a type out of a text, with nothing around it.
export function block(text, type) {
  const list = blocks(text);
  if (list.length !== 1 || list[0].type !== type) throw bad(`${short(text, 30)}`, `one PEM block ${type}`);
  return list[0].der;
}

// blocks takes a text apart into PEM blocks with nothing but white space around them.
export function blocks(text) {
  const list = [];
  const one = /-----BEGIN ([^\n]*?)-----[ \t\r]*\n([A-Za-z0-9+/=\s]*?)-----END ([^\n]*?)-----[ \t\r]*(?:\n|$)/y;
  text = text.trim();
  while (one.lastIndex < text.length) {
    const at = one.lastIndex;
    const found = one.exec(text);
    const body = found?.[2].replace(/\s+/g, "");
    if (!found || found[1] !== found[3] || body.length % 4 !== 0) throw bad(`${short(text.slice(at), 30)}`, "a PEM block");
    try {
      list.push({ type: found[1], der: Uint8Array.from(atob(body), (c) => c.charCodeAt(0)) });
    } catch {
      throw bad("a PEM block that is broken", "base64");
    }
    while (/\s/.test(text[one.lastIndex] ?? "")) one.lastIndex++;
  }
  return list;
}

export class PublicKey {
  constructor(der) {
    const begins = (with_, size) => der.length === with_.length + size && same(der.subarray(0, with_.length), with_);
    if (begins(ed25519SPKI, 32)) {
      this.algorithm = "Ed25519";
      this.raw = der.subarray(ed25519SPKI.length);
      checkEd25519(this.raw);
    } else if (begins(sm2SPKI, 65)) {
      this.algorithm = "SM2";
      try {
        this.sm2 = new sm2.Key(der.subarray(sm2SPKI.length));
      } catch {
        throw bad("no uncompressed point of the SM2 curve");
      }
    } else {
      throw bad("another key, or another form of one");
    }
    this.der = der;
    this.id = hex(sha256(der));
  }

  // pem is the one way to write the key.
  get pem() {
    return `-----BEGIN PUBLIC KEY-----\n${base64(this.der).replace(/.{1,64}/g, "$&\n")}-----END PUBLIC KEY-----\n`;
  }

  // verify says whether sig is a signature of message. Ed25519 is WebCrypto's.
  async verify(message, sig) {
    if (this.sm2) return this.sm2.verify(message, sig);
    this.imported ??= subtle().importKey("raw", this.raw, "Ed25519", false, ["verify"]);
    return sig.length === 64 && subtle().verify("Ed25519", await this.imported, sig, message);
  }
}

// subtle is WebCrypto, which a page has that came by https, from this machine, or
// from a file.
export function subtle() {
  if (!globalThis.crypto?.subtle) throw new Fault("browser", "no WebCrypto here", "a page by https or saved to disk");
  return crypto.subtle;
}

// ready says whether this browser can verify Ed25519.
export async function ready() {
  try {
    await subtle().importKey("raw", unhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"), "Ed25519", false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}

const known = new Map(); // a key is read once, however often it is named

export function publicKey(pem) {
  let key = known.get(pem);
  if (!key) known.set(pem, (key = new PublicKey(block(pem, "PUBLIC KEY"))));
  return key;
}

export function edwardsKey(raw) {
  return new PublicKey(concat(ed25519SPKI, raw));
}

const p = 2n ** 255n - 19n;
const mod = (x) => ((x % p) + p) % p;

function power(x, e) {
  let out = 1n;
  for (x = mod(x); e > 0n; e >>= 1n) {
    if (e & 1n) out = (out * x) % p;
    x = (x * x) % p;
  }
  return out;
}

// checkEd25519 takes the canonical encoding of a point (RFC 8032, section 5.1.2) that
// is not one of the eight of small order, under which a signature fits many messages.
function checkEd25519(raw) {
  const y = BigInt("0x" + hex(raw.toReversed())) & (2n ** 255n - 1n);
  if (y >= p) throw bad("an Ed25519 key that is not in its canonical form");
  const d = mod(-121665n * power(121666n, p - 2n));
  const yy = (y * y) % p;
  const dyy = (d * yy) % p;
  if (power((yy - 1n) * (dyy + 1n), (p - 1n) / 2n) === p - 1n) throw bad("an Ed25519 key that is no point of the curve");
  if (yy === 1n || yy === 0n || mod(dyy * yy + 2n * yy - 1n) === 0n) throw bad("an Ed25519 key of small order, under which signatures prove nothing");
}

// keyOf is the key in a PEM, and null where there is none.
export function keyOf(pem) {
  try {
    return publicKey(pem);
  } catch (e) {
    if (e instanceof Fault) return null;
    throw e;
  }
}

