// Keys that sign (Ed25519 by WebCrypto, SM2 by sm2.js), and what they sign: DSSE envelopes. A key made
// here is kept by the browser and cannot be read out of it, by this page or any other
// (non-extractable, in IndexedDB); one opened from a file is held until the page ends.

import { within as inStore } from "./store.js";

/** @typedef {{id: string, pem: string, sign: (bytes: Uint8Array) => Promise<Uint8Array>}} Key */

const store = "keys", mine = "mine", sitting = "sitting";
const text = new TextEncoder();

export const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const hex = (bytes) => [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, "0")).join("");

/** SHA-256 in lower-case hexadecimal. */
export async function sha256(bytes) {
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}

const within = (mode, act) => inStore(store, mode, act);

const publicPEM = (spki) => "-----BEGIN PUBLIC KEY-----\n" + base64(spki).match(/.{1,64}/g).join("\n") + "\n-----END PUBLIC KEY-----\n";

/** @returns {Promise<Key>} a key of a pair, with its id and public PEM */
async function of(privateKey, publicKey) {
  const spki = await crypto.subtle.exportKey("spki", publicKey);
  return { id: await sha256(spki), pem: publicPEM(spki), pair: { privateKey, publicKey }, sign: async (bytes) => new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, bytes)) };
}

/** Makes a key that this browser keeps. One that it has already is not thrown away. */
export async function make() {
  if (await held()) throw new Error("本浏览器已有一把密钥 this browser holds a key already");
  const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  await within("readwrite", (keys) => keys.add(pair, mine));
  return of(pair.privateKey, pair.publicKey);
}

/** The key that this browser keeps, or null. */
export async function held() {
  const pair = await within("readonly", (keys) => keys.get(mine));
  return pair ? of(pair.privateKey, pair.publicKey) : null;
}

/** Keeps a key that was opened from a file for this sitting, until log-out; a window that keeps nothing asks for the file again. */
export async function sit(key) {
  if (key.pair) await within("readwrite", (keys) => keys.put(key.pair, sitting)).catch(() => {});
}

/** Ends the sitting. */
export async function leave() {
  await within("readwrite", (keys) => keys.delete(sitting)).catch(() => {});
}

/** The key with an id, of this browser or of this sitting, or null. */
export async function current(id) {
  for (const name of [mine, sitting]) {
    const pair = await within("readonly", (keys) => keys.get(name));
    const key = pair && await of(pair.privateKey, pair.publicKey);
    if (key?.id === id) return key;
  }
  return null;
}

/** Throws away the key that this browser keeps. */
export function forget() {
  return within("readwrite", (keys) => keys.delete(mine));
}

/** Opens a PKCS#8 PEM file for as long as the page lives. */
export async function open(pem, lang) {
  const say = (zh, en) => lang === "en" ? en : zh;
  const body = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(pem);
  if (!body) throw new Error(pem.includes("BEGIN PUBLIC KEY") ? say("这是公钥文件;请选择私钥文件(BEGIN PRIVATE KEY)", "this is a public key: choose the private key's file (BEGIN PRIVATE KEY)")
    : pem.includes("BEGIN ENCRYPTED PRIVATE KEY") ? say("密钥文件有口令保护,浏览器不能打开;请先解开:openssl pkey -in key.pem -out plain.pem", "the key's file has a passphrase, which no browser opens: openssl pkey -in key.pem -out plain.pem first")
      : say("不是 PKCS#8 PEM 私钥文件(BEGIN PRIVATE KEY)", "not a PKCS#8 PEM file (BEGIN PRIVATE KEY)"));
  const der = Uint8Array.from(atob(body[1].replace(/\s/g, "")), (c) => c.charCodeAt(0));
  let jwk;
  try {
    const sm2 = (await import("./sm2.js")).privateKey(der);
    if (sm2) return { id: await sha256(sm2.spki), pem: publicPEM(sm2.spki), sign: async (bytes) => sm2.sign(bytes) };
    jwk = await crypto.subtle.exportKey("jwk", await crypto.subtle.importKey("pkcs8", der, "Ed25519", true, ["sign"]));
  } catch {
    throw new Error(say("不是 Ed25519 或 SM2 私钥", "not an Ed25519 or SM2 private key"));
  }
  const privateKey = await crypto.subtle.importKey("pkcs8", der, "Ed25519", false, ["sign"]);
  const publicKey = await crypto.subtle.importKey("jwk", { kty: "OKP", crv: "Ed25519", x: jwk.x }, "Ed25519", true, ["verify"]);
  return of(privateKey, publicKey);
}

// How an SPKI begins (RFC 8410; GM/T 0009), with its length.
const spkis = [["302a300506032b6570032100", 44], ["3059301306072a8648ce3d020106082a811ccf5501822d03420004", 91]];

/** Reads a public key's PEM file. @returns {Promise<{id: string, pem: string, spki: Uint8Array} | null>} */
export async function publicKey(pem) {
  const body = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/.exec(pem);
  if (!body) return null;
  try {
    const spki = Uint8Array.from(atob(body[1].replace(/\s/g, "")), (c) => c.charCodeAt(0));
    if (!spkis.some(([head, size]) => spki.length === size && hex(spki).startsWith(head))) return null;
    return { id: await sha256(spki), pem: publicPEM(spki), spki };
  } catch {
    return null;
  }
}

/** A fingerprint in four lines of four groups, as it is read aloud and compared. */
export const grouped = (id) => id.match(/.{16}/g).map((line) => line.match(/.{4}/g).join(" ")).join("\n");

/** Why no key can be made here: "insecure" (no HTTPS), "old" (no Ed25519), "closed" (nothing can be kept), or "". */
export async function unable() {
  if (!globalThis.crypto?.subtle) return "insecure";
  try {
    await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  } catch {
    return "old";
  }
  return within("readonly", (keys) => keys.count()).then(() => "", () => "closed");
}

/** DSSE's pre-authentication encoding (github.com/secure-systems-lab/dsse): what is signed. */
export function pae(type, payload) {
  const head = text.encode(`DSSEv1 ${text.encode(type).length} ${type} ${payload.length} `);
  const all = new Uint8Array(head.length + payload.length);
  all.set(head);
  all.set(payload, head.length);
  return all;
}

/** Signs a payload's exact bytes. @returns {Promise<string>} the envelope's JSON */
export async function seal(key, type, payload) {
  const bytes = typeof payload === "string" ? text.encode(payload) : payload;
  const sig = await key.sign(pae(type, bytes));
  let binary = "";
  for (const b of bytes) binary += String.fromCharCode(b);
  return JSON.stringify({ payload: btoa(binary), payloadType: type, signatures: [{ keyid: key.id, sig: base64(sig) }] });
}
