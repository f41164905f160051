// Fills in, shows, signs and hands in one statement. Its bytes are made here, shown as
// they are, signed here, and sent once they are signed; the same bytes are sent again
// when no answer came, which the ledger records at most once.
import { Form, element } from "./form.js";
import { current, open, seal, sha256, sit, wrong } from "./key.js";

const form = document.getElementById("statement");
const data = JSON.parse(form.dataset.form);
const summary = document.getElementById("summary");
const preview = document.getElementById("preview");
const receipt = document.getElementById("receipt");
const say = (zh, en) => data.lang === "en" ? en : zh;
const files = new Map();
const builder = new Form(data, files);
const whole = builder.whole();

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
form.append(subject, whole.element, element("p", {}, element("button", { id: "check" }, say("核对并预览", "Check and preview"))));
for (const [name, values] of Object.entries(data.filled ?? {})) {
  const part = whole.parts[name];
  if (part) part.set(data.schema.properties[name].type === "array" ? values : values[0]);
}
form.hidden = false;
form.addEventListener("input", () => { form.dataset.dirty = "yes"; preview.hidden = true; });

function fail(text, fields = []) {
  summary.replaceChildren(element("p", {}, text), element("ul", {}, ...fields.map(([input, words]) =>
    element("li", {}, element("a", { href: "#" + input.id, on: { click: (e) => { e.preventDefault(); input.focus(); } } }, (input.labels?.[0]?.textContent ?? "") + ": " + words)))));
  summary.hidden = false;
  summary.focus();
}

/** The statement's bytes, made once: what is shown is what is signed and sent. */
function statement(body) {
  const unit = data.byParty ? (body.party?.startsWith("units/") ? body.party.slice(6) : "hq") : data.scope === "campaign" ? "hq" : data.unit;
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
  const body = whole.read(faults);
  if (faults.length) return fail(say("有几处尚未填好:", "Some fields are not right yet:"), faults);
  const payload = statement(body);
  const answer = await fetch("/api/v1/checks", { method: "POST", headers: { "Content-Type": "application/json" }, body: payload });
  if (!answer.ok) return refused(answer);
  await show(payload, body);
});

/** What the ledger would refuse, in words, beside the field where one is named. */
async function refused(answer) {
  const text = await wrong(answer.clone(), data.lang);
  const problem = await answer.json().catch(() => ({}));
  const named = /(?:^|[\s"'/.])data[./]([a-z_0-9]+)|^\/?([a-z_0-9]+)[:/ ]/.exec(problem.found ?? "");
  const rule = (problem.rule ?? "").split(".").pop();
  const field = [named?.[1], named?.[2], rule].find((n) => n && whole.parts[n]);
  const input = field && whole.parts[field].element.querySelector("input, select, textarea");
  if (input) {
    const fault = document.getElementById(input.getAttribute("aria-describedby"));
    fault?.show?.(problem.says && data.lang !== "en" ? problem.says : problem.want);
    input.setAttribute("aria-invalid", "true");
  }
  fail(text, []);
}

async function show(payload, body) {
  const lines = [];
  const walk = (value, schema, name) => {
    const label = data.lang === "en" || !schema?.title ? name : schema.title;
    if (Array.isArray(value)) return value.forEach((v, i) => walk(v, schema?.items ? { ...schema.items, title: `${label} ${i + 1}` } : undefined, `${name} ${i + 1}`));
    if (value && typeof value === "object") return Object.entries(value).forEach(([n, v]) => walk(v, schema?.properties?.[n], n));
    lines.push(element("dt", {}, label), element("dd", {}, value === true ? say("是", "yes") : value === false ? say("否", "no") : String(value)));
  };
  walk(body, data.schema, data.name);
  const s = JSON.parse(payload);
  document.getElementById("sentence").replaceChildren(
    element("p", {}, say(`${data.party} 就 ${s.subject} 提交「${data.name}」,所称时间 ${s.time},所见至第 ${s.basis} 条。`, `${data.party} says ${data.kind} of ${s.subject}, at ${s.time}, having seen record ${s.basis}.`)),
    element("dl", { class: "facts" }, ...lines));
  document.getElementById("payload").textContent = payload;
  document.getElementById("payload-digest").textContent = await sha256(new TextEncoder().encode(payload));
  await signing(payload);
  preview.hidden = false;
  document.getElementById("preview-title").focus();
}

/** Offers to sign: with the key of this browser or this sitting, or one from a file. */
async function signing(payload) {
  const box = document.getElementById("signing");
  const key = await current(data.key);
  const classified = element("input", { type: "checkbox", id: "classified" });
  const pem = element("input", { type: "file", id: "pem", accept: ".pem,.key" });
  const button = element("button", { type: "button", id: "sign" }, say("签名并提交", "Sign and submit"));
  const says = element("p", { class: "error", role: "alert", hidden: true });
  box.replaceChildren(
    element("p", {}, say("签名密钥 ", "Signing key "), element("code", {}, data.key.slice(0, 16) + "…"), key ? "" : element("label", {}, say(" 从文件打开 ", " open from a file "), pem)),
    element("p", {}, element("label", {}, classified, say(" 我确认所提交内容不涉及国家秘密", " I confirm that nothing in it is classified"))),
    button, says);
  let envelope; // once signed, the same bytes are sent again
  button.addEventListener("click", async () => {
    says.hidden = true;
    button.disabled = true;
    try {
      if (!classified.checked) throw new Error(say("请先确认不涉密", "confirm first that nothing is classified"));
      let by = key;
      if (!by && !envelope) {
        if (!pem.files.length) throw new Error(say("请选择密钥文件", "choose the key's file"));
        by = await open(await pem.files[0].text());
        if (by.id !== data.key) throw new Error(say("不是登录所用的密钥", "not the key that you logged in with"));
        await sit(by);
      }
      envelope ??= await seal(by, "application/cloudevents+json", payload);
      await submit(envelope);
    } catch (e) {
      says.textContent = e.message;
      says.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}

async function submit(envelope) {
  let answer;
  try {
    answer = await fetch("/api/v1/statements", { method: "POST", headers: { "Content-Type": "application/json", "Ducha-Not-Classified": "yes" }, body: envelope });
  } catch {
    throw new Error(say("未收到答复,是否已记录不明:请再点一次,同一份记录至多记录一次。", "No answer came, it may or may not be recorded: press again, the same statement is recorded at most once."));
  }
  if (!answer.ok) throw new Error(await wrong(answer, data.lang));
  const given = await answer.json();
  delete form.dataset.dirty;
  form.hidden = preview.hidden = true;
  document.dispatchEvent(new CustomEvent("recorded", { detail: { envelope, receipt: given } }));
  await recorded(given);
}

/** Shows the receipt, uploads the files, and gives the sealed receipt once there is one. */
async function recorded(given) {
  const link = (r) => element("a", { id: "save", class: "button", download: `receipt-${r.sequence}.json`, href: "data:application/json;base64," + btoa(unescape(encodeURIComponent(JSON.stringify(r)))) }, say("保存回执", "Save the receipt"));
  const state = element("p", { id: "sealed-state" }, say("已签名,等待封存…", "signed; waiting for the seal…"));
  const saved = element("p", { class: "moves" }, link(given), element("a", { class: "button quiet", href: "/statements/" + given.id }, say("查看此记录", "See the statement")), element("a", { class: "button quiet", href: "/submit" }, say("继续报送", "Submit more")));
  const uploads = element("ul", { id: "uploads" });
  document.getElementById("receipt-body").replaceChildren(
    element("p", { class: "good" }, say(`已记录为第 ${given.sequence} 条,记录时间 ${given.recorded}。请保存回执:凭它可随时证明已报送。`, `Recorded as ${given.sequence} at ${given.recorded}. Keep the receipt: it proves at any time that you said so.`)),
    state, saved, uploads);
  receipt.hidden = false;
  document.getElementById("receipt-title").focus();
  for (const [digest, file] of files) upload(digest, file, uploads);
  const answer = await fetch(`/api/v1/statements/${given.id}/receipt?wait=sealed`);
  if (!answer.ok) return;
  const sealed = await answer.json();
  if (sealed.sealed) state.textContent = say("已签名并封存", "signed and sealed");
  saved.firstChild.replaceWith(link(sealed));
}

/** Hands a file in once the statement that names it is recorded; again, when it failed. */
async function upload(digest, file, list) {
  const row = element("li", {}, `${file.name} `, element("span", { class: "note" }, say("上传中…", "uploading…")));
  list.append(row);
  const answer = await fetch("/api/v1/attachments/" + digest, { method: "PUT", headers: { "Ducha-Not-Classified": "yes" }, body: file }).catch(() => null);
  if (answer?.ok) {
    row.lastChild.textContent = say("已收存", "kept");
    return;
  }
  row.lastChild.textContent = answer ? await wrong(answer, data.lang) : say("未收到答复", "no answer came");
  row.append(" ", element("button", { type: "button", class: "quiet", on: { click: () => { row.remove(); upload(digest, file, list); } } }, say("重试", "Try again")));
}
