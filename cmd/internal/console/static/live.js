// Shows what is new without asking: when the ledger moves, the page is asked for again
// and its main part is replaced, unless somebody is at work in it. Parts that a page
// marks with data-keep stay as they are. A page of an earlier day does not move.

import { leave } from "./key.js";
import { shanghai } from "./dom.js";

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

/** Says that the session is over, where it is: what is on the page is left as it is. */
async function over() {
  const { party, open } = await (await fetch("/api/v1/session", { headers: { "Ducha-Watched": "yes" } })).json();
  if (party || open || !document.getElementById("reader")) return false;
  if (document.getElementById("over")) return true;
  const link = document.createElement("a");
  link.href = "/login?next=" + encodeURIComponent(location.pathname + location.search);
  link.textContent = say("重新登录", "Log in again");
  note("over", say("登录已结束,本页不再更新。 ", "The session is over; this page is no longer kept up to date. "), link);
  return true;
}

const say = (zh, en) => document.documentElement.lang === "en" ? en : zh;

/** Puts a word above the page, in the place of the one before under the same name. */
function note(id, ...words) {
  document.getElementById(id)?.remove();
  const p = document.createElement("p");
  p.id = id;
  p.className = "past told";
  p.setAttribute("role", "alert");
  p.append(...words);
  main.before(p);
}

let cut = 0;

/** Says that the server is not reached, once that lasts: what is on the page may be old. */
function lost() {
  cut ||= setTimeout(() => note("lost", say(`与服务器的连接已中断(${clock()} 起),本页可能不是最新,正在自动重连。`, `The server is not reached since ${clock()}: this page may be out of date. It is tried again by itself.`)), 4000);
}

function found() {
  clearTimeout(cut);
  cut = 0;
  document.getElementById("lost")?.remove();
}

/** The time of day in Asia/Shanghai. */
const clock = () => shanghai(Date.now()).slice(11, 16);

let line;

function listen() {
  line = new EventSource("/live");
  line.onmessage = (event) => {
    found();
    const { sequence, sealed } = JSON.parse(event.data);
    document.getElementById("sealed").textContent = sealed;
    document.body.dataset.live = "yes";
    moved(sequence);
  };
  line.addEventListener("over", () => { line.close(); over().catch(() => {}); });
  line.onerror = async () => {
    lost();
    if (line.readyState !== EventSource.CLOSED) return; // it tries again by itself
    if (await over().catch(() => false)) found();
    else setTimeout(listen, 5000); // something between refused it
  };
}

addEventListener("pagehide", () => line?.close());
addEventListener("pageshow", (event) => { if (event.persisted && line) listen(); });

if (document.body.dataset.reads && !["login", "verify", "welcome"].includes(document.body.dataset.page)) listen(); // these show nothing of the ledger, and it moves for nobody who may not read it

document.addEventListener("click", async (event) => {
  if (event.target.id !== "logout") return;
  try {
    await fetch("/api/v1/session", { method: "DELETE" });
  } catch {
    return note("stays", say("未能连到服务器,尚未退出,请稍后再试。", "The server was not reached, and the session is still open: try again."));
  }
  await leave();
  location.assign("/login");
});
