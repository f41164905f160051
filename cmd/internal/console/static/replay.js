// Replays a task: leads from one day of its life to the next. Every day is the page that
// the server makes of it; its parts take the place of the old ones, and the address is
// that of the day, so that what is seen can be sent to somebody. Without a script the
// same days are links and a form.

import { page, put } from "./live.js";

const parts = ["top", "banner", "task-head", "replay-links", "replay-form", "known", "foot"];
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const at = (id) => document.getElementById(id);
const days = () => at("replay-slider").dataset.days.split(" ");
const say = (zh, en) => document.documentElement.lang === "en" ? en : zh;

let running = 0; // the run of the player, 0 while it stands
let runs = 0;
let asking = null; // the page that is on its way

/** Shows the page of another day; false where it did not come, or another was asked for. */
async function show(url, watched) {
  asking?.abort();
  const mine = asking = new AbortController();
  let fresh;
  try {
    fresh = await page(url, watched, mine.signal);
  } catch (fault) {
    if (fault.name === "AbortError") return false;
  }
  if (mine !== asking) return false;
  at("replay-status").className = fresh ? "offscreen" : "late"; // everybody sees that it did not come
  if (!fresh) {
    place(true);
    at("replay-status").textContent = say("未能取得所选日期的页面,仍显示 ", "The page of the day that was asked for did not come; this is still ") + at("replay-links").dataset.day;
    return false;
  }
  put(fresh, parts);
  history.replaceState(null, "", url);
  document.title = fresh.title;
  place();
  at("replay-status").textContent = at("task-head").dataset.says;
  return true;
}

/** Puts the slider where the day that is shown stands; not under somebody's hand, unless it is to go back. */
function place(back) {
  const day = at("replay-links").dataset.day;
  const i = days().indexOf(day);
  if (i >= 0 && (back || document.activeElement !== at("replay-slider"))) at("replay-slider").value = i;
  mark(day);
}

function mark(day) {
  at("replay-day").textContent = day;
  at("replay-slider").setAttribute("aria-valuetext", day);
}

/** The page of the slider's day, judged as the one that is shown. */
function address() {
  const slider = at("replay-slider");
  const query = new URLSearchParams({ as_of: days()[slider.value] });
  if (at("replay-links").dataset.known) query.set("known", "now");
  return slider.dataset.path + "?" + query;
}

let soon = 0;
function slide(wait) {
  stop();
  clearTimeout(soon);
  mark(days()[at("replay-slider").value]);
  soon = setTimeout(() => show(address()), wait); // one that is dragged passes many days by
}

function stop() {
  running = 0;
  at("replay-play").textContent = at("replay-play").dataset.play;
}

async function play() {
  const mine = running = ++runs;
  const slider = at("replay-slider");
  at("replay-play").textContent = at("replay-play").dataset.pause;
  if (Number(slider.value) >= Number(slider.max)) slider.value = -1 + Number(slider.min);
  let first = true;
  while (running === mine) {
    if (!first) await new Promise((done) => setTimeout(done, Number(at("replay-speed").value)));
    if (running !== mine) return;
    first = false;
    if (Number(slider.value) >= Number(slider.max)) break;
    slider.value = Number(slider.value) + 1;
    mark(days()[slider.value]);
    if (!await show(address(), true)) break;
  }
  if (running === mine) stop();
}

function ready() {
  if (!at("replay-run")) return;
  at("replay-run").hidden = false;
  if (calm.matches) at("replay-speed").value = "3000"; // somebody who asked for calm
  place();
}

document.addEventListener("input", (event) => { if (event.target.id === "replay-slider") slide(200); });
document.addEventListener("change", (event) => { if (event.target.id === "replay-slider") slide(0); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && running) stop(); });
document.addEventListener("submit", (event) => {
  if (event.target.id !== "replay-form") return;
  event.preventDefault();
  stop();
  location.assign(event.target.action + "?" + new URLSearchParams(new FormData(event.target)));
});
document.addEventListener("click", (event) => {
  if (event.target.id === "replay-play") return running ? stop() : play();
  const link = event.target.closest("#replay-links a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  stop();
  if (link.ariaDisabled !== "true") show(link.href);
});
document.addEventListener("renewed", ready);
ready();
