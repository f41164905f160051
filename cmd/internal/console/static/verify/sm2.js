// SM2 signatures (GB/T 32918.2-2016), to verify and nothing else: nothing here is
// secret, so nothing here takes care to run in equal time.

import { concat, bytesOf, hex } from "./bytes.js";
import { sm3 } from "./sm3.js";

const p = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const a = p - 3n;
const b = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
const n = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const g = {
  x: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  y: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
};

// identifier is the default one (GM/T 0009-2012, section 10), under which every
// signature of a ledger is made.
export const identifier = "1234567812345678";

const mod = (x, m = p) => ((x % m) + m) % m;

const numberOf = (bytes) => BigInt("0x" + (hex(bytes) || "0"));

function bytes32(x) {
  const out = new Uint8Array(32);
  for (let i = 31; i >= 0; i--, x >>= 8n) out[i] = Number(x & 255n);
  return out;
}

// pointOf reads an uncompressed point, 4 x y; null where it is none of the curve.
export function pointOf(bytes) {
  if (bytes.length !== 65 || bytes[0] !== 4) return null;
  const at = { x: numberOf(bytes.subarray(1, 33)), y: numberOf(bytes.subarray(33)) };
  if (at.x >= p || at.y >= p || mod(at.y * at.y - (at.x * at.x * at.x + a * at.x + b)) !== 0n) return null;
  return at;
}

// Points are Jacobian here, [x, y, z] for x/z², y/z³; z = 0 is infinity.
const infinity = [1n, 1n, 0n];

function double([x, y, z]) {
  if (z === 0n) return infinity;
  const zz = (z * z) % p;
  const m = (3n * (x - zz) * (x + zz)) % p; // a = -3
  const yy = (y * y) % p;
  const s = (4n * x * yy) % p;
  const x3 = mod(m * m - 2n * s);
  return [x3, mod(m * (s - x3) - 8n * yy * yy), (2n * y * z) % p];
}

// add adds a point that is affine.
function add(q, at) {
  const [x, y, z] = q;
  if (z === 0n) return [at.x, at.y, 1n];
  const zz = (z * z) % p;
  const h = mod(at.x * zz - x);
  const r = mod(((at.y * zz) % p) * z - y);
  if (h === 0n) return r === 0n ? double(q) : infinity;
  const hh = (h * h) % p;
  const hhh = (h * hh) % p;
  const v = (x * hh) % p;
  const x3 = mod(r * r - hhh - 2n * v);
  return [x3, mod(r * (v - x3) - y * hhh), (z * h) % p];
}

function inverse(x) {
  let [r0, r1, s0, s1] = [p, mod(x), 0n, 1n];
  while (r1 !== 0n) {
    const q = r0 / r1;
    [r0, r1, s0, s1] = [r1, r0 - q * r1, s1, s0 - q * s1];
  }
  return mod(s0);
}

// affine makes many points affine with one inversion.
function affine(points) {
  const products = [1n];
  for (const q of points) products.push((products[products.length - 1] * q[2]) % p);
  let rest = inverse(products[points.length]);
  const out = [];
  for (let i = points.length - 1; i >= 0; i--) {
    const [x, y, z] = points[i];
    const iz = (rest * products[i]) % p;
    rest = (rest * z) % p;
    const izz = (iz * iz) % p;
    out[i] = { x: (x * izz) % p, y: (((y * izz) % p) * iz) % p };
  }
  return out;
}

// tableOf holds d·16^i·P at [15·i + d - 1]: a multiple of P is then 64 additions.
// The order of the curve is prime and none of these is a multiple of it.
function tableOf(at) {
  let bases = [[at.x, at.y, 1n]];
  for (let i = 1; i < 64; i++) bases.push(double(double(double(double(bases[i - 1])))));
  bases = affine(bases);
  const all = [];
  for (const base of bases) {
    let q = infinity;
    for (let d = 1; d < 16; d++) all.push((q = add(q, base)));
  }
  return affine(all);
}

function addMultiple(q, table, k) {
  for (let i = 0; k > 0n; i++, k >>= 4n) {
    const d = Number(k & 15n);
    if (d > 0) q = add(q, table[15 * i + d - 1]);
  }
  return q;
}

let base = null; // the generator's table, once it is needed

// Key is a public key made ready to verify with.
export class Key {
  constructor(bytes) {
    this.point = pointOf(bytes);
    if (!this.point) throw new RangeError("no point of the SM2 curve");
    const id = bytesOf(identifier);
    const length = Uint8Array.of((id.length * 8) >> 8, (id.length * 8) & 255);
    this.za = sm3(length, id, bytes32(a), bytes32(b), bytes32(g.x), bytes32(g.y), bytes.subarray(1));
    this.table = null;
  }

  // verify says whether sig is the DER of a signature of message.
  verify(message, sig) {
    const pair = signatureOf(sig);
    return pair !== null && this.verifyPair(message, ...pair);
  }

  verifyPair(message, r, s) {
    if (r < 1n || r >= n || s < 1n || s >= n) return false;
    const t = (r + s) % n;
    if (t === 0n) return false;
    base ??= tableOf(g);
    this.table ??= tableOf(this.point);
    const q = addMultiple(addMultiple(infinity, base, s), this.table, t);
    if (q[2] === 0n) return false;
    const iz = inverse(q[2]);
    const x = (((q[0] * iz) % p) * iz) % p;
    return (numberOf(sm3(this.za, message)) + x) % n === r;
  }
}

// signatureOf reads SEQUENCE { r INTEGER, s INTEGER } in DER with no byte too many.
function signatureOf(sig) {
  if (sig[0] !== 0x30 || sig[1] !== sig.length - 2 || sig[1] > 127) return null;
  const numbers = [];
  let at = 2;
  for (let i = 0; i < 2; i++) {
    const size = sig[at + 1];
    const bytes = sig.subarray(at + 2, at + 2 + size);
    if (sig[at] !== 2 || !(size > 0) || bytes.length !== size || bytes[0] > 127) return null;
    if (size > 1 && bytes[0] === 0 && bytes[1] < 128) return null; // one zero too many
    numbers.push(numberOf(bytes));
    at += 2 + size;
  }
  return at === sig.length ? numbers : null;
}

// What a signer needs beside (../sm2.js): the order of the generator, and its multiples.
export const order = n;

// timesBase is k times the generator, as 4 x y, and its x as a number.
export function timesBase(k) {
  base ??= tableOf(g);
  const [at] = affine([addMultiple(infinity, base, k)]);
  return { x: at.x, bytes: concat(Uint8Array.of(4), bytes32(at.x), bytes32(at.y)) };
}
