// From no key to a session. What was filled in and which key it is for is kept in this
// browser, so that the page can be closed while the office decides.
import { forget, grouped, held, make, open, publicKey, unable } from "./key.js";
import { saved, shanghai } from "./dom.js";
import { drop, get, put } from "./store.js";
import { tell } from "./problem.js";
import { logIn } from "./session.js";

const page = document.getElementById("welcome");
const { campaign, lang } = page.dataset;
const say = (zh, en) => lang === "en" ? en : zh;
const by = (id) => document.getElementById(id);
const says = by("says");
const steps = ["who", "key", "request", "enrolled", "revoked", "lapsed"];

// request is { party, holder, post, made, id, pem, file }: file says that the key is not
// this browser's own.
let request = await get("notes", "request").catch(() => null) ?? {};
let key = await held().catch(() => null);
let waiting = 0; // counts up: what waited for another key stops

function show(step) {
  for (const s of steps) by("step-" + s).hidden = s !== step;
  for (const s of steps.slice(0, 4)) by("stage-" + s).toggleAttribute("aria-current", false);
  by("stage-" + (step === "revoked" || step === "lapsed" ? "enrolled" : step)).setAttribute("aria-current", "step");
  says.hidden = true;
}

/** Shows a step and leads whoever reads or listens to its heading. */
function turn(step) {
  show(step);
  by(step + "-title").focus();
}

async function keep(changes) {
  request = { ...request, ...changes };
  await put("notes", "request", request);
}

by("who").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await keep({ party: by("party").value.trim(), holder: by("holder").value.trim(), post: by("post").value.trim() });
  } catch {
    Object.assign(request, { party: by("party").value.trim(), holder: by("holder").value.trim(), post: by("post").value.trim() }); // a window that keeps nothing
  }
  if (request.id) return ask();
  if (key) return take(key, false);
  await offer();
});

/** Offers to make a key, or says why none can be made here. */
async function offer() {
  turn("key");
  const why = await unable();
  for (const w of ["old", "insecure", "closed"]) by("unable-" + w).hidden = w !== why;
  by("make").disabled = why !== "";
  by("byfile").open = why !== "";
}

by("make").addEventListener("click", async () => {
  by("make").disabled = true;
  try {
    key = await make();
    await take(key, false);
  } catch (e) {
    tell(says, e);
    by("make").disabled = false;
  }
});

by("pem").addEventListener("change", async () => {
  try {
    const text = await by("pem").files[0].text();
    const found = await publicKey(text) ?? await open(text, lang);
    await take(found, true);
  } catch (e) {
    tell(says, e);
  }
});

async function take(k, file) {
  await keep({ id: k.id, pem: k.pem, file, made: new Date().toISOString() }).catch(() => {});
  await ask();
}

/** The request, as the office has it, and the wait for its answer. */
async function ask() {
  for (const f of ["party", "holder", "post"]) by("r-" + f).textContent = request[f] || "—";
  by("r-made").textContent = shanghai(request.made).slice(0, 16);
  by("fingerprint").textContent = grouped(request.id);
  by("public").textContent = request.pem;
  const { spki } = await publicKey(request.pem);
  const short = btoa(String.fromCharCode(...spki)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const words = { party: request.party, holder: request.holder, ...(request.post ? { post: request.post } : {}) };
  by("code").src = "/welcome/code.svg?" + new URLSearchParams({ ...words, key: short, at: location.origin });
  by("code").hidden = false;
  by("formlink").href = "/submit/key.enrolled.v1?" + new URLSearchParams({ ...words, public_key: short });
  for (const [k, v] of Object.entries(saved(`${request.id.slice(0, 12)}.pub.pem`, "application/x-pem-file", request.pem))) by("save").setAttribute(k, v);
  turn("request");
  await wait(++waiting);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until the key stands otherwise, and shows what it came to. */
async function wait(mine) {
  let was = "";
  for (let rest = 1000; mine === waiting;) {
    const asked = Date.now();
    const answer = await fetch(`/api/v1/keys/${request.id}/standing` + (was && `?was=${was}`)).catch(() => null);
    if (mine !== waiting) return;
    const standing = answer?.ok ? (await answer.json()).standing : "";
    by("standing").textContent = standing ? say("正在等待办公室登记……登记后本页自动提示。", "Waiting for the office to enrol it: this page will say so.") : say("暂未连到服务器,稍后自动再试。", "The server is not reached: it is tried again by itself.");
    if (standing && standing !== "not-enrolled") return came(standing);
    rest = !answer?.ok || was && Date.now() - asked < 1000 ? Math.min(rest * 2, 20000) : 200; // answered at once: too many wait
    was = standing;
    await pause(rest);
  }
}

function came(standing) {
  by("enrolled-id").textContent = request.id.slice(0, 16) + "…";
  turn({ "in-force": "enrolled", revoked: "revoked", lapsed: "lapsed" }[standing]);
}

by("enter").addEventListener("click", async () => {
  if (request.file) return location.assign("/login"); // where the file is opened
  by("enter").disabled = true;
  try {
    await logIn(key, campaign, lang, true);
    await drop("notes", "request").catch(() => {});
    location.assign("/");
  } catch (e) {
    tell(says, e);
    by("enter").disabled = false;
  }
});

by("print").addEventListener("click", () => print());
by("edit").addEventListener("click", () => { waiting++; turn("who"); });
by("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(request.pem).then(
    () => { by("copy").textContent = say("已复制", "Copied"); },
    () => { getSelection().selectAllChildren(by("public")); });
});
for (const button of page.querySelectorAll("[data-anew]")) {
  button.addEventListener("click", async () => {
    if (!button.dataset.sure) { // the second press throws it away
      button.dataset.sure = "yes";
      button.textContent = say("再按一次确认丢弃:此密钥将不能恢复", "Press again to throw it away: it cannot be brought back");
      return;
    }
    waiting++;
    if (!request.file) await forget();
    key = null;
    const { party, holder, post } = request;
    request = {};
    await keep({ party, holder, post }).catch(() => {});
    await offer();
  });
}

for (const f of ["party", "holder", "post"]) by(f).value = request[f] ?? "";
if (request.id && !request.file && key?.id !== request.id) { // the browser's data were cleared
  by("lost").hidden = false;
  delete request.id;
}
if (request.id) await ask();
else if (key) { // made here before: how does it stand?
  const answer = await fetch(`/api/v1/keys/${key.id}/standing`).catch(() => null);
  const standing = answer?.ok ? (await answer.json()).standing : "not-enrolled";
  request = { ...request, id: undefined };
  if (standing === "not-enrolled") show("who");
  else {
    request.id = key.id;
    came(standing);
  }
} else show("who");
