// The exported trail, checked as ducha-verify checks it: the same steps in the same
// order, with the same codes. Nothing in the file is believed; it is hashed, linked,
// verified and made again. One thing is not done here: the lights are not computed
// again, and the report says so (see unchecked).

import { Fault, base64, bytesOf, hex, same, short, textOf, unbase64 } from "./bytes.js";
import { words } from "./codes.js";
import * as zip from "./container.js";
import { envelope, signed, statementType } from "./envelope.js";
import * as json from "./json.js";
import { keyOf } from "./keys.js";
import * as notes from "./note.js";
import { digest, instant, link, noHead, record, sane } from "./record.js";
import { Registry } from "./registry.js";
import { Receipts } from "./receipts.js";
import { sha256 } from "./sha256.js";
import { familyOf, statement } from "./statement.js";
import * as tree from "./tree.js";
import * as x509 from "./x509.js";

const format = "ducha-trail/2";
const order = ["manifest.json", "records.ndjson", "context.ndjson", "keys.json", "status.json", "since.ndjson", "attestation.json", "checkpoint", "proof.txt", "report.html", "records.xlsx", "README.txt"];
const papers = ["report.html", "records.xlsx"];
const listed = ["records.ndjson", "context.ndjson", "keys.json", "status.json", "report.html", "records.xlsx", "README.txt"];
const attested = ["manifest.json", "records.ndjson", "context.ndjson", "keys.json", "status.json", "report.html", "records.xlsx"];
const maxFindings = 1000;
const minLine = 200;

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
    this.report = { ok: false, unchecked: ["status"], findings: [], more: 0, notes: [], root: "", ledgerKey: "", receipts: 0, sealed: null, attested: null, signatures: 0, keys: [] };
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
    this.own = this.split("records.ndjson");
    this.context = this.split("context.ndjson");
    this.since = this.split("since.ndjson");
    this.attestation = this.split("attestation.json");
    await this.read();
    this.place();
    this.checkTrail();
    this.checkContext();
    await this.fold();
    if (known) this.derived();
    await this.foldSince();
    await this.checkAttestation();
    await this.checkLog();
    await new Receipts(this).check();
    await this.checkSeals();
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
    if (m.format !== format) this.find("manifest.format", "manifest.json", null, short(m.format), format);
    if (!same(bytesOf(JSON.stringify(m, null, 2) + "\n"), data)) return bad("not the one way to write what it says");
    if (Number.isNaN(instant(m.at)) || !sane(m.at)) return bad("judged for " + short(m.at));
    return true;
  }

  // digests holds every listed file against the manifest.
  digests() {
    const names = this.manifest.files.map((f) => f.name);
    const want = this.present(listed);
    if (this.manifest.format === format && names.join("\n") !== want.join("\n")) this.find("manifest.field", "manifest.json", null, "files " + short(JSON.stringify(names)), want.join(", "));
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

  // split cuts a file into its lines.
  split(file) {
    const data = this.files.get(file);
    const list = [];
    if (!data) return list;
    const add = (from, to) => list.push({ file, number: list.length + 1, raw: data.subarray(from, to), record: null, sequence: 0, env: null, said: null });
    const most = Math.floor(data.length / minLine) + 1; // a hostile file has no more
    let at = 0;
    for (let end; list.length < most && (end = data.indexOf(10, at)) >= 0; at = end + 1) add(at, end);
    if (at < data.length) {
      this.find("record.form", file, null, `what follows line ${list.length} is no line`, "a line feed at the end of every record");
      add(at, data.at(-1) === 10 ? data.length - 1 : data.length);
    }
    return list;
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

  async read() {
    const all = this.lines();
    for (const [i, l] of all.entries()) {
      if (i % 500 === 499) await this.progress(i / 2, all.length);
      this.readLine(l);
    }
  }

  readLine(l) {
    try {
      const text = textOf(l.raw);
      l.sequence = Number(/,"sequence":([0-9]{1,15}),"subject":/.exec(text)?.[1] ?? 0); // to name it by
      l.record = record(text, l.raw);
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      l.sequence ||= Number(/,"sequence":([0-9]{1,15}),"subject":/.exec(new TextDecoder("latin1").decode(l.raw))?.[1] ?? 0);
      this.find("record.form", "", l, e.found, "a record as the ledger writes it");
      return;
    }
    l.digest = digest(l.record);
    try {
      l.env = envelope(l.record.envelope);
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      this.find("envelope.form", "", l, e.found, "a DSSE envelope");
      return;
    }
    if (l.env.type !== statementType) {
      this.find("envelope.type", "", l, short(l.env.type), statementType);
      return;
    }
    this.readStatement(l);
  }

  readStatement(l) {
    let s;
    try {
      s = statement(l.env.payload);
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      this.find("statement.form", "", l, e.found, e.want);
      return;
    }
    const family = s.known ? familyOf(s.kind) : l.record.place.family;
    const belongs = ["ledger", s.campaign, s.unit, s.task || "_", family].join(".");
    if (belongs !== l.record.subject) {
      this.find("statement.place", "", l, l.record.subject, belongs);
      return;
    }
    l.said = s;
  }

  // place puts the records into the order of the ledger.
  place() {
    for (const file of [this.own, this.context, this.since]) {
      let last = 0;
      for (const l of file) {
        if (!l.record) continue;
        const n = l.record.sequence;
        if (n <= last) this.find("record.sequence", "", l, `record ${n} after record ${last}`, "growing sequences");
        const beyond = n > this.manifest.sequence;
        if (this.manifest.format === format && beyond !== (l.file === "since.ndjson")) this.find("record.beyond", "", l, `record ${n}`, `${beyond ? "at most" : "one after"} ${this.manifest.sequence}`);
        last = n;
        this.all.push(l);
      }
    }
    this.all.sort((a, b) => a.record.sequence - b.record.sequence);
    this.all.forEach((l, i) => {
      if (i === 0) return;
      const before = this.all[i - 1];
      if (l.record.sequence === before.record.sequence && l.file !== before.file) this.find("record.sequence", "", l, `record ${l.record.sequence} in ${before.file} too`, "each record once");
      if (l.record.recorded < before.record.recorded) this.find("record.recorded", "", l, l.record.recorded, `not before ${before.record.recorded} of record ${before.record.sequence}`);
    });
  }

  // follow holds a record against the trail before it: a problem, or null.
  follow(trail, l) {
    const r = l.record;
    if (r.trail_version !== trail.version + 1) return ["trail.version", `record ${r.sequence} is number ${r.trail_version} of the trail of ${r.place.unit}`, `number ${trail.version + 1}`];
    const want = link(trail.head, l.digest);
    if (want !== r.head) return ["trail.head", `record ${r.sequence} has the head ${r.head}`, want];
    return null;
  }

  // checkTrail holds the unit's own records against the chain. After a break it goes
  // on with the head on record.
  checkTrail() {
    let trail = { version: 0, head: noHead };
    let known = true;
    const tasks = new Map();
    for (const l of this.trail()) {
      if (!l.record) {
        trail.version++;
        known = false;
        continue;
      }
      this.checkPlace(l);
      const r = l.record;
      const problem = this.follow(trail, l);
      if (problem && (known || r.trail_version !== trail.version + 1)) this.find(problem[0], "", l, problem[1], problem[2]);
      this.numbers.set(r.trail_version, l);
      trail = { version: r.trail_version, head: r.head };
      known = true;
      this.checkTask(tasks, l);
    }
  }

  // checkPlace checks that a record belongs into its file.
  checkPlace(l) {
    const p = l.record.place;
    const m = this.manifest;
    if (m.format !== format) return;
    const own = l.file !== "context.ndjson" && !(l.file === "since.ndjson" && p.family === "registry");
    if (p.campaign !== m.campaign) this.find("record.place", "", l, p.subject, "campaign " + m.campaign);
    else if (own && p.unit !== m.unit) this.find("record.place", "", l, p.subject, "unit " + m.unit);
    else if (l.file === "context.ndjson" && (p.unit === m.unit || p.family !== "registry")) this.find("record.place", "", l, p.subject, "registry records of other trails");
  }

  checkTask(tasks, l) {
    const id = l.record.place.task;
    const want = id === "" ? 0 : (tasks?.get(id) ?? 0) + 1;
    if (l.record.task_version !== want) this.find("task.version", "", l, `version ${l.record.task_version} of task ${JSON.stringify(id)}`, want);
    if (id !== "") tasks?.set(id, l.record.task_version);
  }

  // checkContext holds the records of others against their trails as far as they are here.
  checkContext() {
    const trails = new Map();
    for (const l of this.others()) {
      if (!l.record) continue;
      this.checkPlace(l);
      const r = l.record;
      const seen = trails.has(r.place.unit);
      const trail = trails.get(r.place.unit) ?? { version: 0, head: noHead };
      const next = r.trail_version === trail.version + 1 && (seen || r.trail_version === 1);
      const problem = this.follow(trail, l);
      if (problem && (next || r.trail_version <= trail.version)) this.find(problem[0], "", l, problem[1], problem[2]);
      trails.set(r.place.unit, { version: r.trail_version, head: r.head });
      this.checkTask(null, l);
    }
  }

  // fold takes the records that the file was drafted of, in the order of the ledger.
  async fold() {
    const first = this.all[0];
    if (!first?.said || first.record.sequence !== 1 || first.said.kind !== "charter.adopted.v1") this.find("charter.missing", "context.ndjson", null, "", "record 1, a charter.adopted.v1");
    for (const l of this.lines()) {
      if (l.said?.kind === "charter.adopted.v1") this.named(l.said.data.get("root_key"), l.said.data.get("ledger_key"));
      if (l.said?.kind === "key.enrolled.v1") this.named(l.said.data.get("public_key"));
    }
    for (const l of this.all) if (l.said && l.file !== "since.ndjson") await this.apply(l);
    if (this.ledgerKey) this.signers.set(this.ledgerKey, (this.signers.get(this.ledgerKey) ?? 0) + 1);
  }

  named(...pems) {
    for (const pem of pems) {
      const key = keyOf(pem);
      if (key) this.certs.set(key.id, key);
    }
  }

  async foldSince() {
    for (const l of this.all) if (l.said && l.file === "since.ndjson") await this.apply(l);
    for (const kind of [...this.unknown.keys()].sort()) this.note("note.unknown", `${kind}: ${this.unknown.get(kind)}`);
  }

  async apply(l) {
    const s = l.said;
    if (s.kind === "charter.adopted.v1") {
      if (!this.checkCharter(l)) return;
    } else {
      await this.checkSigner(l);
    }
    if (this.twice(l)) return;
    if (!s.known) this.unknown.set(JSON.stringify(short(s.kind)), (this.unknown.get(JSON.stringify(short(s.kind))) ?? 0) + 1);
    if (s.kind === "export.attested.v1" && l.file !== "context.ndjson") this.checkEarlier(l);
    this.signers.set(l.env.keyid, (this.signers.get(l.env.keyid) ?? 0) + 1);
    await this.state.apply(l);
  }

  twice(l) {
    const first = this.state.statements.get(l.said.id);
    if (first !== undefined) this.find("statement.id", "", l, `id ${l.said.id}, which is record ${first}`, "an id of its own");
    return first !== undefined;
  }

  // checkCharter: the first record, signed by the root key that it names.
  checkCharter(l) {
    const d = l.said.data;
    if (this.state.charter || l.record.sequence !== 1) {
      this.find("charter.second", "", l, `a charter as record ${l.record.sequence}`, "one charter, as record 1");
      return false;
    }
    const root = keyOf(d.get("root_key"));
    const key = keyOf(d.get("ledger_key"));
    this.report.root = root?.id ?? "";
    this.ledgerKey = key?.id ?? "";
    this.key = key;
    if (!root || !key) this.find("charter.root", "", l, "a key that is none", "a root key and a ledger key");
    else if (root.id === key.id || d.get("campaign") !== l.said.campaign) this.find("charter.root", "", l, `campaign ${d.get("campaign")}, root key ${root.id}, ledger key ${key.id}`, `campaign ${l.said.campaign}, two keys`);
    else if (l.said.source !== "root" || l.env.keyid !== root.id) this.find("charter.root", "", l, `${l.said.source}, key ${l.env.keyid}`, "root, key " + root.id);
    if (this.options.root && this.options.root !== this.report.root) this.find("root.other", "", l, this.report.root, this.options.root);
    if (this.options.ledgerKey && this.options.ledgerKey !== this.ledgerKey) this.find("ledger.other", "", l, this.ledgerKey, this.options.ledgerKey);
    return true;
  }

  // checkSigner holds a record's key against the keys and roles as the records before
  // it made them.
  async checkSigner(l) {
    const s = l.said;
    const id = l.env.keyid;
    const key = this.state.keys.get(id);
    if (!key && this.certs.has(id)) this.find("signer.later", "", l, "key " + id, "a key enrolled before");
    else if (!key) this.find("signer.unknown", "", l, "key " + id, "an enrolled key of " + s.source);
    else if (key.revoked) this.find("signer.revoked", "", l, `key ${id}, revoked by record ${key.revoked}`, "a key in force");
    else if (key.party !== s.source) this.find("signer.source", "", l, "a key of " + key.party, "a key of " + s.source);
    if (key) this.checkCertificate(l, key);
    await this.checkEnrolment(l);
    const want = this.mayRegister(l);
    if (want) this.find("signer.role", "", l, `${s.source} says ${s.kind}`, want);
  }

  // mayRegister says who could have said what all else rests on, where it was another.
  mayRegister(l) {
    const s = l.said;
    const office = this.state.has(s.source, "office");
    const commander = this.state.has(s.source, "commander");
    if (!s.known) return "";
    switch (s.kind) {
      case "key.enrolled.v1":
        if (["root", "ledger"].includes(s.data.get("party"))) return "the charter, for the key of " + s.data.get("party");
        break;
      case "export.attested.v1":
        return s.source === "ledger" ? "" : "the ledger's key";
      case "delegation.recorded.v1":
        return commander ? "" : "the commander";
      case "policy.adopted.v1":
      case "clarification.issued.v1":
        return office || commander ? "" : "the office or the commander";
    }
    return familyOf(s.kind) !== "registry" || office || s.source === "root" ? "" : "the root key or the office";
  }

  // checkCertificate holds a signature against the key's certificate as the records
  // before it have it. Bare keys have none.
  checkCertificate(l, key) {
    const c = this.state.certificate(key, l.record.sequence, this.state.counts(l));
    if (!c) return;
    if (!c.valid) this.find("signer.dates", "", l, `certificate of ${c.subject}, ${new Date(c.from).toISOString()} to ${new Date(c.to).toISOString()}`, "a certificate that is good then");
    if (c.status?.status === "revoked") this.find("signer.certificate", "", l, `certificate of ${c.subject}, found revoked on ${c.status.checked}`, "a certificate that stands");
    if (this.issuers.has(c.sha256)) return;
    this.issuers.add(c.sha256);
    if (this.options.authorities && !this.trusted.has(c.sha256)) this.find("certificate.issuer", "", l, `a certificate of ${c.subject}, issued by ${c.issuer}`, "one that leads to an authority that was given");
  }

  // checkEnrolment holds a certificate to the key that it is enrolled for.
  async checkEnrolment(l) {
    if (l.said.kind !== "key.enrolled.v1" || !l.said.data.get("certificate")) return;
    const key = keyOf(l.said.data.get("public_key"));
    if (!key) return;
    let c;
    try {
      c = await x509.certificates(l.said.data.get("certificate"));
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      this.find("certificate.bad", "", l, e.found, "a chain that holds together");
      return;
    }
    if (!same(c.spki, key.der)) this.find("certificate.bad", "", l, "a certificate of another key, for " + c.subject, "one of key " + key.id);
    else if (this.options.authorities && (await x509.issued(c, this.options.authorities))) this.trusted.add(c.sha256);
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

  // checkAttestation checks the statement that the ledger's key made of this export.
  async checkAttestation() {
    if (this.attestation.length !== 1) this.find("attestation.kind", "attestation.json", null, `${this.attestation.length} lines`, "one record");
    const l = this.attestation[0];
    if (!l?.said) return;
    if (l.said.kind !== "export.attested.v1") {
      this.find("attestation.kind", "", l, l.said.kind, "export.attested.v1");
      return;
    }
    const d = l.said.data;
    this.checkPlace(l);
    await this.checkSigner(l);
    this.checkTask(null, l);
    this.twice(l);
    this.checkBody(l, d);
    const last = this.trail().findLast((l) => l.record)?.record ?? { trail_version: 0, head: noHead, recorded: "" };
    const end = Math.max(Number(json.whole(d.get("sequence"))), ...this.since.map((l) => l.record?.sequence ?? l.sequence));
    this.checkFollows(l, end, last);
    if (this.since.length > 0) this.note("note.since", this.since.length);
    this.report.attested = { sequence: l.record.sequence, recorded: l.record.recorded };
  }

  // checkFollows: a later record of the ledger, and the trail's very next, linked to
  // the last. What came in between would be left out otherwise.
  checkFollows(l, end, last) {
    const r = l.record;
    const out = (found, want) => this.find("attestation.place", "", l, found, want);
    if (r.trail_version !== last.trail_version + 1) out(`number ${r.trail_version} of the trail`, `${last.trail_version + 1}, the next: all records up to the attestation are here`);
    else if (r.sequence <= end) out(`record ${r.sequence}`, `one after record ${end}`);
    else if (r.recorded < last.recorded) out("recorded " + r.recorded, "not before " + last.recorded);
    else {
      const problem = this.follow({ version: last.trail_version, head: last.head }, l);
      if (problem) this.find(problem[0], "", l, problem[1], problem[2]);
    }
  }

  // checkBody holds what was attested against what is here.
  checkBody(l, d) {
    const count = this.own.length;
    const head = this.lastHead();
    const said = { sequence: json.whole(d.get("sequence")), count: json.whole(d.get("count")) };
    if (this.manifest.format === format && said.sequence !== this.manifest.sequence) this.find("attestation.body", "", l, `sequence ${said.sequence}`, `sequence ${this.manifest.sequence} of the manifest`);
    if (said.count !== count) this.find("attestation.body", "records.ndjson", null, `${count} records`, `${said.count}, as attested`);
    if (d.get("head") !== head) this.find("attestation.body", "records.ndjson", null, "head " + head, `${d.get("head")}, as attested`);
    const files = this.present(attested);
    if (d.get("files").size !== files.length) this.find("attestation.body", "", l, `${d.get("files").size} files`, files.join(", "));
    for (const name of files) {
      const got = this.hashOf(name);
      const want = d.get("files").get(name);
      if (want !== got) this.find("attestation.file", name, null, got, `${want ?? "none"}, as attested`);
    }
  }

  // checkEarlier holds an export that was attested before against the trail as it is now.
  checkEarlier(l) {
    const d = l.said.data;
    const count = json.whole(d.get("count"));
    if (count === 0 || count >= l.record.trail_version) {
      this.find("attestation.earlier", "", l, `${count} records attested by number ${l.record.trail_version} of the trail`, "fewer");
      return;
    }
    const then = this.numbers.get(count)?.record;
    if (!then) return; // it is missing, which is reported
    const sequence = json.whole(d.get("sequence"));
    if (d.get("head") !== then.head || then.sequence > sequence) this.find("attestation.earlier", "", l, `head ${d.get("head")} at record ${sequence}`, `head ${then.head} at record ${then.sequence}`);
  }

  // checkLog holds every record of the file against the sealed log.
  async checkLog() {
    const signed = this.files.get("checkpoint");
    if (!this.key || !signed) return; // reported
    const campaign = this.state.charter?.campaign ?? "";
    const origin = notes.originOf(campaign, this.key);
    try {
      this.checkpoint = await notes.openCheckpoint(signed, notes.logVerifier(origin, this.key));
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      this.find("checkpoint.bad", "checkpoint", null, e.found, "signed by the ledger's key as " + origin);
      return;
    }
    this.report.sealed = { origin, size: this.checkpoint.size, root: base64(this.checkpoint.root), holds: false, policy: false, cosigned: [], met: false, unverified: [] };
    await this.checkInclusion();
    await this.checkPolicy(signed);
  }

  // checkInclusion computes the root from the records and the shared hashes.
  async checkInclusion() {
    const all = this.lines().filter((l) => l.record).sort((a, b) => a.record.sequence - b.record.sequence);
    for (const l of all) {
      if (l.record.sequence > this.checkpoint.size) {
        this.find("proof.size", "", l, `record ${l.record.sequence}`, `at most ${this.checkpoint.size}, which are under the checkpoint`);
        return;
      }
    }
    const indexes = all.map((l) => l.record.sequence - 1);
    const leaves = all.map((l) => tree.leafHash(l.raw));
    const shared = sharedOf(this.files.get("proof.txt") ?? new Uint8Array(0));
    if (!shared) {
      this.find("proof.form", "proof.txt", null, "lines that are no hashes", "a hash in base64 on every line");
      return;
    }
    const ranges = new Map();
    try {
      const root = tree.sharedRoot(this.checkpoint.size, indexes, leaves, shared, ranges);
      if (same(root, this.checkpoint.root)) this.report.sealed.holds = all.length === this.lines().length;
      else this.find("proof.root", "proof.txt", null, base64(root), `the root ${base64(this.checkpoint.root)} of the checkpoint of ${this.checkpoint.size} entries`);
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      this.find("proof.root", "proof.txt", null, e.found, "one hash for each range of the log without a record of this file");
    }
    this.ranges = ranges;
  }

  // checkPolicy asks whether those whom the reader trusts saw this log.
  async checkPolicy(signed) {
    const policy = this.options.policy;
    if (!policy) return;
    const s = this.report.sealed;
    s.policy = true;
    if (!notes.accepts(policy, notes.vkeyOf(s.origin, this.key))) this.find("policy.log", "checkpoint", null, s.origin, "a log that the policy names");
    try {
      const { by, met } = await notes.cosigned(policy, signed);
      s.cosigned = by;
      s.met = met;
      if (!met) this.find("policy.quorum", "checkpoint", null, `${by.length} of the ${policy.witnesses.length} witnesses`, "as many as the policy asks for");
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      this.find("policy.bad", "checkpoint", null, e.found);
    }
  }

  // checkSeals verifies every signature by the key that the envelope names; whether
  // that key could sign then is for checkSigner.
  async checkSeals() {
    const all = this.lines();
    const memo = this.options.memo;
    for (const [i, l] of all.entries()) {
      if (i % 50 === 49) await this.progress((all.length + i) / 2, all.length);
      const key = l.env && this.certs.get(l.env.keyid);
      if (!key) continue;
      const message = signed(l.env);
      const name = memo && `${key.id} ${hex(sha256(message))} ${hex(l.env.sig)}`;
      const good = memo?.get(name) ?? (await key.verify(message, l.env.sig));
      memo?.set(name, good);
      if (good) this.report.signatures++;
      else this.find("signature.bad", "", l, `${key.algorithm}, key ${key.id}`);
    }
    await this.progress(all.length, all.length);
  }

  // conclude fills in what the report says beside the findings.
  conclude() {
    const r = this.report;
    const m = this.manifest;
    r.ok = r.findings.length === 0;
    Object.assign(r, {
      format: m.format, campaign: m.campaign, unit: m.unit, sequence: m.sequence, at: m.at, head: this.lastHead(), title: this.state.charter?.title ?? "",
      name: r.name ?? "", nameEN: r.nameEN ?? "", clock: this.state.clock, ledgerKey: this.ledgerKey, anchored: Boolean(this.options.root) && this.options.root === r.root,
      count: this.own.length, context: this.context.length, since: this.since.length,
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

// sharedOf reads proof.txt; null where it is not of its form.
function sharedOf(data) {
  if (data.length % 45 !== 0) return null;
  const text = new TextDecoder("latin1").decode(data);
  const list = [];
  for (let at = 0; at < text.length; at += 45) {
    const h = text[at + 44] === "\n" ? unbase64(text.slice(at, at + 44)) : null;
    if (h?.length !== 32) return null;
    list.push(h);
  }
  return list;
}

