// A form made of a kind's JSON Schema, and read back into the data that is signed. Each
// field is a part: { element, read(faults) }; read gives the value, or undefined where
// nothing was said, shows what is wrong and adds it to faults, as [element, words];
// without faults it only reads.

import { element } from "./dom.js";
import { digest, refused, sized } from "./evidence.js";
import { pem } from "./pem.js";

const words = {
  zh: { need: "请填写", choose: "请选择", yes: "是", no: "否", add: "添加", drop: "删除", other: "其他", range: (a, b) => `应在 ${a} 到 ${b} 之间`, whole: "应为整数", number: "应为数字",
    long: (n) => `不得超过 ${n} 字`, pattern: "格式不符", least: (n) => `至少 ${n} 项`, row: "第", optional: "(选填)", none: "无可选项", files: "选择文件,或拖到此处", again: "此文件须重新选择(或删除此项)", more: "摘要、类型、大小", id: "只用字母、数字和连字符,不超过 40 位", digest: "应为 64 位小写十六进制摘要", party: "应为在册主体,如 units/fgw", ref: "应为一条记录的编号", month: "应为年-月,如 2025-03", line: "不得换行,不得只有空白" },
  en: { need: "fill this in", choose: "choose one", yes: "yes", no: "no", add: "add", drop: "remove", other: "other", range: (a, b) => `between ${a} and ${b}`, whole: "a whole number", number: "a number",
    long: (n) => `at most ${n} characters`, pattern: "not of the form that is wanted", least: (n) => `at least ${n}`, row: "no.", optional: "(optional)", none: "nothing to choose", files: "choose files, or drop them here", again: "choose this file again, or remove it", more: "digest, type, size", id: "letters, digits and hyphens, 40 at most", digest: "a digest: 64 lower-case hexadecimal digits", party: "a party such as units/fgw", ref: "the id of a statement", month: "a month such as 2025-03", line: "one line, with something on it" },
};

/** What the words of the format mean. */
export const enums = {
  yellow: ["黄", "yellow"], red: ["红", "red"], monthly: ["月度工作例会", "monthly"], "as-needed": ["调度会", "as needed"], upheld: ["维持", "upheld"], changed: ["变更", "changed"], revoked: ["撤销", "revoked"],
  office: ["指挥部办公室", "office"], commander: ["指挥长", "commander"], "executive-deputy": ["常务副指挥长", "executive deputy"], deputy: ["副指挥长", "deputy"], inspector: ["督查组", "inspector"], authority: ["有权机关", "authority"], auditor: ["审计", "auditor"],
  rank: ["位次", "rank"], ratio: ["比率", "ratio"], "count-per-year": ["年度数量", "count per year"], count: ["数量", "count"], "average-growth": ["年均增长", "average growth"], multiple: ["倍数", "multiple"], exact: ["定值", "exact"],
  "nested-count": ["分层数量", "nested count"], "pass-fail": ["是否达成", "pass or fail"], band: ["区间", "band"], each: ["逐个", "each"], le: ["不高于", "at most"], ge: ["不低于", "at least"], eq: ["等于", "equal to"], gt: ["高于", "over"], in: ["介于", "within"],
  progress: ["进展", "progress"], dispatch: ["调度", "dispatch"], meeting: ["会议", "meeting"], notice: ["通报", "notice"], decision: ["决定", "decision"], other: ["其他", "other"], unknown: ["不明", "unknown"],
  recorded: ["按记录时间", "recorded"], declared: ["按所称时间", "declared"], blue: ["蓝", "blue"], grey: ["灰", "grey"], green: ["绿", "green"], good: ["有效", "good"], expired: ["过期", "expired"],
};

/** Makes the parts of a form: what makes them shares the form's data. */
export class Form {
  constructor(data, files) {
    this.data = data;
    this.files = files; // what of each file of evidence is to be uploaded
    this.w = words[data.lang] ?? words.zh;
    this.count = 0;
  }

  say(zh, en) { return this.data.lang === "en" ? en : zh; }

  label(name, schema) {
    return this.data.lang === "en" || !schema.title ? name.replaceAll("_", " ") : schema.title;
  }

  /** The part of the whole data. */
  whole() { return this.object("", this.data.schema, true, []); }

  part(name, schema, required, path) {
    if (schema.type === "object") return this.nested(name, schema, required, path);
    if (schema.type === "array") return this.array(name, schema, required, path);
    return this.leaf(name, schema, required, path);
  }

  object(name, schema, required, path) {
    const parts = Object.entries(schema.properties ?? {}).map(([n, s]) => [n, this.part(n, s, (schema.required ?? []).includes(n), [...path, n])]);
    return {
      element: element("div", { class: "fields" }, ...parts.map(([, p]) => p.element)),
      parts: Object.fromEntries(parts),
      filled: () => parts.some(([, p]) => p.filled()),
      read: (faults) => {
        const out = {};
        for (const [n, p] of parts) {
          const v = p.read(faults);
          if (v !== undefined) out[n] = v;
        }
        return out;
      },
      set: (v) => { for (const [n, p] of parts) if (v && n in v) p.set(v[n]); },
    };
  }

  /** An object within another: where it is optional, it is said only if something in it is. */
  nested(name, schema, required, path) {
    const inside = this.object(name, schema, true, path);
    const box = element("fieldset", {}, element("legend", {}, this.label(name, schema) + (required ? "" : " " + this.w.optional)), inside.element);
    return { ...inside, element: box, read: (faults) => required || inside.filled() ? inside.read(faults) : undefined };
  }

  array(name, schema, required, path) {
    const key = path.join(".");
    const choices = this.data.choices[key] ?? this.data.refs[key];
    if (choices && schema.items.type === "string") return this.several(name, schema, required, path, choices);
    const files = schema.items.properties?.sha256 !== undefined;
    const rows = [];
    const short = ["date", "boolean", "number", "integer"].some((k) => k === schema.items.format || k === schema.items.type);
    const list = element("ol", { class: short ? "rows short" : "rows" });
    const fault = this.faultOf();
    const changed = () => box.dispatchEvent(new Event("input", { bubbles: true }));
    const add = (value) => {
      const part = files ? this.fileRow(schema.items, path) : this.part(name, { title: schema.title, ...schema.items }, true, path);
      const drop = element("button", { type: "button", class: "quiet", on: { click: () => { rows.splice(rows.indexOf(row), 1); row.element.remove(); changed(); more.focus(); } } }, this.w.drop);
      const row = { part, element: element("li", {}, part.element, drop) };
      rows.push(row);
      list.append(row.element);
      if (value !== undefined) part.set(value);
      return row;
    };
    const more = files ? this.picker(add, rows, changed) : element("button", { type: "button", class: "quiet", on: { click: () => { add().element.querySelector("input, select, textarea")?.focus(); changed(); } } }, this.w.add);
    const box = element("fieldset", { "data-field": key }, element("legend", {}, this.label(name, schema) + (required ? "" : " " + this.w.optional)), list, more, fault);
    for (let i = 0; i < (required && !files ? Math.max(schema.minItems ?? 0, 1) : 0); i++) add();
    return {
      element: box,
      filled: () => rows.length > 0,
      read: (faults) => {
        if (faults) fault.clear();
        const values = rows.map((r) => r.part.read(faults)).filter((v) => v !== undefined);
        if (faults && required && values.length < (schema.minItems ?? 1)) faults.push([more, fault.show(this.w.least(schema.minItems ?? 1))]);
        return values.length || required ? values : undefined;
      },
      set: (values) => {
        for (const r of rows.splice(0)) r.element.remove();
        for (const v of [].concat(values ?? [])) add(v);
      },
    };
  }

  /** A file as it is named: what people say of it first, what was worked out of it folded away. */
  fileRow(schema, path) {
    const whole = this.object("", schema, true, path);
    const folded = ["sha256", "media", "size", "sm3"].map((n) => whole.parts[n].element);
    whole.element.append(element("details", {}, element("summary", {}, this.w.more), ...folded));
    const fault = this.faultOf();
    whole.element.append(fault);
    return { ...whole, read: (faults) => {
      const v = whole.read(faults);
      if (!faults) return v;
      fault.clear();
      if (v.sha256 && !this.files.has(v.sha256)) faults.push([whole.element.querySelector("input"), fault.show(this.w.again)]);
      return v;
    } };
  }

  /** Files of evidence: named with their digests, which are made here. */
  picker(add, rows, changed) {
    const { limits } = this.data;
    const state = element("p", { class: "note", role: "status" });
    const take = async (files) => {
      const wrong = [];
      for (const file of files) {
        const why = refused(file, limits, (zh, en) => this.say(zh, en));
        if (why) {
          wrong.push(`${file.name}: ${why}`);
          continue;
        }
        const sha256 = await digest(file, (done) => { state.textContent = this.say(`计算摘要 ${file.name} ${Math.round(done * 100)}%`, `hashing ${file.name} ${Math.round(done * 100)}%`); }).catch(() => "");
        if (!sha256) {
          wrong.push(`${file.name}: ${this.say("读不出(是文件夹,或已移走)", "cannot be read (a folder, or moved away)")}`);
          continue;
        }
        this.files.set(sha256, file);
        await this.keep?.(sha256, file);
        if (rows.some((r) => r.part.parts.sha256.read(null) === sha256)) continue; // chosen again
        add({ name: file.name.slice(0, 200), sha256, size: file.size, ...(file.type ? { media: file.type } : {}), ...(file.lastModified ? { taken: new Date(file.lastModified + 8 * 3600e3).toISOString().slice(0, 10) } : {}) });
      }
      input.value = "";
      state.textContent = wrong.length ? "" : this.say("已列入,提交后上传", "listed; uploaded once it is submitted");
      fault.clear();
      if (wrong.length) fault.show(wrong.join("\n"));
      changed();
    };
    const input = element("input", { type: "file", multiple: true, id: this.id(), on: { change: () => take([...input.files]) } });
    const fault = this.faultOf();
    const zone = element("div", { class: "drop" }, element("p", {}, element("label", { for: input.id }, this.w.files)), input,
      element("p", { class: "note" }, this.say(`图片、PDF、OFD、办公文档、表格、纯文本、压缩包、音视频;每个不超过 ${sized(limits.bytes)}。摘要在本机计算,记录提交后随即上传原件。`,
        `Pictures, PDF, OFD, office documents, tables, plain text, zip, mp3, mp4; ${sized(limits.bytes)} each at most. Digests are made here; the files follow once the statement is recorded.`)), state, fault);
    zone.addEventListener("dragover", (e) => { e.preventDefault(); zone.classList.add("over"); });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (e) => { e.preventDefault(); zone.classList.remove("over"); take([...e.dataTransfer.files]); });
    return zone;
  }

  /** Several of the ids that there are. */
  several(name, schema, required, path, choices) {
    const fault = this.faultOf();
    const boxes = [];
    const list = element("ul", { class: "choices" });
    const offer = (value, label) => {
      const box = element("input", { type: "checkbox", value, id: this.id() });
      boxes.push(box);
      list.append(element("li", {}, element("label", {}, box, " " + label)));
      return box;
    };
    for (const c of choices) offer(c.value ?? c.id, c.label ?? c.name);
    const box = element("fieldset", { "data-field": path.join(".") }, element("legend", {}, this.label(name, schema) + (required ? "" : " " + this.w.optional)), list, fault);
    if (!choices.length) list.append(element("li", { class: "note" }, this.w.none));
    const more = element("button", { type: "button", class: "quiet", on: { click: () => { const all = !boxes.every((b) => b.checked); for (const b of boxes) b.checked = all; box.dispatchEvent(new Event("input", { bubbles: true })); } } }, this.say("全选/全不选", "all or none"));
    if (boxes.length > 3) box.insertBefore(more, fault);
    return {
      element: box,
      filled: () => boxes.some((b) => b.checked),
      read: (faults) => {
        if (faults) fault.clear();
        const values = boxes.filter((b) => b.checked).map((b) => b.value);
        if (faults && required && values.length < (schema.minItems ?? 1)) faults.push([boxes[0] ?? more, fault.show(this.w.least(schema.minItems ?? 1))]);
        return values.length || required ? values : undefined;
      },
      set: (values) => {
        for (const v of [].concat(values)) (boxes.find((b) => b.value === v) ?? offer(v, v)).checked = true;
      },
    };
  }

  id() { return "field-" + ++this.count; }

  faultOf() {
    const fault = element("p", { class: "fault", id: this.id(), hidden: true });
    fault.clear = () => { fault.hidden = true; };
    fault.show = (text) => { fault.textContent = text; fault.hidden = false; return text; };
    return fault;
  }

  leaf(name, schema, required, path) {
    const input = this.input(schema, required, path);
    const fault = this.faultOf();
    input.id = this.id();
    input.setAttribute("aria-describedby", fault.id);
    if (required) input.required = true; // said to those who listen; what is wrong is said below
    const box = element("div", { class: "field", "data-field": path.join(".") }, element("label", { for: input.id }, this.label(name, schema), required ? "" : element("span", { class: "note" }, " " + this.w.optional)), input, fault);
    if (schema.maxLength > 1000 && /^(public_key|certificate)$/.test(name)) pem(name, input, box, (zh, en) => this.say(zh, en));
    return {
      element: box,
      filled: () => input.value !== "",
      read: (faults) => {
        if (!faults) return this.value(input, schema);
        fault.clear();
        input.removeAttribute("aria-invalid");
        const wrong = this.wrong(input, schema, required);
        if (wrong) {
          faults.push([input, fault.show(wrong)]);
          input.closest("details")?.setAttribute("open", "");
          input.setAttribute("aria-invalid", "true");
        }
        return this.value(input, schema);
      },
      set: (v) => {
        const value = String(v);
        if (input.tagName === "SELECT" && ![...input.options].some((o) => o.value === value)) input.append(element("option", { value }, value));
        input.value = value;
        input.dispatchEvent(new Event("set"));
      },
    };
  }

  input(schema, required, path) {
    const key = path.join(".");
    const choose = (options) => element("select", {}, element("option", { value: "" }, !options.length ? this.w.none : required ? this.w.choose : ""), ...options.map(([v, l]) => element("option", { value: v }, l)));
    if (schema.enum) return choose(schema.enum.map((v) => [v, enums[v] ? this.say(...enums[v]) : v]));
    if (schema.type === "boolean") return choose([["true", this.w.yes], ["false", this.w.no]]);
    const choices = this.data.choices[key] ?? this.data.refs[key];
    if (choices && schema.type === "string") return choose(choices.map((c) => [c.value ?? c.id, c.label ?? `${c.name} (${c.id})`]));
    if (schema.type === "number" || schema.type === "integer") return element("input", { type: "number", step: schema.type === "integer" ? "1" : "any", min: schema.minimum, max: schema.maximum });
    if (schema.format === "date") return element("input", { type: "date" });
    if (schema.pattern?.startsWith("^[0-9]{4}-(0")) return element("input", { type: "month" });
    if ((schema.maxLength ?? 0) > 200) return element("textarea", { rows: "4", maxlength: schema.maxLength });
    return element("input", { type: "text", maxlength: schema.maxLength });
  }

  value(input, schema) {
    const v = schema.type === "string" ? input.value.replaceAll("\r\n", "\n") : input.value;
    if (v === "") return undefined;
    if (schema.type === "boolean") return v === "true";
    if (schema.type === "number" || schema.type === "integer") return Number(v);
    return v;
  }

  wrong(input, schema, required) {
    const v = input.validity;
    if (v.badInput) return this.w.number;
    if (input.value.trim() === "" && (required || input.value !== "")) return input.tagName === "SELECT" ? this.w.choose : this.w.need;
    if (input.value === "") return "";
    if (v.rangeUnderflow || v.rangeOverflow) return this.w.range(schema.minimum ?? "-∞", schema.maximum ?? "∞");
    if (v.stepMismatch) return this.w.whole;
    if (v.tooLong || schema.maxLength && [...input.value].length > schema.maxLength) return this.w.long(schema.maxLength);
    if (schema.pattern && !new RegExp(schema.pattern, "u").test(input.value)) return this.form(schema.pattern);
    return "";
  }

  /** What a pattern wants, in words. */
  form(pattern) {
    const w = this.w;
    for (const [head, words] of [["^[A-Za-z0-9][A-Za-z0-9-]", w.id], ["^[0-9a-f]{64}", w.digest], ["^(root|ledger", w.party], ["^[0-9a-f]{8}-", w.ref], ["^[0-9]{4}-(0", w.month], ["^[^\\p{Cc}", w.line]]) if (pattern.startsWith(head)) return words;
    return w.pattern;
  }
}
