// The tree of a log (RFC 6962): leaves, nodes, a proof for one entry, and the shared
// proof for many.

import { Fault, hex } from "./bytes.js";
import { sha256 } from "./sha256.js";

const leafMark = Uint8Array.of(0);
const nodeMark = Uint8Array.of(1);

export const emptyRoot = sha256();

export function leafHash(entry) {
  return sha256(leafMark, entry);
}

export function nodeHash(left, right) {
  return sha256(nodeMark, left, right);
}

// half is the largest power of two below n, which is at least 2. Sizes go past 32
// bits, so there are no shifts.
function half(n) {
  let h = 1;
  while (h * 2 < n) h *= 2;
  return h;
}

const need = (want, got) => {
  if (want !== got) throw new Fault("inclusion.hashes", `${got} hashes`, String(want));
};

// proofRoot is the root of a tree of a size that has a leaf at an index, by the
// hashes from its sibling up.
export function proofRoot(size, index, leaf, hashes) {
  if (index >= size) throw new Fault("inclusion.proof", `an entry at ${index} of a log of ${size}`, "an index below the size");
  const sides = [];
  for (let lo = 0, hi = size; hi - lo > 1; ) {
    const mid = lo + half(hi - lo);
    sides.push(index >= mid);
    if (index < mid) hi = mid;
    else lo = mid;
  }
  need(sides.length, hashes.length);
  return hashes.reduce((at, h, i) => (sides[sides.length - 1 - i] ? nodeHash(h, at) : nodeHash(at, h)), leaf);
}

// sharedRoot is the root of a tree of a size that has these leaves at these indexes,
// which ascend, by the roots of the ranges in which none of them lies. ranges, where
// it is given, gets the root of every range on the way, by "from-to".
export function sharedRoot(size, indexes, leaves, hashes, ranges) {
  indexes.forEach((n, i) => {
    if (n >= size || (i > 0 && n <= indexes[i - 1])) throw new Fault("inclusion.hashes", `index ${n} in a log of ${size}`, "ascending ones below the size");
  });
  if (size === 0) {
    need(0, hashes.length);
    return emptyRoot;
  }
  let used = 0;
  const root = (lo, hi, from, to) => {
    const r = join(lo, hi, from, to);
    ranges?.set(`${lo}-${hi}`, r);
    return r;
  };
  const join = (lo, hi, from, to) => {
    if (from === to) return hashes[used++] ?? new Uint8Array(32);
    if (hi - lo === 1) return leaves[from];
    const mid = lo + half(hi - lo);
    let n = from;
    while (n < to && indexes[n] < mid) n++;
    const left = root(lo, mid, from, n);
    return nodeHash(left, root(mid, hi, n, to));
  };
  const r = root(0, size, 0, indexes.length);
  need(used, hashes.length);
  return r;
}

// proofRanges is what a proof of one entry shows of the tree.
export function proofRanges(size, index, leaf, hashes) {
  const left = [];
  const right = [];
  let lo = 0;
  let hi = size;
  for (let n = hashes.length - 1; n >= 0 && hi - lo > 1; n--) {
    const mid = lo + half(hi - lo);
    if (index < mid) {
      right.unshift(hashes[n]);
      hi = mid;
    } else {
      left.push(hashes[n]);
      lo = mid;
    }
  }
  need(left.length + right.length, hashes.length);
  const ranges = new Map();
  sharedRoot(size, [index], [leaf], [...left, ...right], ranges);
  return ranges;
}

// disagree finds the first, and of those the smallest, perfect range that two trees
// show otherwise: [from, to], or null.
export function disagree(a, b) {
  let first = null;
  for (const [range, h] of a) {
    const other = b.get(range);
    if (!other || hex(other) === hex(h)) continue;
    const [lo, hi] = range.split("-").map(Number);
    const n = hi - lo;
    if (!Number.isInteger(Math.log2(n)) || lo % n !== 0) continue;
    if (!first || hi < first[1] || (hi === first[1] && lo > first[0])) first = [lo, hi];
  }
  return first;
}
