// SM3 (GB/T 32905-2016), the hash of SM2 signatures.

import { concat } from "./bytes.js";

const start = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];

const turn = (x, n) => (x << n % 32) | (x >>> (32 - (n % 32)) % 32);
const p0 = (x) => x ^ turn(x, 9) ^ turn(x, 17);
const p1 = (x) => x ^ turn(x, 15) ^ turn(x, 23);

export function sm3(...parts) {
  const message = concat(...parts);
  const data = new Uint8Array((Math.floor((message.length + 8) / 64) + 1) * 64);
  data.set(message);
  data[message.length] = 0x80;
  const view = new DataView(data.buffer);
  view.setUint32(data.length - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(data.length - 4, (message.length << 3) >>> 0);
  const v = Int32Array.from(start);
  const w = new Int32Array(68);
  for (let at = 0; at < data.length; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
    for (let i = 16; i < 68; i++) w[i] = p1(w[i - 16] ^ w[i - 9] ^ turn(w[i - 3], 15)) ^ turn(w[i - 13], 7) ^ w[i - 6];
    compress(v, w);
  }
  const out = new DataView(new ArrayBuffer(32));
  v.forEach((x, i) => out.setInt32(4 * i, x));
  return new Uint8Array(out.buffer);
}

function compress(v, w) {
  let [a, b, c, d, e, f, g, h] = v;
  for (let i = 0; i < 64; i++) {
    const t = i < 16 ? 0x79cc4519 : 0x7a879d8a;
    const s1 = turn((turn(a, 12) + e + turn(t, i)) | 0, 7);
    const s2 = s1 ^ turn(a, 12);
    const ff = i < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const gg = i < 16 ? e ^ f ^ g : (e & f) | (~e & g);
    const t1 = (ff + d + s2 + (w[i] ^ w[i + 4])) | 0;
    const t2 = (gg + h + s1 + w[i]) | 0;
    d = c;
    c = turn(b, 9);
    b = a;
    a = t1;
    h = g;
    g = turn(f, 19);
    f = e;
    e = p0(t2);
  }
  [a, b, c, d, e, f, g, h].forEach((x, i) => (v[i] ^= x));
}
