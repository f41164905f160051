// Drafts: what is filled in is kept in this browser, apart for each party, until it is
// recorded or thrown away. Files are kept with it where they are not too large. A
// statement that was signed and not answered is kept as it was signed: sent again, it is
// recorded once.
import { all, drop, get, put } from "./store.js";

const largest = 32 << 20; // bytes of a file that is kept in the browser

/** The name of the draft that a form keeps: its party, kind, unit and task, and what the link to it filled in. */
export function named(data) {
  const rest = new URLSearchParams(location.search);
  for (const n of ["lang", "unit", "task", "as_of"]) rest.delete(n);
  rest.sort();
  return [data.campaign, data.party, data.kind, data.unit, data.task, rest].join("|");
}

export const load = (name) => get("drafts", name).catch(() => undefined);
export const save = (name, draft) => put("drafts", name, { ...draft, at: new Date().toISOString() });

/** Throws a draft away, with its files. */
export async function discard(name) {
  const draft = await load(name);
  await drop("drafts", name);
  for (const f of draft?.files ?? []) if (!(await get("notes", "upload " + f))) await drop("notes", "file " + f);
}

/** The drafts of a party, the latest first, as [name, draft]. */
export async function of(campaign, party) {
  const mine = (await all("drafts")).filter(([name]) => name.startsWith(`${campaign}|${party}|`));
  return mine.sort(([, a], [, b]) => a.at < b.at ? 1 : -1);
}

/** Keeps a file for as long as a draft or an upload needs it; one that is too large is to be chosen again. */
export async function keepFile(digest, file) {
  if (file.size <= largest) await put("notes", "file " + digest, file).catch(() => {});
}

export const file = (digest) => get("notes", "file " + digest).catch(() => undefined);

/** Notes that a file is still to be handed in, and that it was. */
export const owed = (digest, of) => put("notes", "upload " + digest, of).catch(() => {});
export async function paid(digest) {
  await drop("notes", "upload " + digest);
  await drop("notes", "file " + digest);
}

/** What is still to be handed in for a party, as [digest, note]. */
export async function debts(campaign, party) {
  const notes = await all("notes");
  return notes.filter(([n, v]) => n.startsWith("upload ") && v.campaign === campaign && v.party === party).map(([n, v]) => [n.slice(7), v]);
}
