// Shows what is new without asking: when the ledger moves, the page is asked for again
// and its main part is replaced, unless somebody is at work in it. Parts that a page
// marks with data-keep stay as they are. A page of an earlier day does not move.

import { leave } from "./key.js";

const html = globalThis.trustedTypes
  ? trustedTypes.createPolicy("ducha", { createHTML: (s) => s }) // only pages of this server come here
  : { createHTML: (s) => s };

const main = document.getElementById("main");
const past = () => new URLSearchParams(location.search).has("as_of"); // a page may lead to another day by itself

/**
 * Asks this server for a page and reads it; null where there is none. Watched says that
 * nobody is at work: it keeps no session open.
 */
export async function page(url, watched, signal) {
  const answer = await fetch(url, { headers: watched ? { "Ducha-Watched": "yes" } : {}, signal });
  if (answer.redirected) location.reload(); // the session is over
  if (answer.redirected || !answer.ok) return null;
  return new DOMParser().parseFromString(html.createHTML(await answer.text()), "text/html");
}

/** Puts parts of a page that was read, named by their ids, in the place of the old ones. */
export function put(fresh, ids) {
  const focused = document.activeElement?.id;
  const open = [...document.querySelectorAll("details[open][id]")].map((d) => d.id);
  for (const id of ids) {
    const part = fresh.getElementById(id);
    if (part) document.getElementById(id)?.replaceWith(part);
  }
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** Asks for this page again and puts its main part in the place of the old one. */
export async function renew() {
  const fresh = (await page(location.href, true))?.getElementById("main");
  if (!fresh || busy()) return;
  const focused = document.activeElement?.id;
  const open = new Set([...main.querySelectorAll("details[open][id]")].map((d) => d.id));
  for (const kept of main.querySelectorAll("[data-keep][id]")) {
    fresh.querySelector("#" + CSS.escape(kept.id))?.replaceWith(kept);
  }
  main.replaceChildren(...fresh.childNodes);
  main.dataset.sequence = fresh.dataset.sequence;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("renewed"));
}

/** Whether somebody is typing or choosing in the main part. */
function busy() {
  const at = document.activeElement;
  return main.contains(at) && at.matches("input, select, textarea") || main.querySelector("form[data-dirty]") !== null;
}

let due = 0;
function moved(sequence) {
  document.getElementById("sequence").textContent = sequence;
  if (past() || main.hasAttribute("data-still") || main.querySelector("[data-still]") || Number(main.dataset.sequence) >= sequence || due) return;
  due = setTimeout(() => { due = 0; renew().catch(() => {}); }, 100); // many at once are shown once
}

/** Says that the session is over, once it is: what is on the page is left as it is. */
async function over() {
  const { party, open } = await (await fetch("/api/v1/session", { headers: { "Ducha-Watched": "yes" } })).json();
  if (party || open || !document.getElementById("reader") || document.getElementById("over")) return;
  const english = document.documentElement.lang === "en";
  const note = document.createElement("p");
  note.id = "over";
  note.className = "past";
  note.setAttribute("role", "alert");
  const link = document.createElement("a");
  link.href = "/login?next=" + encodeURIComponent(location.pathname + location.search);
  link.textContent = english ? "Log in again" : "重新登录";
  note.append(english ? "The session is over; this page is no longer kept up to date. " : "登录已结束,本页不再更新。 ", link);
  main.before(note);
}

function listen() {
  const line = new EventSource("/live");
  line.onmessage = (event) => {
    const { sequence, sealed } = JSON.parse(event.data);
    document.getElementById("sealed").textContent = sealed;
    document.body.dataset.live = "yes";
    moved(sequence);
  };
  line.addEventListener("over", () => { line.close(); over().catch(() => {}); });
  line.onerror = () => { if (line.readyState === EventSource.CLOSED) over().catch(() => {}); }; // refused, and not tried again by itself
  addEventListener("pagehide", () => line.close());
}

if (document.body.dataset.reads && !["login", "verify", "welcome"].includes(document.body.dataset.page)) listen(); // these show nothing of the ledger, and it moves for nobody who may not read it

document.addEventListener("click", async (event) => {
  if (event.target.id !== "logout") return;
  await fetch("/api/v1/session", { method: "DELETE" });
  await leave().catch(() => {});
  location.assign("/login");
});
