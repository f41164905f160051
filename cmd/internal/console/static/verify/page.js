// The page that checks what is dropped on it. Everything happens in the browser; all
// that came from a file is put out as text.

import { Fault } from "./bytes.js";
import { keyOf, rootOf, sort } from "./intake.js";
import { publicKey, ready } from "./keys.js";
import { policyOf } from "./note.js";
import { verifyReceipt } from "./receipt.js";
import { element, receiptResult, speak, trailResult, unknownResult } from "./result.js";
import { verifyTrail } from "./trail.js";

const home = document.getElementById("verifier");
const kept = { files: [], results: [], root: "", key: "", policy: "" };
let lang = home.dataset.lang === "en" ? "en" : "zh";
let turn = 0; // of checking: a later one ends an earlier one

const say = (zh, en) => (lang === "en" ? en : zh);

function draw() {
  document.documentElement.lang = lang === "en" ? "en" : "zh-CN";
  speak(lang);
  const parts = [
    element("p", {}, say("文件只在本浏览器中核验,不会上传。", "Files are checked in this browser and sent nowhere.")),
    drop(),
    trust(),
    element("p", { className: "moves noprint" },
      element("button", { type: "button", id: "again", disabled: kept.files.length === 0, onclick: check }, say("按所填重新核验", "Check again with these")),
      home.dataset.saved
        ? element("button", { type: "button", id: "language", className: "quiet", lang: lang === "en" ? "zh-CN" : "en", onclick: turnLanguage }, say("English", "中文"))
        : element("a", { className: "button quiet", id: "save", href: "/verify/offline.html?lang=" + lang, download: "ducha-verify.html" }, say("保存此页(脱机可用)", "Save this page, to use offline"))),
    element("p", { id: "says", className: "note", role: "status" }),
    element("progress", { id: "progress", max: 1, value: 0, hidden: true, ariaLabel: say("核验进度", "progress") }),
    element("div", { id: "results" }),
  ];
  home.replaceChildren(...parts);
  show();
}

function turnLanguage() {
  lang = lang === "en" ? "zh" : "en";
  draw();
  document.getElementById("language").focus();
}

// drop is where files go, by mouse or by keyboard.
function drop() {
  const box = element("div", { className: "drop", id: "drop" },
    element("p", {}, element("label", { htmlFor: "file" }, say("将导出台账(zip)或回执(JSON)拖放到此处,或选择文件:", "Drop an exported trail (zip) or a receipt (JSON) here, or choose files:"))),
    element("p", {}, element("input", { type: "file", id: "file", multiple: true, onchange: (e) => take(e.target.files) })),
    element("p", { className: "note" }, say("可一次放入多份:回执与台账包同放则互相核对;台账公钥(PEM)、信任策略、认证机构证书亦可放入。", "Several at once: receipts are held against a trail dropped with them; a ledger's key (PEM), a policy of witnesses and certificates of authorities may be dropped too.")));
  const over = (on) => (e) => {
    e.preventDefault();
    box.classList.toggle("over", on);
  };
  box.ondragover = over(true);
  box.ondragleave = over(false);
  box.ondrop = (e) => {
    over(false)(e);
    take(e.dataTransfer.files);
  };
  return box;
}

// trust is what the reader knows from elsewhere.
function trust() {
  const field = (id, label, hint, area) => {
    const input = element(area ? "textarea" : "input", { id, value: kept[id], spellcheck: false, autocomplete: "off", oninput: (e) => (kept[id] = e.target.value) });
    input.setAttribute("aria-describedby", id + "-hint " + id + "-fault");
    if (area) input.rows = 3;
    return element("div", { className: "field" }, element("label", { htmlFor: id }, label), input,
      element("p", { id: id + "-hint", className: "note" }, hint), element("p", { id: id + "-fault", className: "fault", hidden: true }));
  };
  return element("details", { className: "noprint", id: "trust", open: [kept.root, kept.key, kept.policy].some((v) => v !== "") },
    element("summary", {}, say("与从别处得知的核对(建议填写)", "Compare with what you know from elsewhere (recommended)")),
    field("root", say("根公钥编号", "Root key id"), say("指挥部公布的 64 位编号。不填则只能说明文件自洽。", "The 64 digits that the headquarters published. Without it a file is only shown to be self-consistent.")),
    field("key", say("台账公钥", "Ledger key"), say("日志公钥(名称+编号+base64)或 PEM。单独核验回执时需要。", "The log's verifier key (name+id+base64) or PEM. A receipt alone needs it."), true),
    field("policy", say("信任策略(见证人)", "Policy of witnesses"), "c2sp.org/tlog-policy", true));
}

async function take(list) {
  kept.files = [];
  kept.results = [];
  for (const file of list) kept.files.push(await sort(file));
  await check();
}

// knows reads the fields; null where one of them is not of its form, which it says there.
function knows() {
  let good = true;
  const read = (id, parse, wrong) => {
    const input = document.getElementById(id);
    const fault = document.getElementById(id + "-fault");
    input.removeAttribute("aria-invalid");
    fault.hidden = true;
    if (kept[id].trim() === "") return null;
    try {
      return parse(kept[id]);
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      good = false;
      document.getElementById("trust").open = true;
      input.setAttribute("aria-invalid", "true");
      fault.textContent = wrong;
      fault.hidden = false;
      input.focus();
      return null;
    }
  };
  const options = {
    root: read("root", rootOf, say("编号须为 64 位十六进制数字", "64 hex digits are wanted")),
    key: read("key", keyOf, say("不是可识别的台账公钥", "no key of a ledger that can be read")),
    policy: read("policy", policyOf, say("不是合格式的信任策略", "no policy in its form")),
  };
  for (const f of kept.files) {
    if (f.kind === "key") options.key ??= f.key;
    if (f.kind === "policy") options.policy ??= f.policy;
    if (f.kind === "authorities") options.authorities = f.authorities;
  }
  return good ? options : null;
}

async function check() {
  const mine = ++turn;
  const options = knows();
  if (!options || kept.files.length === 0) return;
  const says = document.getElementById("says");
  const bar = document.getElementById("progress");
  kept.results = [];
  show();
  says.textContent = say("正在核验……", "Checking…");
  bar.hidden = false;
  home.setAttribute("aria-busy", "true");
  const results = [];
  const progress = (done, all) => {
    document.getElementById("progress").value = all > 0 ? done / all : 0;
    if (mine !== turn) throw new Ended();
  };
  try {
    if (!(await ready())) throw new Fault("browser", "");
    await checkAll(options, results, progress);
  } catch (e) {
    if (e instanceof Ended) return;
    results.splice(0, Infinity, unknownOf(e));
  }
  if (mine !== turn) return;
  kept.results = results;
  home.removeAttribute("aria-busy");
  show();
  document.querySelector("#results .verdict")?.focus();
}

class Ended extends Error {}

// unknownOf: whatever goes wrong in here is no pass.
function unknownOf(e) {
  if (e instanceof Fault && e.rule === "browser") {
    return { kind: "unknown", name: "", zh: "此浏览器不能核验 Ed25519 签名:请换用新版浏览器、以 https 打开或用保存到磁盘的页面,或用 ducha-verify", en: "this browser cannot verify Ed25519: take a newer one, open the page by https or from disk, or use ducha-verify" };
  }
  console.warn(e);
  return { kind: "unknown", name: "", zh: "核验程序出错,什么也没有核验:" + e.message, en: "the verifier failed, and nothing was checked: " + e.message };
}

async function checkAll(options, results, progress) {
  const receipts = kept.files.filter((f) => f.kind === "receipt");
  let fromTrail = null;
  for (const f of kept.files) {
    if (f.kind === "unknown") results.push({ kind: "unknown", name: f.name, zh: "不能识别的文件:" + f.why, en: "not a file that is known here: " + f.why });
    if (f.kind !== "trail") continue;
    const given = receipts.map((r) => r.receipt).filter((r) => r !== null);
    const report = await verifyTrail(f.data, { root: options.root, ledgerKey: options.key?.id, policy: options.policy, authorities: options.authorities, receipts: given, progress });
    report.given = given.length;
    results.push({ kind: "trail", name: f.name, size: f.size, data: f.data, report, compared: options.key !== null });
    const named = report.ok && report.keys.find((k) => k.keyid === report.ledgerKey);
    if (named) fromTrail = publicKey(named.pem);
  }
  for (const f of receipts) {
    const { key, from } = await keyFor(options.key, fromTrail);
    if (!key) results.push({ kind: "unknown", name: f.name, zh: "未给定台账公钥,回执无从核验:请填写台账公钥,或将台账包一同放入", en: "no key of the ledger was given, and a receipt cannot be checked without: fill it in, or drop a trail with it" });
    else results.push({ kind: "receipt", name: f.name, report: await verifyReceipt(f.text, { key, policy: options.policy }), from });
  }
  if (results.length === 0) results.push({ kind: "unknown", name: "", zh: "没有可核验的台账包或回执", en: "no trail and no receipt to check" });
}

// keyFor is the ledger's key and where it is from: given, from a trail that was dropped
// too, or from the server that served the page.
async function keyFor(given, fromTrail) {
  if (given) return { key: given, from: "given" };
  if (fromTrail) return { key: fromTrail, from: "trail" };
  let vkey = home.dataset.key ?? "";
  if (!home.dataset.saved) {
    const answer = await fetch("/tlog/key").catch(() => null);
    vkey = answer?.ok ? await answer.text() : "";
  }
  try {
    return vkey === "" ? { key: null } : { key: keyOf(vkey), from: home.dataset.saved ? "page" : "server" };
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    return { key: null };
  }
}

function show() {
  const makers = { trail: trailResult, receipt: receiptResult, unknown: unknownResult };
  const bar = document.getElementById("progress");
  bar.hidden = home.getAttribute("aria-busy") !== "true";
  document.getElementById("again").disabled = kept.files.length === 0;
  document.getElementById("results").replaceChildren(...kept.results.map((r) => makers[r.kind](r)));
  document.getElementById("says").textContent = kept.results.length > 0 ? say("核验完毕。", "Done.") : "";
}

draw();
