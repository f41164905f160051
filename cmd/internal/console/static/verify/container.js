// The container of an exported trail: a zip of which every byte follows from its
// files' contents. It is read, and then written again and held against itself.

import { concat, short } from "./bytes.js";

export const maxSize = 512 * 1024 * 1024;
const maxEntries = 64;
const localMark = 0x04034b50;
const centralMark = 0x02014b50;
const endMark = 0x06054b50;
const localSize = 30;
const centralSize = 46;

const names = new TextDecoder("utf-8", { ignoreBOM: true });

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

function crc32(data) {
  let c = 0xffffffff;
  for (const b of data) c = table[(c ^ b) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

// unpack takes the files out, in their order, as ours stores them or as any zip that
// does not compress. It fails on all else.
export function unpack(data) {
  const found = scan(data);
  return found.length > 0 ? found : directory(data);
}

const viewOf = (data) => new DataView(data.buffer, data.byteOffset, data.byteLength);

// scan walks the local headers from the first byte to the directory.
function scan(data) {
  const view = viewOf(data);
  const entries = [];
  let at = 0;
  while (entries.length < maxEntries && data.length - at >= localSize && view.getUint32(at, true) === localMark) {
    const size = view.getUint32(at + 18, true);
    const name = view.getUint16(at + 26, true);
    const head = localSize + name + view.getUint16(at + 28, true);
    if (at + head + size > data.length) return [];
    const raw = data.subarray(at + localSize, at + localSize + name);
    entries.push({ name: names.decode(raw), raw, data: data.subarray(at + head, at + head + size) });
    at += head + size;
  }
  return data.length - at >= 4 && view.getUint32(at, true) === centralMark ? entries : [];
}

// directory reads the files by the directory at the end.
function directory(data) {
  const view = viewOf(data);
  let end = -1;
  for (let at = data.length - 22; at >= Math.max(0, data.length - 65557); at--) {
    if (view.getUint32(at, true) === endMark && at + 22 + view.getUint16(at + 20, true) <= data.length) {
      end = at;
      break;
    }
  }
  if (end < 0) throw new Error("zip: not a valid zip file");
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  const offset = view.getUint32(end + 16, true);
  let base = end - size - offset;
  const starts = (at) => at >= 0 && at + 4 <= data.length && view.getUint32(at, true) === centralMark;
  if (base > 0 && !starts(base + offset) && starts(offset)) base = 0;
  if (base < 0 || offset + base > end) throw new Error("zip: not a valid zip file");
  if (count > maxEntries) throw new Error(`${count} files, of at most ${maxEntries}`);
  const entries = [];
  let total = 0;
  for (let i = 0, at = base + offset; i < count; i++) {
    if (!starts(at) || at + centralSize > end) throw new Error("zip: not a valid zip file");
    const length = view.getUint16(at + 28, true);
    const raw = data.subarray(at + centralSize, at + centralSize + length);
    const name = names.decode(raw);
    const packed = view.getUint32(at + 20, true);
    const whole = view.getUint32(at + 24, true);
    if (view.getUint16(at + 10, true) !== 0 || packed !== whole) throw new Error(`${JSON.stringify(short(name))} is compressed`);
    const local = base + view.getUint32(at + 42, true);
    if (local + localSize > data.length || view.getUint32(local, true) !== localMark) throw new Error(`${JSON.stringify(short(name))}: zip: not a valid zip file`);
    const from = local + localSize + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    total += whole;
    if (from + whole > data.length || total > data.length) throw new Error(`${JSON.stringify(short(name))} reaches past the end`);
    entries.push({ name, raw, data: data.subarray(from, from + whole) });
    at += centralSize + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  if (entries.length === 0) throw new Error("no files");
  return entries;
}

// common is the middle that local and central headers share: version 10, stored, dated
// 1980-01-01.
function common(mark, head, entry) {
  const b = new DataView(new ArrayBuffer(26));
  b.setUint16(0, 10, true);
  b.setUint16(8, 0x21, true);
  b.setUint32(10, entry.crc, true);
  b.setUint32(14, entry.data.length, true);
  b.setUint32(18, entry.data.length, true);
  b.setUint16(22, entry.raw.length, true);
  return concat(mark, head, new Uint8Array(b.buffer));
}

const le32 = (n) => Uint8Array.of(n, n >>> 8, n >>> 16, n >>> 24);
const le16 = (n) => Uint8Array.of(n, n >>> 8);

// pieces are the parts of the one container that entries have, in their order.
function pieces(entries) {
  const list = [];
  const central = [];
  let at = 0;
  for (const e of entries) {
    const entry = { ...e, crc: crc32(e.data) };
    central.push(common(le32(centralMark), le16(10), entry), new Uint8Array(10), le32(at), e.raw);
    const local = common(le32(localMark), new Uint8Array(0), entry);
    list.push(local, e.raw, e.data);
    at += local.length + e.raw.length + e.data.length;
  }
  const size = central.reduce((n, p) => n + p.length, 0);
  return [...list, ...central, le32(endMark), le32(0), le16(entries.length), le16(entries.length), le32(size), le32(at), le16(0)];
}

// differs is where data is not the container that entries have, and -1 where it is.
export function differs(data, entries) {
  let at = 0;
  for (const p of pieces(entries)) {
    for (let i = 0; i < p.length; i++, at++) if (data[at] !== p[i]) return at;
  }
  return at === data.length ? -1 : at;
}

export function packedSize(entries) {
  return entries.reduce((n, e) => n + localSize + centralSize + 2 * e.raw.length + e.data.length, 22);
}

// region is the file in whose part of the container an offset lies, if any.
export function region(entries, offset) {
  for (const size of [(e) => localSize + e.raw.length + e.data.length, (e) => centralSize + e.raw.length]) {
    for (const e of entries) if ((offset -= size(e)) < 0) return e.name;
  }
  return "";
}

