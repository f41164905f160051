// The statement that the ledger's key made of this export, and of those before it.

import { checkPlace, checkTask, follow } from "./chain.js";
import * as json from "./json.js";
import { noHead } from "./record.js";
import { checkSigner, twice } from "./signers.js";

const attested = ["manifest.json", "records.ndjson", "context.ndjson", "keys.json", "status.json", "report.html", "records.xlsx"];

// checkAttestation checks the statement that the ledger's key made of this export.
export async function checkAttestation(v) {
  if (v.attestation.length !== 1) v.find("attestation.kind", "attestation.json", null, `${v.attestation.length} lines`, "one record");
  const l = v.attestation[0];
  if (!l?.said) return;
  if (l.said.kind !== "export.attested.v1") {
    v.find("attestation.kind", "", l, l.said.kind, "export.attested.v1");
    return;
  }
  const d = l.said.data;
  checkPlace(v, l);
  await checkSigner(v, l);
  checkTask(v, null, l);
  twice(v, l);
  checkBody(v, l, d);
  const last = v.trail().findLast((l) => l.record)?.record ?? { trail_version: 0, head: noHead, recorded: "" };
  const end = Math.max(Number(json.whole(d.get("sequence"))), ...v.since.map((l) => l.record?.sequence ?? l.sequence));
  checkFollows(v, l, end, last);
  if (v.since.length > 0) v.note("note.since", v.since.length);
  v.report.attested = { sequence: l.record.sequence, recorded: l.record.recorded };
}

// checkFollows: a later record of the ledger, and the trail's very next, linked to
// the last. What came in between would be left out otherwise.
function checkFollows(v, l, end, last) {
  const r = l.record;
  const out = (found, want) => v.find("attestation.place", "", l, found, want);
  if (r.trail_version !== last.trail_version + 1) out(`number ${r.trail_version} of the trail`, `${last.trail_version + 1}, the next: all records up to the attestation are here`);
  else if (r.sequence <= end) out(`record ${r.sequence}`, `one after record ${end}`);
  else if (r.recorded < last.recorded) out("recorded " + r.recorded, "not before " + last.recorded);
  else {
    const problem = follow(v, { version: last.trail_version, head: last.head }, l);
    if (problem) v.find(problem[0], "", l, problem[1], problem[2]);
  }
}

// checkBody holds what was attested against what is here.
function checkBody(v, l, d) {
  const count = v.own.length;
  const head = v.lastHead();
  const said = { sequence: json.whole(d.get("sequence")), count: json.whole(d.get("count")) };
  if (v.current && said.sequence !== v.manifest.sequence) v.find("attestation.body", "", l, `sequence ${said.sequence}`, `sequence ${v.manifest.sequence} of the manifest`);
  if (said.count !== count) v.find("attestation.body", "records.ndjson", null, `${count} records`, `${said.count}, as attested`);
  if (d.get("head") !== head) v.find("attestation.body", "records.ndjson", null, "head " + head, `${d.get("head")}, as attested`);
  const files = v.present(attested);
  if (d.get("files").size !== files.length) v.find("attestation.body", "", l, `${d.get("files").size} files`, files.join(", "));
  for (const name of files) {
    const got = v.hashOf(name);
    const want = d.get("files").get(name);
    if (want !== got) v.find("attestation.file", name, null, got, `${want ?? "none"}, as attested`);
  }
}
