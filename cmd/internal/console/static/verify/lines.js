// A line of a file of records, as far as it can be read. What stands in it depends on no
// other line.

import { Fault, short, textOf } from "./bytes.js";
import { envelope, statementType } from "./envelope.js";
import { digest, record } from "./record.js";
import { familyOf, statement } from "./statement.js";

const minLine = 200; // no record has fewer bytes
// split cuts a file into its lines.
export function split(v, file) {
  const data = v.files.get(file);
  const list = [];
  if (!data) return list;
  const add = (from, to) => list.push({ file, number: list.length + 1, raw: data.subarray(from, to), record: null, sequence: 0, env: null, said: null });
  const most = Math.floor(data.length / minLine) + 1; // a hostile file has no more
  let at = 0;
  for (let end; list.length < most && (end = data.indexOf(10, at)) >= 0; at = end + 1) add(at, end);
  if (at < data.length) {
    v.find("record.form", file, null, `what follows line ${list.length} is no line`, "a line feed at the end of every record");
    add(at, data.at(-1) === 10 ? data.length - 1 : data.length);
  }
  return list;
}

export async function read(v) {
  const all = v.lines();
  for (const [i, l] of all.entries()) {
    if (i % 500 === 499) await v.progress(i / 2, all.length);
    readLine(v, l);
  }
}

function readLine(v, l) {
  try {
    const text = textOf(l.raw);
    l.sequence = Number(/,"sequence":([0-9]{1,15}),"subject":/.exec(text)?.[1] ?? 0); // to name it by
    l.record = record(text, l.raw);
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    l.sequence ||= Number(/,"sequence":([0-9]{1,15}),"subject":/.exec(new TextDecoder("latin1").decode(l.raw))?.[1] ?? 0);
    v.find("record.form", "", l, e.found, "a record as the ledger writes it");
    return;
  }
  l.digest = digest(l.record);
  try {
    l.env = envelope(l.record.envelope);
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    v.find("envelope.form", "", l, e.found, "a DSSE envelope");
    return;
  }
  if (l.env.type !== statementType) {
    v.find("envelope.type", "", l, short(l.env.type), statementType);
    return;
  }
  readStatement(v, l);
}

function readStatement(v, l) {
  let s;
  try {
    s = statement(l.env.payload);
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    v.find("statement.form", "", l, e.found, e.want);
    return;
  }
  const family = s.known ? familyOf(s.kind) : l.record.place.family;
  const belongs = ["ledger", s.campaign, s.unit, s.task || "_", family].join(".");
  if (belongs !== l.record.subject) {
    v.find("statement.place", "", l, l.record.subject, belongs);
    return;
  }
  l.said = s;
}
