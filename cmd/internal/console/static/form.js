// A form made of a kind's JSON Schema, and read back into the data that is signed. Each
// field is a part: { element, read(faults) }; read gives the value, or undefined where
// nothing was said, and adds to faults what is wrong, as [element, words].

const words = {
  zh: { need: "请填写", choose: "请选择", yes: "是", no: "否", add: "添加", drop: "删除", other: "其他", range: (a, b) => `应在 ${a} 到 ${b} 之间`, whole: "应为整数", number: "应为数字",
    long: (n) => `不得超过 ${n} 字`, pattern: "格式不符", least: (n) => `至少 ${n} 项`, row: "第", optional: "(选填)", none: "无可选项", files: "选择文件,或拖到此处", evidenceNote: "文件在本机计算摘要;记录提交后随即上传原件。" },
  en: { need: "fill this in", choose: "choose one", yes: "yes", no: "no", add: "add", drop: "remove", other: "other", range: (a, b) => `between ${a} and ${b}`, whole: "a whole number", number: "a number",
    long: (n) => `at most ${n} characters`, pattern: "not of the form that is wanted", least: (n) => `at least ${n}`, row: "no.", optional: "(optional)", none: "nothing to choose", files: "choose files, or drop them here", evidenceNote: "Digests are made here; the files are uploaded once the statement is recorded." },
};

const enums = {
  yellow: ["黄牌", "yellow"], red: ["红牌", "red"], monthly: ["月度工作例会", "monthly"], "as-needed": ["调度会", "as needed"], upheld: ["维持", "upheld"], changed: ["变更", "changed"], revoked: ["撤销", "revoked"],
  office: ["指挥部办公室", "office"], commander: ["指挥长", "commander"], "executive-deputy": ["常务副指挥长", "executive deputy"], deputy: ["副指挥长", "deputy"], inspector: ["督查组", "inspector"], authority: ["有权机关", "authority"], auditor: ["审计", "auditor"],
  recorded: ["按记录时间", "recorded"], declared: ["按所称时间", "declared"], blue: ["蓝", "blue"], grey: ["灰", "grey"], green: ["绿", "green"], good: ["有效", "good"], expired: ["过期", "expired"],
};

/** An element with attributes and children; text is only ever put in as text. */
export function element(name, attributes = {}, ...children) {
  const e = document.createElement(name);
  for (const [k, v] of Object.entries(attributes)) {
    if (k === "on") for (const [event, act] of Object.entries(v)) e.addEventListener(event, act);
    else if (v === true) e.setAttribute(k, "");
    else if (v !== false && v !== undefined && v !== null) e.setAttribute(k, v);
  }
  e.append(...children.filter((c) => c !== null && c !== undefined));
  return e;
}

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
    const parts = Object.entries(schema.properties ?? {}).map(([n, s]) => [n, this.part(n, s, required && (schema.required ?? []).includes(n), [...path, n])]);
    const element_ = element("div", { class: "fields" }, ...parts.map(([, p]) => p.element));
    return {
      element: element_,
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
    for (const input of required ? [] : inside.element.querySelectorAll("[required]")) input.required = false;
    const box = element("fieldset", {}, element("legend", {}, this.label(name, schema) + (required ? "" : " " + this.w.optional)), inside.element);
    return { ...inside, element: box, read: (faults) => required || inside.filled() ? inside.read(faults) : undefined };
  }

  array(name, schema, required, path) {
    const key = path.join(".");
    const choices = this.data.choices[key] ?? this.data.refs[key];
    if (choices && schema.items.type === "string") return this.several(name, schema, required, path, choices);
    const rows = [];
    const list = element("ol", { class: "rows" });
    const fault = this.faultOf();
    const add = (value) => {
      const part = this.part(name, schema.items, true, path);
      const drop = element("button", { type: "button", class: "quiet", on: { click: () => { rows.splice(rows.indexOf(row), 1); row.element.remove(); } } }, this.w.drop);
      const row = { part, element: element("li", {}, part.element, drop) };
      rows.push(row);
      list.append(row.element);
      if (value !== undefined) part.set(value);
      return row;
    };
    const more = element("button", { type: "button", class: "quiet", on: { click: () => add().element.querySelector("input, select, textarea")?.focus() } }, this.w.add);
    const box = element("fieldset", { "data-field": key }, element("legend", {}, this.label(name, schema) + (required ? "" : " " + this.w.optional)), list, more, fault);
    if (schema.items.properties?.sha256) box.insertBefore(this.picker(add), more);
    for (let i = 0; i < (required ? Math.max(schema.minItems ?? 0, 1) : 0); i++) add();
    return {
      element: box,
      filled: () => rows.length > 0,
      read: (faults) => {
        fault.clear();
        const values = rows.map((r) => r.part.read(faults)).filter((v) => v !== undefined);
        if (required && values.length < (schema.minItems ?? 1)) faults.push([more, fault.show(this.w.least(schema.minItems ?? 1))]);
        return values.length || required ? values : undefined;
      },
      set: (values) => {
        for (const r of rows.splice(0)) r.element.remove();
        for (const v of [].concat(values)) add(v);
      },
    };
  }

  /** Files of evidence: named with their digests, which are made here. */
  picker(add) {
    const take = async (files) => {
      for (const file of files) {
        const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()))].map((b) => b.toString(16).padStart(2, "0")).join("");
        this.files.set(digest, file);
        add({ name: file.name, sha256: digest, size: file.size, ...(file.type ? { media: file.type } : {}), ...(file.lastModified ? { taken: new Date(file.lastModified + 8 * 3600e3).toISOString().slice(0, 10) } : {}) });
      }
    };
    const input = element("input", { type: "file", multiple: true, "aria-label": this.w.files, on: { change: () => take(input.files) } });
    const zone = element("div", { class: "drop" }, element("p", {}, this.w.files), input, element("p", { class: "note" }, this.w.evidenceNote));
    zone.addEventListener("dragover", (e) => e.preventDefault());
    zone.addEventListener("drop", (e) => { e.preventDefault(); take(e.dataTransfer.files); });
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
    return {
      element: box,
      filled: () => boxes.some((b) => b.checked),
      read: (faults) => {
        fault.clear();
        const values = boxes.filter((b) => b.checked).map((b) => b.value);
        if (required && values.length < (schema.minItems ?? 1)) faults.push([boxes[0] ?? box, fault.show(this.w.least(schema.minItems ?? 1))]);
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
    if (required) input.required = true;
    const box = element("p", { class: "field", "data-field": path.join(".") }, element("label", { for: input.id }, this.label(name, schema), required ? "" : element("span", { class: "note" }, " " + this.w.optional)), input, fault);
    return {
      element: box,
      filled: () => input.value !== "",
      read: (faults) => {
        fault.clear();
        input.removeAttribute("aria-invalid");
        const wrong = this.wrong(input, schema, required && input.required);
        if (wrong) {
          faults.push([input, fault.show(wrong)]);
          input.setAttribute("aria-invalid", "true");
        }
        return this.value(input, schema);
      },
      set: (v) => {
        const value = String(v);
        if (input.tagName === "SELECT" && ![...input.options].some((o) => o.value === value)) input.append(element("option", { value }, value));
        input.value = value;
      },
    };
  }

  input(schema, required, path) {
    const key = path.join(".");
    const choose = (options) => element("select", {}, element("option", { value: "" }, required ? this.w.choose : ""), ...options.map(([v, l]) => element("option", { value: v }, l)));
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
    if (schema.pattern && !new RegExp(schema.pattern, "u").test(input.value)) return this.w.pattern;
    return "";
  }
}
