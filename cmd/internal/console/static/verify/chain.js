// The chain: records in the order of the ledger, numbered without a gap, each linked to
// the one before.

import * as json from "./json.js";
import { link, noHead } from "./record.js";

// place puts the records into the order of the ledger.
export function place(v) {
  for (const file of [v.own, v.context, v.since]) {
    let last = 0;
    for (const l of file) {
      if (!l.record) continue;
      const n = l.record.sequence;
      if (n <= last) v.find("record.sequence", "", l, `record ${n} after record ${last}`, "growing sequences");
      const beyond = n > v.manifest.sequence;
      if (v.current && beyond !== (l.file === "since.ndjson")) v.find("record.beyond", "", l, `record ${n}`, `${beyond ? "at most" : "one after"} ${v.manifest.sequence}`);
      last = n;
      v.all.push(l);
    }
  }
  v.all.sort((a, b) => a.record.sequence - b.record.sequence);
  v.all.forEach((l, i) => {
    if (i === 0) return;
    const before = v.all[i - 1];
    if (l.record.sequence === before.record.sequence && l.file !== before.file) v.find("record.sequence", "", l, `record ${l.record.sequence} in ${before.file} too`, "each record once");
    if (l.record.recorded < before.record.recorded) v.find("record.recorded", "", l, l.record.recorded, `not before ${before.record.recorded} of record ${before.record.sequence}`);
  });
}

// follow holds a record against the trail before it: a problem, or null.
export function follow(v, trail, l) {
  const r = l.record;
  if (r.trail_version !== trail.version + 1) return ["trail.version", `record ${r.sequence} is number ${r.trail_version} of the trail of ${r.place.unit}`, `number ${trail.version + 1}`];
  const want = link(trail.head, l.digest);
  if (want !== r.head) return ["trail.head", `record ${r.sequence} has the head ${r.head}`, want];
  return null;
}

// checkTrail holds the unit's own records against the chain. After a break it goes
// on with the head on record.
export function checkTrail(v) {
  let trail = { version: 0, head: noHead };
  let known = true;
  const tasks = new Map();
  for (const l of v.trail()) {
    if (!l.record) {
      trail.version++;
      known = false;
      continue;
    }
    checkPlace(v, l);
    const r = l.record;
    const problem = follow(v, trail, l);
    if (problem && (known || r.trail_version !== trail.version + 1)) v.find(problem[0], "", l, problem[1], problem[2]);
    v.numbers.set(r.trail_version, l);
    trail = { version: r.trail_version, head: r.head };
    known = true;
    checkTask(v, tasks, l);
  }
}

// checkPlace checks that a record belongs into its file.
export function checkPlace(v, l) {
  const p = l.record.place;
  const m = v.manifest;
  if (!v.current) return;
  const own = l.file !== "context.ndjson" && !(l.file === "since.ndjson" && p.family === "registry");
  if (p.campaign !== m.campaign) v.find("record.place", "", l, p.subject, "campaign " + m.campaign);
  else if (own && p.unit !== m.unit) v.find("record.place", "", l, p.subject, "unit " + m.unit);
  else if (l.file === "context.ndjson" && (p.unit === m.unit || p.family !== "registry")) v.find("record.place", "", l, p.subject, "registry records of other trails");
}

export function checkTask(v, tasks, l) {
  const id = l.record.place.task;
  const want = id === "" ? 0 : (tasks?.get(id) ?? 0) + 1;
  if (l.record.task_version !== want) v.find("task.version", "", l, `version ${l.record.task_version} of task ${JSON.stringify(id)}`, want);
  if (id !== "") tasks?.set(id, l.record.task_version);
}

// checkContext holds the records of others against their trails as far as they are here.
export function checkContext(v) {
  const trails = new Map();
  for (const l of v.others()) {
    if (!l.record) continue;
    checkPlace(v, l);
    const r = l.record;
    const seen = trails.has(r.place.unit);
    const trail = trails.get(r.place.unit) ?? { version: 0, head: noHead };
    const next = r.trail_version === trail.version + 1 && (seen || r.trail_version === 1);
    const problem = follow(v, trail, l);
    if (problem && (next || r.trail_version <= trail.version)) v.find(problem[0], "", l, problem[1], problem[2]);
    trails.set(r.place.unit, { version: r.trail_version, head: r.head });
    checkTask(v, null, l);
  }
}

// checkEarlier holds an export that was attested before against the trail as it is now.
export function checkEarlier(v, l) {
  const d = l.said.data;
  const count = json.whole(d.get("count"));
  if (count === 0 || count >= l.record.trail_version) {
    v.find("attestation.earlier", "", l, `${count} records attested by number ${l.record.trail_version} of the trail`, "fewer");
    return;
  }
  const then = v.numbers.get(count)?.record;
  if (!then) return; // it is missing, which is reported
  const sequence = json.whole(d.get("sequence"));
  if (d.get("head") !== then.head || then.sequence > sequence) v.find("attestation.earlier", "", l, `head ${d.get("head")} at record ${sequence}`, `head ${then.head} at record ${then.sequence}`);
}
