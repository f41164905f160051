// Results as people read them. All text goes in as text.

import { hex, short } from "./bytes.js";
import { checksOf, verdictOf } from "./checks.js";
import { sha256 } from "./sha256.js";

let lang = "zh";
const say = (zh, en) => (lang === "en" ? en : zh);

// speak sets the language of what is made from now on.
export function speak(l) {
  lang = l;
}

// element makes an element with properties and children, which are elements or text.
export function element(name, properties, ...children) {
  const e = Object.assign(document.createElement(name), properties);
  if (properties.role) e.setAttribute("role", properties.role);
  e.append(...children.filter((c) => c !== null && c !== undefined));
  return e;
}

const time = (at) => (at ? new Date((typeof at === "string" ? Date.parse(at) : at) + 8 * 3600000).toISOString().slice(0, 19).replace("T", " ") : "");

function facts(list) {
  const dl = element("dl", { className: "facts" });
  for (const [name, ...values] of list) {
    if (values.every((v) => v === "" || v === null || v === undefined)) continue;
    dl.append(element("dt", {}, name), element("dd", {}, ...values.map((v) => (v instanceof Node ? v : String(v)))));
  }
  return dl;
}

const code = (text) => element("code", {}, text);

function banner(state, title, ...more) {
  const mark = { good: "✓", self: "✓", bad: "✗", none: "—" }[state];
  return element("div", { className: "verdict " + state, tabIndex: -1, role: "group" },
    element("h2", {}, element("span", { className: "mark", ariaHidden: "true" }, mark + " "), title), ...more.map((m) => element("p", {}, m)));
}

const print = () => element("p", { className: "moves noprint" }, element("button", { type: "button", className: "quiet", onclick: () => window.print() }, say("打印核验结果", "Print this result")));

// trailResult is the result for a trail.
export function trailResult({ name, size, data, report: r, compared }) {
  const v = verdictOf(r);
  const root = r.root === "" ? "" : r.anchored ? say("与所给一致", "as given") : r.findings.some((f) => f.code === "root.other") ? say("与所给不符", "not the one given") : say("未比对:请与指挥部公布的编号逐字比对", "not compared: hold it against what the headquarters published");
  const key = r.ledgerKey === "" ? "" : compared ? (r.findings.some((f) => f.code === "ledger.other") ? say("与所给不符", "not the one given") : say("与所给一致", "as given")) : say("取自文件中的章程", "as the charter in the file names it");
  const witnesses = r.sealed?.cosigned.map((c) => `${c.witness} ${time(c.time)}`).join("、");
  const sealed = r.sealed ? `${r.sealed.size} ${say("条", "entries")}` : "";
  return element("section", { className: "result", ariaLabel: name },
    banner(v.state, say(v.zh, v.en), say("状态未在浏览器中重算,请用 ducha-verify。", "The status was not computed again in the browser: use ducha-verify.")),
    facts([
      [say("文件", "File"), `${name} · ${size} ${say("字节", "bytes")} `, data instanceof Uint8Array ? code("SHA-256 " + hex(sha256(data))) : ""],
      [say("单位", "Unit"), r.unit ? `${lang === "en" && r.nameEN ? r.nameEN : r.name} (${r.unit})` : ""],
      [say("攻坚战", "Campaign"), r.campaign ? `${r.title} (${r.campaign})` : ""],
      [say("记录", "Records"), r.read ? say(`本单位 ${r.count} 条,登记类 ${r.context} 条,其后 ${r.since} 条;有效签名 ${r.signatures} 个`, `${r.count} of the unit, ${r.context} of the registry, ${r.since} since; ${r.signatures} good signatures`) : ""],
      [say("期间", "Period"), r.first ? `${time(r.first)} — ${time(r.last)}` : ""],
      [say("存证", "Attested"), r.attested ? say(`第 ${r.attested.sequence} 条,${time(r.attested.recorded)}`, `record ${r.attested.sequence}, ${time(r.attested.recorded)}`) : ""],
      [say("封存日志", "Sealed log"), sealed],
      [say("见证人", "Witnesses"), witnesses],
      [say("根公钥", "Root key"), r.root ? code(r.root) : "", root && " " + root],
      [say("台账公钥", "Ledger key"), r.ledgerKey ? code(r.ledgerKey) : "", key && " " + key],
    ]),
    checks(r), notesOf(r.notes), print());
}

const states = { good: ["✓", "通过", "passed"], bad: ["✗", "不通过", "failed"], none: ["—", "未核验", "not checked"] };

function checks(report) {
  const body = element("tbody", {});
  for (const c of checksOf(report)) {
    const [mark, zh, en] = states[c.state];
    body.append(element("tr", { className: "check is-" + c.state },
      element("td", { className: "n state" }, element("span", { ariaHidden: "true" }, mark + " "), say(zh, en)),
      element("th", { scope: "row" }, say(c.zh, c.en)),
      element("td", {}, element("p", { className: "note" }, say(...c.means)), findings(c.findings))));
  }
  const more = report.more > 0 ? element("p", {}, say(`另有 ${report.more} 处未列出`, `${report.more} more are not listed`)) : null;
  return element("div", {}, element("table", { className: "checks" },
    element("caption", {}, say("逐项核验", "Check by check")),
    element("thead", {}, element("tr", {}, ...[say("结果", "Result"), say("项目", "Check"), say("说明与发现", "What it means, and what was found")].map((h) => element("th", { scope: "col" }, h)))),
    body), more);
}

const listedMost = 50; // the rest are counted: nobody reads a thousand

function findings(list) {
  if (list.length === 0) return null;
  const ul = element("ul", { className: "findings" }, ...list.slice(0, listedMost).map(findingOf));
  if (list.length > listedMost) ul.append(element("li", {}, say(`另有 ${list.length - listedMost} 处`, `${list.length - listedMost} more`)));
  return ul;
}

function findingOf(f) {
  const where = [f.sequence ? say(`第 ${f.sequence} 条`, `record ${f.sequence}`) : "", f.file ? f.file + (f.line ? ":" + f.line : "") : ""].filter((w) => w !== "").join(" · ");
  const details = [];
  if (f.found) details.push(say("发现:", "found: ") + short(f.found, 300));
  if (f.want) details.push(say("应为:", "want: ") + short(f.want, 300));
  return element("li", {}, element("strong", {}, say(f.zh, f.en) || f.code), where ? " " + where : "", " ", code(f.code),
    ...details.map((d) => element("p", { className: "detail" }, d)));
}

function notesOf(list) {
  if (list.length === 0) return null;
  return element("div", {}, element("h3", {}, say("须知", "To know")),
    element("ul", { className: "notes" }, ...list.map((f) => element("li", {}, say(f.zh, f.en), f.found ? " " : "", f.found ? code(short(f.found, 200)) : ""))));
}

const sources = {
  given: ["所给的台账公钥", "the ledger's key as given"],
  trail: ["同时放入的台账包中的台账公钥", "the ledger's key in the trail that was dropped too"],
  server: ["本服务器公布的台账公钥(请与章程比对)", "the key that this server publishes: compare it with the charter"],
  page: ["保存此页时服务器公布的台账公钥(请与章程比对)", "the key that the server published when this page was saved: compare it with the charter"],
};

const headlines = {
  signed: ["回执属实:台账已签名确认记录该陈述;回执尚无封存证明", "The receipt is good: the ledger signed that it recorded the statement; it holds no proof of sealing"],
  sealed: ["回执属实且已封存:台账签署的日志确含该陈述", "The receipt is good and sealed: the log that the ledger signed holds the statement"],
  invalid: ["回执有问题", "Something is wrong with the receipt"],
};

// receiptResult is the result for a receipt.
export function receiptResult({ name, report: r, from }) {
  const c = r.receipt;
  const state = !r.ok ? "bad" : from === "given" ? "good" : "self";
  return element("section", { className: "result", ariaLabel: name },
    banner(state, say(...headlines[r.status]), say("所信任的:", "What is trusted: ") + say(...sources[from])),
    findings(r.findings),
    facts([
      [say("文件", "File"), name],
      [say("攻坚战", "Campaign"), c?.campaign],
      [say("陈述", "Statement"), c ? `${c.id} ${c.type}` : ""],
      [say("单位", "Unit"), c ? [c.unit, c.task].filter((t) => t !== "").join(" ") : ""],
      [say("记录", "Record"), c ? say(`第 ${c.sequence} 条,${time(c.recorded)},本单位第 ${c.trail_version} 条`, `record ${c.sequence}, ${time(c.recorded)}, number ${c.trail_version} of the unit`) : ""],
      [say("由谁签署", "Signed by"), r.said ? `${r.said.source} ` : "", r.said ? code(r.signedBy) : "", r.said ? say("(该签名由台账受理时核验,此处未核:其公钥不在回执中)", " (the ledger checked that signature when it took the statement in; here it was not: the key is not in a receipt)") : ""],
      [say("封存日志", "Sealed log"), r.sealed ? `${r.sealed.size} ${say("条", "entries")}` : ""],
      [say("见证人", "Witnesses"), r.sealed?.cosigned.map((w) => w.witness).join("、")],
      [say("台账公钥", "Ledger key"), code(r.ledgerKey)],
    ]), print());
}

// unknownResult says that nothing was checked, and why.
export function unknownResult({ name, zh, en }) {
  return element("section", { className: "result", ariaLabel: name || say("未核验", "not checked") }, banner("none", say("未核验", "Not checked"), name ? name + ":" + say(zh, en) : say(zh, en)));
}
