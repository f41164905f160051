// JSON that every reader understands alike (RFC 7493): each name once in an object,
// no half of a surrogate pair, one value and nothing after it. Objects become a Map,
// numbers a Num, which keeps how they were written.

import { Fault } from "./bytes.js";

export class Num {
  constructor(raw) {
    this.raw = raw;
  }
  get value() {
    return Number(this.raw);
  }
}

const deepest = 1000;
const blank = /[ \t\r\n]*/y;
const plain = /[^"\\\u0000-\u001f]*/y;
const numeral = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const escapes = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

// parse reads one value from text. A fault's rule is json.syntax, json.duplicate,
// json.utf8 or json.trailing.
export function parse(text) {
  const r = new Reader(text);
  const value = r.value(0);
  r.skip();
  if (r.at < text.length) throw new Fault("json.trailing", `${JSON.stringify(text.slice(r.at, r.at + 20))} at ${r.at}`, "nothing but white space after the value");
  return value;
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  fail(found) {
    throw new Fault("json.syntax", `${found} at ${this.at}`, "one JSON value");
  }

  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return "";
    this.at = pattern.lastIndex;
    return found[0];
  }

  skip() {
    this.take(blank);
  }

  value(depth) {
    if (depth > deepest) this.fail("too many levels");
    this.skip();
    const c = this.text[this.at];
    if (c === "{") return this.object(depth);
    if (c === "[") return this.array(depth);
    if (c === '"') return this.string();
    for (const [word, value] of [["true", true], ["false", false], ["null", null]]) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    const raw = this.take(numeral);
    if (raw === "") this.fail(c === undefined ? "the end" : JSON.stringify(c));
    return new Num(raw);
  }

  object(depth) {
    const members = new Map();
    this.at++;
    for (let first = true; ; first = false) {
      this.skip();
      if (this.text[this.at] === "}" && first) break;
      if (this.text[this.at] !== '"') this.fail("no name");
      const name = this.string();
      if (members.has(name)) throw new Fault("json.duplicate", JSON.stringify(name) + " a second time", "each name once");
      this.skip();
      if (this.text[this.at++] !== ":") this.fail("no colon");
      members.set(name, this.value(depth + 1));
      this.skip();
      if (this.text[this.at] === "}") break;
      if (this.text[this.at++] !== ",") this.fail("no comma");
    }
    this.at++;
    return members;
  }

  array(depth) {
    const items = [];
    this.at++;
    this.skip();
    if (this.text[this.at] === "]") {
      this.at++;
      return items;
    }
    for (;;) {
      items.push(this.value(depth + 1));
      this.skip();
      const c = this.text[this.at++];
      if (c === "]") return items;
      if (c !== ",") this.fail("no comma");
    }
  }

  string() {
    let out = "";
    this.at++;
    for (;;) {
      out += this.take(plain);
      const c = this.text[this.at++];
      if (c === '"') break;
      if (c !== "\\") this.fail("no end of a string");
      const e = this.text[this.at++];
      if (e === "u") {
        const digits = this.text.slice(this.at, this.at + 4);
        if (!/^[0-9A-Fa-f]{4}$/.test(digits)) this.fail("a bad escape");
        out += String.fromCharCode(parseInt(digits, 16));
        this.at += 4;
      } else if (Object.hasOwn(escapes, e ?? "")) {
        out += escapes[e];
      } else {
        this.fail("a bad escape");
      }
    }
    if (!out.isWellFormed()) throw new Fault("json.utf8", "half of a surrogate pair is escaped", "both halves or neither");
    return out;
  }
}

// members takes an object apart that may have no other members than those of shape,
// which says of each what it is: "text", "number" (whole, not negative), "flag", or
// "any". What is missing or null is empty, as Go's readers have it.
export function members(value, shape, what) {
  if (value !== null && !(value instanceof Map)) throw new Fault("json.syntax", what + " is no object", "an object");
  const given = value ?? new Map();
  for (const name of given.keys()) {
    if (!Object.hasOwn(shape, name)) throw new Fault("json.syntax", `unknown member ${JSON.stringify(name.slice(0, 60))} in ${what}`, Object.keys(shape).join(", "));
  }
  const out = {};
  for (const [name, kind] of Object.entries(shape)) out[name] = member(given.get(name) ?? null, kind, name);
  return out;
}

const kinds = {
  text: ["", (v) => typeof v === "string"],
  flag: [false, (v) => typeof v === "boolean"],
  number: [0, (v) => v instanceof Num && whole(v) !== null],
};

function member(v, kind, name) {
  if (kind === "any") return v;
  const [empty, fits] = kinds[kind];
  if (v === null) return empty;
  if (!fits(v)) throw new Fault("json.syntax", `${name} is no ${kind}`, `a ${kind}`);
  return kind === "number" ? whole(v) : v;
}

// whole is a number that is written without sign, fraction or exponent: a Number
// where it holds it, else a BigInt; null where it is another.
export function whole(v) {
  if (!/^(0|[1-9][0-9]{0,19})$/.test(v.raw)) return null;
  const n = BigInt(v.raw);
  if (n >> 64n) return null;
  return n <= 9007199254740992n ? Number(n) : n;
}
