// Whose key is whose, from when until when, who holds which role, and what a party is
// called: what the registry records of a ledger come to, one after the other.

import { keyOf } from "./keys.js";
import { certificates } from "./x509.js";

export class Registry {
  constructor() {
    this.clock = ""; // of the charter
    this.charter = null; // { sequence, campaign, title }
    this.keys = new Map(); // by id
    this.roles = new Map(); // party -> Set
    this.parties = new Map(); // party -> { names: [{name, from}], nameEN }
    this.statements = new Map(); // id -> sequence
  }

  // counts is the instant from which a record counts: its recorded time, or the time
  // that its signer claims where the charter says so.
  counts(line) {
    return this.clock === "declared" ? line.said.at : Date.parse(line.record.recorded);
  }

  has(party, role) {
    return this.roles.get(party)?.has(role) ?? false;
  }

  // apply takes the next record in.
  async apply(line) {
    const { said: s, record: r } = line;
    if (s.kind === "charter.adopted.v1" && r.sequence === 1) this.clock = s.data.get("clock");
    const stamp = { id: s.id, seq: r.sequence, at: this.counts(line), by: s.source };
    this.statements.set(s.id, r.sequence);
    const d = s.data;
    switch (s.kind) {
      case "charter.adopted.v1":
        this.charter ??= { sequence: r.sequence, campaign: d.get("campaign"), title: d.get("title") };
        this.enrol(stamp, "root", d.get("root_key"), "root");
        this.enrol(stamp, "ledger", d.get("ledger_key"), "ledger");
        break;
      case "unit.registered.v1":
        if (!this.parties.has(d.get("party"))) this.parties.set(d.get("party"), { names: [{ name: d.get("name"), from: day(stamp.at) }], nameEN: d.get("name_en") ?? "" });
        break;
      case "unit.renamed.v1":
        this.parties.get(d.get("party"))?.names.push({ name: d.get("name"), from: d.get("from") });
        break;
      case "key.enrolled.v1":
        await this.enrolled(stamp, d);
        break;
      case "key.revoked.v1": {
        const key = this.keys.get(d.get("key"));
        if (key) key.revoked ||= r.sequence;
        break;
      }
      case "certificate.checked.v1":
        this.keys.get(d.get("key"))?.certificates.at(-1)?.checks.push({ ...stamp, status: d.get("status"), checked: d.get("checked"), source: d.get("source") });
        break;
      case "role.granted.v1":
        if (!this.roles.has(d.get("party"))) this.roles.set(d.get("party"), new Set());
        this.roles.get(d.get("party")).add(d.get("role"));
        break;
      case "role.ended.v1":
        this.roles.get(d.get("party"))?.delete(d.get("role"));
        break;
    }
  }

  enrol(stamp, party, pem, holder) {
    const key = keyOf(pem);
    if (key && !this.keys.has(key.id)) this.keys.set(key.id, { key, party, holder, enrolled: stamp.seq, revoked: 0, certificates: [] });
    return key && this.keys.get(key.id);
  }

  async enrolled(stamp, d) {
    const k = this.enrol(stamp, d.get("party"), d.get("public_key"), d.get("holder"));
    if (!k || k.party !== d.get("party") || !d.get("certificate")) return;
    try {
      const c = await certificates(d.get("certificate"));
      k.certificates.push({ ...stamp, subject: c.subject, issuer: c.issuer, serial: c.serial, from: c.from, to: c.to, sha256: c.sha256, self: c.self, checks: [] });
    } catch {
      // reported where it is enrolled; a fold cannot fail
    }
  }

  // certificate is the one that a key had before a sequence, with its status then.
  certificate(key, sequence, at) {
    const c = key.certificates.findLast((c) => c.seq < sequence);
    if (!c) return null;
    const second = Math.floor(at / 1000) * 1000;
    return { ...c, valid: second >= c.from && second <= c.to, status: c.checks.findLast((k) => k.seq < sequence) ?? null };
  }

  // nameOf is what a unit is called on the day of an instant.
  nameOf(unit, at) {
    const p = this.parties.get("units/" + unit);
    if (!p) return { name: "", nameEN: "" };
    let name = p.names[0].name;
    for (const n of p.names) if (n.from <= day(at)) name = n.name;
    return { name, nameEN: p.nameEN };
  }

  // keysOf lists the keys that signed something, as keys.json has them.
  keysOf(signers) {
    const list = [...signers.keys()].filter((id) => this.keys.has(id)).map((id) => {
      const k = this.keys.get(id);
      const e = { keyid: id, algorithm: k.key.algorithm, party: k.party, holder: k.holder, enrolled: k.enrolled, revoked: k.revoked, pem: k.key.pem };
      if (k.certificates.length > 0) e.certificates = k.certificates.map(written);
      return e;
    });
    return list.sort((a, b) => a.enrolled - b.enrolled || (a.keyid < b.keyid ? -1 : 1));
  }
}

function written(c) {
  const w = {
    id: c.id, seq: c.seq, at: moment(c.at), by: c.by, subject: c.subject, issuer: c.issuer, serial: c.serial,
    not_before: moment(c.from), not_after: moment(c.to), sha256: c.sha256, self_signed: c.self,
  };
  if (c.checks.length > 0) w.checks = c.checks.map((k) => ({ id: k.id, seq: k.seq, at: moment(k.at), by: k.by, status: k.status, checked: k.checked, source: k.source }));
  return w;
}

// moment writes an instant in UTC with no more digits than it needs.
const moment = (at) => new Date(at).toISOString().replace(/\.(\d*?)0*Z$/, (_, rest) => (rest ? "." + rest + "Z" : "Z"));

// day is the day of an instant in Asia/Shanghai.
export const day = (at) => new Date(at + 8 * 3600000).toISOString().slice(0, 10);

