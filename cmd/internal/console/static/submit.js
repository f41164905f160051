// Fills in, shows, signs and hands in one statement. Its bytes are made here, shown as
// they are, signed here, and sent once they are signed; the same bytes are sent again
// when no answer came, which the ledger records at most once.
import { element, shanghai } from "./dom.js";
import { Form } from "./form.js";
import { current, open, seal, sit } from "./key.js";
import { preview as shown } from "./preview.js";
import { Problem, problem, tell } from "./problem.js";
import { recorded } from "./receipt.js";
import * as draft from "./draft.js";

const form = document.getElementById("statement");
const data = JSON.parse(form.dataset.form);
const summary = document.getElementById("summary");
const preview = document.getElementById("preview");
const notice = document.getElementById("draft");
const say = (zh, en) => data.lang === "en" ? en : zh;
const files = new Map();
const builder = new Form(data, files);
builder.keep = draft.keepFile;
const whole = builder.whole();
const mine = draft.named(data);

/** A UUID of version 7 (RFC 9562): its time first, then chance. */
function uuid7() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  for (let i = 0; i < 6; i++) b[i] = Math.floor(now / 2 ** (8 * (5 - i))) % 256;
  b[6] = b[6] & 0x0f | 0x70;
  b[8] = b[8] & 0x3f | 0x80;
  const h = [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
  return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20)].join("-");
}

function select(id, label, options, chosen, change) {
  const s = element("select", { id, on: { change: () => change(s.value) } }, ...options.map(([v, l]) => element("option", { value: v, selected: v === chosen }, l)));
  return element("p", { class: "field" }, element("label", { for: id }, label), s);
}

// The task or unit that it is about: what a field may name follows from it, so that
// another one is another form.
function elsewhere(name, value) {
  const to = new URL(location.href);
  to.searchParams.set(name, value);
  if (name === "task") to.searchParams.delete("unit");
  location.assign(to);
}

const subject = element("div", { class: "fields" });
let freeTask, time;
if (data.tasks?.length) {
  const none = data.scope === "any" ? [["", say("不涉及任务", "no task")]] : data.task ? [] : [["", say("请选择", "choose one")]];
  subject.append(select("task", say("任务", "Task"), [...none, ...data.tasks.map((t) => [t.id, `${t.id} ${t.name}`])], data.task, (v) => elsewhere("task", v)));
}
if (data.units?.length && data.scope !== "campaign" && !data.byParty && !data.task) {
  subject.append(select("unit", say("单位", "Unit"), data.units.map((u) => [u.id, u.name]), data.unit, (v) => elsewhere("unit", v)));
}
if (data.free) {
  freeTask = element("input", { id: "newtask", value: new URLSearchParams(location.search).get("task") ?? "", maxlength: 40 });
  subject.append(element("p", { class: "field" }, element("label", { for: "newtask" }, say("任务编号", "Task id")), freeTask));
}
if (data.declared) {
  time = element("input", { type: "datetime-local", id: "time", value: data.now });
  subject.append(element("p", { class: "field" }, element("label", { for: "time" }, say("所称时间(本台账按此计)", "Time that it is said at (this ledger goes by it)")), time));
}
form.append(subject, ...(data.notice ? [element("p", { class: "kept" }, data.notice)] : []), whole.element, element("p", {}, element("button", { id: "check" }, say("核对并预览", "Check and preview"))), fromFile());

function fill() {
  if (data.values) whole.set(data.values);
  for (const [name, values] of Object.entries(data.filled ?? {})) {
    const part = whole.parts[name];
    if (part) part.set(data.schema.properties[name].type === "array" ? values : values[0]);
  }
}

/** A body that was written elsewhere, as JSON: a policy, or what another form kept. */
function fromFile() {
  const says = element("p", { class: "fault", role: "alert", hidden: true });
  const file = element("input", { type: "file", accept: ".json", id: "body-file", on: { change: async () => {
    says.hidden = true;
    try {
      const body = JSON.parse(await file.files[0].text());
      const unknown = Object.keys(body).filter((n) => !whole.parts[n]);
      if (unknown.length) throw new Error(say("没有这些栏目:", "no such fields: ") + unknown.join("、"));
      whole.set(body);
      changed();
    } catch (e) {
      says.textContent = say("不能填入:", "cannot be filled in: ") + e.message;
      says.hidden = false;
    }
  } } });
  return element("details", {}, element("summary", {}, say("从 JSON 文件填入", "Fill in from a JSON file")),
    element("p", {}, element("label", { for: "body-file" }, say("本类记录的内容(data),如 ducha policy 导出的口径 ", "the data of this kind, such as a policy as JSON ")), file), says);
}

// ---- drafts

let saving = 0;
const state = () => ({ kind: data.kind, name: data.name, unit: data.unit, task: data.task, href: location.pathname + location.search,
  values: whole.read(null), ...(time ? { time: time.value } : {}), ...(freeTask ? { newtask: freeTask.value } : {}), files: [...files.keys()] });

function changed() {
  form.dataset.dirty = "yes";
  preview.hidden = true;
  clearTimeout(saving);
  saving = setTimeout(() => draft.save(mine, state()).catch(() => {}), 250);
}

async function saveNow(also = {}) {
  clearTimeout(saving);
  await draft.save(mine, { ...state(), ...also }).catch(() => {});
}

/** Puts a draft back, with a word on it and a way to throw it away. */
async function restore(kept) {
  whole.set(kept.values);
  if (time && kept.time) time.value = kept.time;
  if (freeTask && kept.newtask) freeTask.value = kept.newtask;
  for (const digest of kept.files ?? []) {
    const file = await draft.file(digest);
    if (file) files.set(digest, file);
  }
  form.dataset.dirty = "yes";
  const at = shanghai(kept.at).slice(0, 16);
  notice.replaceChildren(element("span", {}, say(`已恢复 ${at} 的草稿(只存在本浏览器)。 `, `The draft of ${at} is back (it is in this browser alone). `)),
    element("button", { type: "button", class: "quiet", id: "discard", on: { click: async () => { await draft.discard(mine); location.reload(); } } }, say("丢弃草稿", "Throw it away")));
  notice.hidden = false;
}

/** A statement that was signed and not answered: it may be on record, or be sent again. */
async function unanswered(kept) {
  const { id } = JSON.parse(kept.payload);
  const answer = await fetch(`/api/v1/statements/${id}/receipt`).catch(() => null);
  if (answer?.ok) return finish(kept.envelope, await answer.json());
  await shown(data, kept.payload);
  const says = element("div", { class: "error", role: "alert", hidden: true });
  const again = element("button", { type: "button", id: "again", on: { click: () => attempt(again, says, () => submit(kept.envelope, kept.payload)) } }, say("再次提交同一份", "Send the same again"));
  const drop = element("button", { type: "button", class: "quiet", on: { click: async () => { await saveNow(); location.reload(); } } }, say("不再提交,回到草稿", "Do not send it; back to the draft"));
  document.getElementById("signing").replaceChildren(
    element("p", { class: "kept", id: "unanswered" }, say("这一份已签名并发出,但没有收到答复。再次提交的是同一份,至多记录一次。", "This was signed and sent, and no answer came. What is sent again is the same statement: it is recorded at most once.")),
    element("p", { class: "moves" }, again, drop), says);
  form.hidden = true;
  preview.hidden = false;
  document.getElementById("preview-title").focus();
}

// ---- checking and signing

function fail(content, fields = []) {
  summary.replaceChildren(content, element("ul", {}, ...fields.map(([input, words]) =>
    element("li", {}, element("a", { href: "#" + input.id, on: { click: (e) => { e.preventDefault(); input.focus(); } } }, (input.labels?.[0]?.textContent ?? input.closest("fieldset")?.querySelector("legend")?.textContent ?? "") + ": " + words)))));
  summary.hidden = false;
  summary.focus();
}

/** The statement's bytes, made once: what is shown is what is signed and sent. */
function statement(body) {
  const byParty = data.places?.[body.key] ?? (body.party?.startsWith("units/") ? body.party.slice(6) : "hq");
  const unit = data.byParty ? byParty : data.scope === "campaign" ? "hq" : data.unit;
  const task = data.free ? freeTask.value.trim() : data.task;
  const subject = task ? "tasks/" + task : unit === "hq" && data.scope !== "unit" ? "campaign" : "units/" + unit;
  const now = time ? time.value + (time.value.length === 16 ? ":00" : "") : new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 19);
  return JSON.stringify({ specversion: "1.0", id: uuid7(), type: data.kind, source: `/${data.campaign}/${data.party}`, subject, time: now + "+08:00",
    datacontenttype: "application/json", unit, basis: data.basis, data: body });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  summary.hidden = true;
  const faults = [];
  if (document.getElementById("task")?.value === "" && data.scope === "task") faults.push([document.getElementById("task"), say("请选择", "choose one")]);
  if (freeTask && !/^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/.test(freeTask.value.trim())) faults.push([freeTask, builder.w.id]);
  if (time && !time.value) faults.push([time, builder.w.need]);
  const body = whole.read(faults);
  if (faults.length) return fail(element("p", {}, say("有几处尚未填好:", "Some fields are not right yet:")), faults);
  await saveNow();
  const payload = statement(body);
  let answer;
  try {
    answer = await fetch("/api/v1/checks", { method: "POST", headers: { "Content-Type": "application/json" }, body: payload });
  } catch {
    return fail(element("p", {}, say("未能连到服务器,所填已存为草稿,请稍后再试。", "The server was not reached. What you filled in is kept as a draft: try again.")));
  }
  if (!answer.ok) return refused(await problem(answer, data.lang));
  await shown(data, payload);
  await signing(payload);
  preview.hidden = false;
  document.getElementById("preview-title").focus();
});

const logInAgain = () => element("p", {}, say("登录已结束,所填已存为草稿。", "The session is over; what you filled in is kept as a draft. "),
  element("a", { href: "/login?next=" + encodeURIComponent(location.pathname + location.search) }, say("重新登录,接着填", "Log in again and go on")));

/** What the ledger would refuse, in words, beside the field where one is named. */
function refused(p) {
  if (p.status === 401) return fail(logInAgain());
  const named = /(?:^|[\s"'/.])data[./]([a-z_0-9]+)|^\/?([a-z_0-9]+)[:/ ]/.exec(p.found ?? "");
  const field = [named?.[1], named?.[2], p.rule.split(".").pop(), p.rule.split(".")[0]].find((n) => n && whole.parts[n]);
  const input = field && whole.parts[field].element.querySelector("input, select, textarea");
  if (input) {
    document.getElementById(input.getAttribute("aria-describedby"))?.show?.(p.says && data.lang !== "en" ? p.says : p.want);
    input.setAttribute("aria-invalid", "true");
  }
  fail(p.shown(), input ? [[input, p.says && data.lang !== "en" ? p.says : p.want]] : []);
}

/** Runs what a button starts: once at a time, and what goes wrong is shown. */
async function attempt(button, says, act) {
  says.hidden = true;
  button.disabled = true;
  try {
    await act();
  } catch (e) {
    if (e.status === 401) {
      says.replaceChildren(logInAgain());
      says.hidden = false;
    } else tell(says, e);
  } finally {
    button.disabled = false;
  }
}

/** Offers to sign: with the key of this browser or this sitting, or one from a file. */
async function signing(payload) {
  const key = await current(data.key).catch(() => null);
  const classified = element("input", { type: "checkbox", id: "classified" });
  const pem = element("input", { type: "file", id: "pem", accept: ".pem,.key" });
  const button = element("button", { type: "button", id: "sign" }, say("签名并提交", "Sign and submit"));
  const says = element("div", { class: "error", role: "alert", hidden: true });
  document.getElementById("signing").replaceChildren(
    element("p", {}, say("签名密钥 ", "Signing key "), element("code", {}, data.key.slice(0, 16) + "…"), key ? "" : element("label", {}, say(" 从文件打开 ", " open from a file "), pem)),
    element("p", {}, element("label", {}, classified, say(" 我确认所提交内容不涉及国家秘密", " I confirm that nothing in it is classified"))),
    button, says);
  let envelope; // once signed, the same bytes are sent again
  button.addEventListener("click", () => attempt(button, says, async () => {
    if (!classified.checked) throw new Error(say("请先确认不涉密", "confirm first that nothing is classified"));
    let by = key;
    if (!by && !envelope) {
      if (!pem.files.length) throw new Error(say("请选择密钥文件", "choose the key's file"));
      by = await open(await pem.files[0].text(), data.lang);
      if (by.id !== data.key) throw new Error(say("不是登录所用的密钥", "not the key that you logged in with"));
      await sit(by);
    }
    envelope ??= await seal(by, "application/cloudevents+json", payload);
    await submit(envelope, payload);
  }));
}

async function submit(envelope, payload) {
  await saveNow({ envelope, payload }); // survives the page
  const unknown = () => new Error(say("未收到答复,是否已记录不明:请再点一次,同一份记录至多记录一次。", "No answer came, it may or may not be recorded: press again, the same statement is recorded at most once."));
  let answer, given;
  try {
    answer = await fetch("/api/v1/statements", { method: "POST", headers: { "Content-Type": "application/json", "Ducha-Not-Classified": "yes" }, body: envelope });
    if (answer.ok) given = await answer.json();
  } catch {
    throw unknown();
  }
  if (!answer.ok) {
    const p = await problem(answer, data.lang);
    if (answer.status < 500) await saveNow(); // nothing was recorded, and nothing will be
    throw p;
  }
  await finish(envelope, given);
}

async function finish(envelope, given) {
  const names = new Map((JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(JSON.parse(envelope).payload), (c) => c.charCodeAt(0)))).data.evidence ?? []).map((e) => [e.sha256, e.name]));
  const named = new Map([...files].filter(([digest]) => names.has(digest)));
  for (const digest of named.keys()) await draft.owed(digest, { campaign: data.campaign, party: data.party, id: given.id, name: names.get(digest) });
  await draft.discard(mine).catch(() => {});
  delete form.dataset.dirty;
  form.hidden = preview.hidden = notice.hidden = summary.hidden = true;
  document.dispatchEvent(new CustomEvent("recorded", { detail: { envelope, receipt: given } }));
  await recorded(data, given, named, names);
}

const kept = await draft.load(mine);
if (kept) await restore(kept);
else fill();
if (kept?.envelope) await unanswered(kept);
else form.hidden = false;
form.addEventListener("input", changed);
form.addEventListener("change", changed);
