// The exported trail, checked as ducha-verify checks it: the same steps in the same
// order, with the same codes. Nothing in the file is believed; it is hashed, linked,
// verified and made again. One thing is not done here: the lights are not computed
// again, and the report says so (see unchecked).

import { checkAttestation } from "./attestation.js";
import { Fault, bytesOf, hex, same, short, textOf } from "./bytes.js";
import { checkContext, checkTrail, place } from "./chain.js";
import { words } from "./codes.js";
import * as zip from "./container.js";
import * as json from "./json.js";
import { read, split } from "./lines.js";
import { Receipts } from "./receipts.js";
import { instant, noHead, sane } from "./record.js";
import { Registry } from "./registry.js";
import { checkLog } from "./sealing.js";
import { sha256 } from "./sha256.js";
import { checkSeals, fold, foldSince } from "./signers.js";

const format = "ducha-trail/2";
const order = ["manifest.json", "records.ndjson", "context.ndjson", "keys.json", "status.json", "since.ndjson", "attestation.json", "checkpoint", "proof.txt", "report.html", "records.xlsx", "README.txt"];
const papers = ["report.html", "records.xlsx"];
const listed = ["records.ndjson", "context.ndjson", "keys.json", "status.json", "report.html", "records.xlsx", "README.txt"];
const maxFindings = 1000;

const clocks = {
  declared: { mode: "declared", zh: "按签名人所称时间评判,并非台账的记录时间;章程如此规定。", en: "Judged by the signers' claimed times, not by the ledger's times of recording: the charter says so." },
  recorded: { mode: "recorded", zh: "按台账的记录时间评判。", en: "Judged by the ledger's times of recording." },
};

// verifyTrail checks a file's bytes. options are what the reader knows from elsewhere:
// root and ledgerKey (ids), policy (notes.policyOf), receipts (parsed), authorities
// (x509.authorities), progress(done, all), and memo, a Map in which signatures that
// were verified are kept for another file.
export async function verifyTrail(data, options = {}) {
  const v = new Verification(options);
  await v.run(data);
  return v.report;
}

// breathe lets the page draw.
const breathe = () => new Promise((done) => setTimeout(done));

class Verification {
  constructor(options) {
    this.options = options;
    this.files = new Map();
    this.hashed = new Map();
    this.manifest = { format: "", campaign: "", unit: "", sequence: 0, at: "", files: [] };
    this.state = new Registry();
    this.signers = new Map();
    this.unknown = new Map();
    this.trusted = new Set();
    this.issuers = new Set();
    this.certs = new Map();
    this.numbers = new Map();
    this.all = [];
    this.key = null; // the ledger's
    this.ledgerKey = "";
    this.checkpoint = { origin: "", size: 0, root: new Uint8Array(32) };
    this.ranges = null;
    this.report = { ok: false, read: false, given: 0, total: 0, said: 0, unchecked: ["status"], findings: [], more: 0, notes: [], root: "", anchored: false, ledgerKey: "", unit: "", campaign: "", receipts: 0, sealed: null, attested: null, signatures: 0, keys: [] };
  }

  // current says whether the file is of the format that is read here.
  get current() {
    return this.manifest.format === format;
  }

  find(code, file, line, found, want = "") {
    if (this.report.findings.length >= maxFindings) {
      this.report.more++;
      return;
    }
    this.report.findings.push(this.finding(code, file, line, found, want));
  }

  finding(code, file, line, found, want) {
    const [zh, en] = words[code];
    const f = { code, file, line: 0, sequence: 0, found: String(found), want: String(want), zh, en };
    if (line) Object.assign(f, { file: line.file, line: line.number, sequence: line.record?.sequence ?? line.sequence });
    return f;
  }

  note(code, found) {
    this.report.notes.push(this.finding(code, "", null, found, ""));
  }

  async run(data) {
    if (!this.container(data) || this.old()) return;
    const known = this.readManifest();
    this.digests();
    this.own = split(this, "records.ndjson");
    this.context = split(this, "context.ndjson");
    this.since = split(this, "since.ndjson");
    this.attestation = split(this, "attestation.json");
    await read(this);
    place(this);
    checkTrail(this);
    checkContext(this);
    await fold(this);
    if (known) this.derived();
    await foldSince(this);
    await checkAttestation(this);
    await checkLog(this);
    await new Receipts(this).check();
    await checkSeals(this);
    this.report.read = true; // all of it was gone through
    this.conclude();
  }

  // container takes the files out; false when there is nothing to go on with.
  container(data) {
    if (data.length > zip.maxSize) {
      this.find("container.size", "", null, `${data.length} bytes`, `at most ${zip.maxSize}`);
      return false;
    }
    let entries;
    try {
      entries = zip.unpack(data);
    } catch (e) {
      this.find("container.unreadable", "", null, e.message, "a zip as ducha export writes it");
      return false;
    }
    const at = zip.differs(data, entries);
    if (at >= 0) this.find("container.bytes", zip.region(entries, at), null, `${data.length} bytes, another one at offset ${at}`, `the ${zip.packedSize(entries)} bytes that the contents give`);
    for (const e of entries) if (!this.files.has(e.name)) this.files.set(e.name, e.data);
    const names = entries.map((e) => e.name);
    const want = this.present(order);
    if (names.join("\n") !== want.join("\n")) this.find("container.files", wrongFile(names, want), null, short(JSON.stringify(names)), want.join(", "));
    return true;
  }

  // present leaves out the papers that the file does not have.
  present(list) {
    return list.filter((name) => this.files.has(name) || !papers.includes(name));
  }

  // old: a file of a format that came before is told so, and nothing else.
  old() {
    let m;
    try {
      m = json.parse(textOf(this.files.get("manifest.json") ?? new Uint8Array(0)));
    } catch {
      return false;
    }
    if (!(m instanceof Map) || m.get("format") !== "ducha-trail/1") return false;
    this.report.findings = [];
    this.find("manifest.old", "manifest.json", null, "ducha-trail/1", format);
    return true;
  }

  // readManifest reads the manifest; false when there is none to compare with.
  readManifest() {
    const data = this.files.get("manifest.json");
    if (!data) return false;
    const bad = (why) => {
      this.find("manifest.form", "manifest.json", null, why, "JSON as ducha export writes it");
      return false;
    };
    let m;
    try {
      m = manifestOf(json.parse(textOf(data)));
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      return bad(e.message);
    }
    this.manifest = m;
    if (!this.current) this.find("manifest.format", "manifest.json", null, short(m.format), format);
    if (!same(bytesOf(JSON.stringify(m, null, 2) + "\n"), data)) return bad("not the one way to write what it says");
    if (Number.isNaN(instant(m.at)) || !sane(m.at)) return bad("judged for " + short(m.at));
    return true;
  }

  // digests holds every listed file against the manifest.
  digests() {
    const names = this.manifest.files.map((f) => f.name);
    const want = this.present(listed);
    if (this.current && names.join("\n") !== want.join("\n")) this.find("manifest.field", "manifest.json", null, "files " + short(JSON.stringify(names)), want.join(", "));
    const said = new Map(this.manifest.files.map((f) => [f.name, f]));
    for (const name of want) {
      const file = this.files.get(name);
      const f = said.get(name);
      if (!file || !f) continue;
      const got = this.hashOf(name);
      if (got !== f.sha256 || file.length !== f.size) this.find("file.digest", name, null, `${got}, ${file.length} bytes`, `${f.sha256}, ${f.size} bytes`);
    }
  }

  hashOf(name) {
    if (!this.hashed.has(name)) this.hashed.set(name, hex(sha256(this.files.get(name) ?? new Uint8Array(0))));
    return this.hashed.get(name);
  }

  lines() {
    return [...this.own, ...this.context, ...this.since, ...this.attestation];
  }

  // trail are the unit's own lines up to the attestation.
  trail() {
    return [...this.own, ...this.since.filter((l) => !l.record || l.record.place.unit === this.manifest.unit)];
  }

  // others are the registry lines of other trails up to the attestation.
  others() {
    return [...this.context, ...this.since.filter((l) => l.record && l.record.place.unit !== this.manifest.unit)];
  }

  async progress(done, all) {
    this.options.progress?.(done, all);
    await breathe();
  }

  // derived makes the manifest's fields and the keys from the records.
  derived() {
    const m = this.manifest;
    const at = instant(m.at);
    const charter = this.state.charter;
    const { name, nameEN } = this.state.nameOf(m.unit, at);
    const want = {
      campaign: charter?.campaign ?? m.campaign, title: charter?.title ?? "", name, name_en: nameEN, count: this.own.length, head: this.lastHead(),
      clock: this.state.clock === "declared" ? clocks.declared : { ...clocks.recorded, mode: this.state.clock }, root_key: this.report.root, ledger_key: this.ledgerKey,
    };
    for (const [field, value] of Object.entries(want)) {
      const got = JSON.stringify(m[field] ?? "");
      if (got !== JSON.stringify(value)) this.find("manifest.field", "manifest.json", null, `${field}: ${short(got, 200)}`, short(JSON.stringify(value), 200));
    }
    this.compareKeys();
    this.report.name = name;
    this.report.nameEN = nameEN;
  }

  compareKeys() {
    const got = this.files.get("keys.json");
    if (!got) return;
    const want = JSON.stringify(this.state.keysOf(this.signers), null, 2) + "\n";
    if (same(got, bytesOf(want))) return;
    const a = new TextDecoder().decode(got).split("\n");
    const b = want.split("\n");
    let n = 0;
    while (n < a.length && n < b.length && a[n] === b[n]) n++;
    this.find("keys.differ", "keys.json", null, short((a[n] ?? "no such line").trim(), 200), short((b[n] ?? "no such line").trim(), 200));
    const last = this.report.findings.at(-1);
    if (last.code === "keys.differ") last.line = n + 1;
  }

  lastHead() {
    return this.own.findLast((l) => l.record)?.record.head ?? noHead;
  }

  // conclude fills in what the report says beside the findings.
  conclude() {
    const r = this.report;
    const m = this.manifest;
    r.ok = r.findings.length === 0;
    Object.assign(r, {
      format: m.format, campaign: m.campaign, unit: m.unit, sequence: m.sequence, at: m.at, head: this.lastHead(), title: this.state.charter?.title ?? "",
      name: r.name ?? "", nameEN: r.nameEN ?? "", clock: this.state.clock, ledgerKey: this.ledgerKey, anchored: Boolean(this.options.root) && this.options.root === r.root,
      total: this.lines().length, said: this.lines().filter((l) => l.said).length, count: this.own.length, context: this.context.length, since: this.since.length,
    });
    r.keys = this.state.keysOf(this.signers).map((k) => ({ ...k, signed: this.signers.get(k.keyid) }));
    const said = this.own.filter((l) => l.said).map((l) => this.state.counts(l));
    r.first = said.length > 0 ? said.reduce((a, b) => Math.min(a, b)) : 0;
    r.last = said.length > 0 ? said.reduce((a, b) => Math.max(a, b)) : 0;
    if (!this.options.root) this.note("note.root", r.root);
    if (r.sealed && !r.sealed.policy) this.note("note.policy", "");
    if (this.issuers.size > 0 && !this.options.authorities) this.note("note.authorities", this.issuers.size);
    const read = papers.filter((name) => this.files.has(name));
    if (read.length > 0) this.note("note.papers", read.join(", "));
    if (r.clock === "declared") this.note("note.declared", "");
  }
}

// wrongFile names the first file that is not where it belongs.
function wrongFile(names, want) {
  return want.find((name) => !names.includes(name)) ?? names.find((name, i) => name !== want[i]) ?? "";
}

// manifestOf reads the manifest's members, in the order of the format.
function manifestOf(value) {
  const m = json.members(value, {
    format: "text", campaign: "text", title: "text", unit: "text", name: "text", name_en: "text", sequence: "number", count: "number", head: "text",
    at: "text", clock: "any", root_key: "text", ledger_key: "text", files: "any",
  }, "the manifest");
  if (m.name_en === "") delete m.name_en;
  m.clock = json.members(m.clock, { mode: "text", zh: "text", en: "text" }, "the clock");
  if (m.files !== null && !Array.isArray(m.files)) throw new Fault("json.syntax", "files that are no list", "a list");
  m.files = (m.files ?? []).map((f) => json.members(f, { name: "text", sha256: "text", size: "number" }, "a file"));
  if (![m.head, ...m.files.map((f) => f.sha256)].every((h) => /^[0-9a-f]{64}$/.test(h))) throw new Fault("json.syntax", "a digest that is none", "64 lower-case hex digits");
  if (typeof m.sequence === "bigint" || typeof m.count === "bigint") throw new Fault("json.syntax", "a number past 2^53", "a smaller one");
  return m;
}
