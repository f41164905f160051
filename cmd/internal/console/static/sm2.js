// SM2 keys that sign in the browser (GB/T 32918.2-2016, with SM3). Browsers have no SM2
// of their own, so that such a key is opened from its file for one page and held in that
// page's memory, where whoever can run a program as this user could read it, and the
// arithmetic does not run in equal time: on a machine that others share, sign elsewhere.
// A unit whose rules ask for a certified module signs there, and hands the envelope in.

import { concat, unhex } from "./verify/bytes.js";
import { Key as PublicKey, order, timesBase } from "./verify/sm2.js";
import { sm3 } from "./verify/sm3.js";

const spkiHead = unhex("3059301306072a8648ce3d020106082a811ccf5501822d034200");
const curve = "06082a811ccf5501822d"; // the object identifier of sm2p256v1

const mod = (x) => ((x % order) + order) % order;

/** DER's elements of a value: [tag, content] in turn. */
function elements(der) {
  const out = [];
  for (let at = 0; at < der.length; ) {
    const tag = der[at++];
    let size = der[at++];
    if (size > 127) {
      const bytes = size & 127;
      size = 0;
      for (let i = 0; i < bytes; i++) size = size * 256 + der[at++];
    }
    if (!(at + size <= der.length)) throw new RangeError("cut short");
    out.push([tag, der.subarray(at, at + size)]);
    at += size;
  }
  return out;
}

const hexOf = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
const numberOf = (bytes) => BigInt("0x" + hexOf(bytes));

/** Reads a private key's PKCS#8 DER; null where it is of another algorithm. */
export function privateKey(der) {
  const [[, whole]] = elements(der);
  const [, [, algorithm], [, inside]] = elements(whole);
  if (!hexOf(algorithm).endsWith(curve)) return null;
  const [[, ec]] = elements(inside);
  const d = numberOf(elements(ec)[1][1]);
  if (d < 1n || d >= order - 1n) throw new RangeError("no private key of the SM2 curve");
  const point = timesBase(d).bytes;
  return { spki: concat(spkiHead, point), sign: (message) => sign(d, new PublicKey(point), message) };
}

/** A number from 1 to the order less 1, by chance. */
function chance() {
  for (;;) {
    const k = numberOf(crypto.getRandomValues(new Uint8Array(32)));
    if (k >= 1n && k < order) return k;
  }
}

function power(x, e) {
  let out = 1n;
  for (; e > 0n; e >>= 1n, x = (x * x) % order) if (e & 1n) out = (out * x) % order;
  return out;
}

function sign(d, key, message) {
  const e = numberOf(sm3(key.za, message));
  for (;;) {
    const k = chance();
    const r = mod(e + timesBase(k).x);
    if (r === 0n || r + k === order) continue;
    const s = mod(power(1n + d, order - 2n) * mod(k - r * d)); // Fermat: the order is prime
    if (s !== 0n) return der(r, s);
  }
}

/** SEQUENCE { r INTEGER, s INTEGER } */
function der(...numbers) {
  const parts = numbers.map((x) => {
    let h = x.toString(16);
    if (h.length % 2) h = "0" + h;
    if (parseInt(h.slice(0, 2), 16) > 127) h = "00" + h;
    return concat(Uint8Array.of(2, h.length / 2), unhex(h));
  });
  const body = concat(...parts);
  return concat(Uint8Array.of(0x30, body.length), body);
}
