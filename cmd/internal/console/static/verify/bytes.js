// Bytes and text: what a file holds is bytes until it is proved to be text.

// Fault is something that is wrong, with the name that the Go verifier has for it.
export class Fault extends Error {
  constructor(rule, found, want = "") {
    super(rule + ": " + found);
    this.rule = rule;
    this.found = found;
    this.want = want;
  }
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

// textOf reads UTF-8, and fails on whatever is none.
export function textOf(bytes) {
  try {
    return strict.decode(bytes);
  } catch {
    throw new Fault("utf8", "bytes that are not UTF-8", "UTF-8 throughout");
  }
}

export function bytesOf(text) {
  return encoder.encode(text);
}

export function concat(...parts) {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

export function same(a, b) {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}

const hexes = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));

export function hex(bytes) {
  let out = "";
  for (const b of bytes) out += hexes[b];
  return out;
}

export function unhex(text) {
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return out;
}

export function base64(bytes) {
  let out = "";
  for (let i = 0; i < bytes.length; i += 0x6000) out += btoa(String.fromCharCode(...bytes.subarray(i, i + 0x6000)));
  return out;
}

// unbase64 takes the one canonical standard base64 of some bytes, and null for
// anything else. btoa leaves no choice, so what it gives back must be what came.
export function unbase64(text) {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  try {
    const raw = atob(text);
    if (btoa(raw) !== text) return null;
    return Uint8Array.from(raw, (c) => c.charCodeAt(0));
  } catch {
    return null;
  }
}

// short is the beginning of a text, for a finding.
export function short(text, most = 60) {
  const letters = [...String(text)];
  return letters.length > most ? letters.slice(0, most).join("") + "…" : letters.join("");
}

// number reads a decimal number without leading zeroes, up to a most; null for
// anything else.
export function number(text, most = 2 ** 53) {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return null;
  const n = Number(text);
  return n <= most && String(n) === text ? n : null;
}
