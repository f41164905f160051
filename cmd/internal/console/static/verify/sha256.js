// SHA-256 (FIPS 180-4). WebCrypto's own is asynchronous: for ten thousand small
// hashes the waiting is most of the time.

const primes = [];
for (let n = 2; primes.length < 64; n++) {
  if (primes.every((p) => n % p !== 0)) primes.push(n);
}

// fraction is the first 32 bits of the fractional part of a root of n.
function fraction(n, root) {
  let lo = 0n;
  let hi = 1n << 40n;
  const target = BigInt(n) << BigInt(32 * root);
  while (hi - lo > 1n) {
    const mid = (lo + hi) >> 1n;
    if (mid ** BigInt(root) <= target) lo = mid;
    else hi = mid;
  }
  return Number(BigInt.asUintN(32, lo)) | 0;
}

const constants = Int32Array.from(primes, (p) => fraction(p, 3));
const start = Int32Array.from(primes.slice(0, 8), (p) => fraction(p, 2));

// sha256 is the hash of parts, one after the other.
export function sha256(...parts) {
  const hash = new Hash();
  for (const p of parts) hash.add(p);
  return hash.sum();
}

// Hash takes what is hashed in pieces.
export class Hash {
  constructor() {
    this.state = Int32Array.from(start);
    this.w = new Int32Array(64);
    this.block = new Uint8Array(64);
    this.used = 0;
    this.size = 0;
  }

  add(p) {
    const { state, w, block } = this;
    this.size += p.length;
    let at = 0;
    if (this.used > 0) {
      at = Math.min(64 - this.used, p.length);
      block.set(p.subarray(0, at), this.used);
      this.used += at;
      if (this.used < 64) return;
      compress(state, w, block, 0);
    }
    for (; at + 64 <= p.length; at += 64) compress(state, w, p, at);
    block.set(p.subarray(at), 0);
    this.used = p.length - at;
  }

  // sum ends it.
  sum() {
    const { state, w, block, used, size } = this;
    block.fill(0, used);
    block[used] = 0x80;
    if (used >= 56) {
      compress(state, w, block, 0);
      block.fill(0);
    }
    const view = new DataView(block.buffer);
    view.setUint32(56, Math.floor(size / 2 ** 29));
    view.setUint32(60, (size << 3) >>> 0);
    compress(state, w, block, 0);
    const out = new DataView(new ArrayBuffer(32));
    state.forEach((s, i) => out.setInt32(4 * i, s));
    return new Uint8Array(out.buffer);
  }
}

function compress(state, w, data, at) {
  for (let i = 0; i < 16; i++, at += 4) w[i] = (data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3];
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15];
    const b = w[i - 2];
    const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
    const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + constants[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}
