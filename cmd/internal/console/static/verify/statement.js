// What was signed: a CloudEvents event, read as strictly as the ledger's door does.

import { Fault, short, textOf } from "./bytes.js";
import * as json from "./json.js";
import { kinds, patterns } from "./kinds.js";
import { isID } from "./record.js";

const bad = (rule, found, want) => new Fault(rule, found, want);
const party = /^(root|ledger|(units|officers|authorities|inspectors|auditors)\/[A-Za-z0-9][A-Za-z0-9-]{0,39})$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const time = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

const shape = {
  specversion: "text", id: "text", type: "text", source: "text", subject: "text",
  time: "text", datacontenttype: "text", unit: "text", basis: "number", data: "any",
};

export const familyOf = (kind) => (Object.hasOwn(kinds, kind) ? kinds[kind].family : "other");

// statement reads a payload as the door does. known says whether this version knows
// the kind; of another only the attributes are read.
export function statement(payload) {
  const { s, e } = attributes(json.parse(textOf(payload)));
  if (!s.known) return s;
  const { scope, schema } = kinds[s.kind];
  const fits = { campaign: e.subject === "campaign" && e.unit === "hq", unit: e.subject === "units/" + e.unit, task: e.subject.startsWith("tasks/"), any: true };
  if (!fits[scope]) throw bad("statement.subject", `${short(e.subject)} for ${s.kind}`, "the subject of the kind");
  hold(e.data, schema, "data");
  check(s.kind, e.data);
  return s;
}

// recorded reads what is on record of a statement: its attributes, whatever it says.
export function recorded(payload) {
  const value = json.parse(textOf(payload));
  if (value instanceof Map) for (const name of [...value.keys()]) if (!Object.hasOwn(shape, name)) value.delete(name);
  return attributes(value).s;
}

function attributes(value) {
  if (!(value instanceof Map)) throw bad("statement.json", "no JSON object", "one");
  const e = json.members(value, shape, "the statement");
  if (e.specversion !== "1.0") throw bad("statement.specversion", short(e.specversion), "1.0");
  if (e.datacontenttype !== "application/json") throw bad("statement.datacontenttype", short(e.datacontenttype), "application/json");
  if (!uuid.test(e.id)) throw bad("statement.id", short(e.id), "a UUID of version 7 or 4 in lower case");
  const source = /^\/([^/]*)\/(.*)$/s.exec(e.source);
  if (!source || !isID(source[1]) || !party.test(source[2])) throw bad("statement.source", short(e.source), "/<campaign>/<party>");
  const at = claimed(e.time);
  if (!isID(e.unit)) throw bad("statement.unit", short(e.unit), "the id of a unit");
  if (e.basis > 2 ** 31 - 1) throw bad("statement.basis", String(e.basis), "the last sequence that was seen");
  const s = { id: e.id, kind: e.type, campaign: source[1], source: source[2], unit: e.unit, task: "", time: e.time, at, basis: e.basis, data: e.data, known: Object.hasOwn(kinds, e.type) };
  if (e.subject.startsWith("tasks/") && isID(e.subject.slice(6))) s.task = e.subject.slice(6);
  else if ((e.subject !== "campaign" || e.unit !== "hq") && e.subject !== "units/" + e.unit) throw bad("statement.subject", `${short(e.subject)} for ${e.unit}`, "campaign, units/<unit> or tasks/<task>");
  return { s, e };
}

// claimed is the time that a signer claims, in milliseconds.
function claimed(text) {
  const t = time.exec(text);
  const fail = () => bad("statement.time", short(text), "an RFC 3339 time with its offset");
  if (!t || t[1] < "2000" || t[1] > "2100" || t[6] > "59" || !isDate(t.slice(1, 4).join("-")) || t[4] > "23" || t[5] > "59") throw fail();
  const offset = t[8] === "Z" ? 0 : (t[8][0] === "-" ? -1 : 1) * (Number(t[8].slice(1, 3)) * 60 + Number(t[8].slice(4, 6)));
  if (t[8] !== "Z" && (t[8].slice(1, 3) > "24" || t[8].slice(4, 6) > "60")) throw fail();
  const milliseconds = Number(((t[7] ?? ".") + "000").slice(1, 4));
  return Date.UTC(t[1], t[2] - 1, t[3], t[4], t[5], t[6]) - offset * 60000 + milliseconds;
}

export function isDate(text) {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const t = new Date(text + "T00:00:00Z");
  return !Number.isNaN(t.getTime()) && t.toISOString().startsWith(text);
}

const compiled = new Map();

function matches(pattern, text) {
  if (!compiled.has(pattern)) compiled.set(pattern, new RegExp(patterns[pattern] ?? pattern, "u"));
  return compiled.get(pattern).test(text);
}

// hold holds a value against a JSON Schema, of which it knows the words that the
// kinds use; a word that it does not know is an error of this program.
function hold(value, schema, at) {
  const wrong = (found) => bad("data.schema", `${at}: ${found}`, "data after the schema of its kind");
  for (const [word, want] of Object.entries(schema)) {
    if (!Object.hasOwn(words, word)) throw new TypeError("schema: " + word);
    words[word](value, want, wrong, at, schema);
  }
}

const types = {
  object: (v) => v instanceof Map,
  array: (v) => Array.isArray(v),
  string: (v) => typeof v === "string",
  boolean: (v) => typeof v === "boolean",
  number: (v) => v instanceof json.Num && Number.isFinite(v.value),
  integer: (v) => v instanceof json.Num && /^-?(0|[1-9][0-9]*)$/.test(v.raw),
};

const words = {
  type: (v, want, wrong) => {
    if (!types[want](v)) throw wrong("no " + want);
  },
  required: (v, names, wrong) => {
    for (const name of names) if (!v.has(name)) throw wrong("without " + name);
  },
  properties: (v, members, wrong, at) => {
    for (const [name, schema] of Object.entries(members)) if (v.has(name)) hold(v.get(name), schema, `${at}/${name}`);
  },
  additionalProperties: (v, schema, wrong, at, all) => {
    for (const [name, value] of v) {
      if (Object.hasOwn(all.properties ?? {}, name)) continue;
      if (schema === false) throw wrong(`unknown member ${JSON.stringify(short(name))}`);
      hold(value, schema, `${at}/${short(name)}`);
    }
  },
  items: (v, schema, wrong, at) => v.forEach((x, i) => hold(x, schema, `${at}/${i}`)),
  minItems: (v, least, wrong) => {
    if (v.length < least) throw wrong(`${v.length} items`);
  },
  enum: (v, list, wrong) => {
    if (!list.includes(v)) throw wrong(JSON.stringify(short(v)));
  },
  pattern: (v, pattern, wrong) => {
    if (!matches(pattern, v)) throw wrong(JSON.stringify(short(v)));
  },
  format: (v, format, wrong) => {
    if (format !== "date" || !isDate(v)) throw wrong(JSON.stringify(short(v)));
  },
  minLength: (v, least, wrong) => {
    if ([...v].length < least) throw wrong("too short");
  },
  maxLength: (v, most, wrong) => {
    if ([...v].length > most) throw wrong("too long");
  },
  minimum: (v, least, wrong) => {
    if (v.value < least) throw wrong(v.raw);
  },
  maximum: (v, most, wrong) => {
    if (v.value > most) throw wrong(v.raw);
  },
};

// check is what the kinds ask for beside their schemas.
function check(kind, d) {
  const ordered = (rule, from, to) => {
    if (d.has(to) && d.get(to) < d.get(from)) throw bad(rule, `${d.get(from)} to ${d.get(to)}`, "an end that is not before its beginning");
  };
  switch (kind) {
    case "charter.adopted.v1":
      return ordered("charter.term", "from", "to");
    case "delegation.recorded.v1":
      return ordered("delegation.term", "from", "until");
    case "officeholder.recorded.v1":
      return ordered("officeholder.term", "from", "until");
    case "meeting.packed.v1":
      return ordered("meeting.term", "from", "cutoff");
    case "inspection.authorised.v1":
      return ordered("inspection.term", "from", "to");
    case "report.issued.v1":
      return ordered("report.term", "from", "to");
    case "extension.decided.v1":
      if (d.get("granted") && !d.has("to")) throw bad("extension.date", "an extension granted to no date", "the field to");
      return;
    case "ledger.recovered.v1":
      if (d.get("sealed").value > d.get("sequence").value) throw bad("recovery.sealed", "more sealed than there are", "no more");
      return;
    case "content.sealed.v1":
      if (d.has("statement") === d.has("attachment")) throw bad("sealing.what", "neither or both of statement and attachment", "exactly one");
  }
}
