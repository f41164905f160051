// What will be signed, in words: names beside ids, days as days, and what each statement
// that is named says. The exact bytes stand below it.
import { element } from "./dom.js";
import { enums } from "./form.js";
import { grouped, publicKey, sha256 } from "./key.js";

/** A day with its weekday, in the reader's language. */
function day(value, lang) {
  const d = new Date(value + "T00:00:00Z");
  if (Number.isNaN(d.valueOf())) return value;
  return d.toLocaleDateString(lang === "en" ? "en-GB" : "zh-CN", { timeZone: "UTC", year: "numeric", month: "long", day: "numeric", weekday: "short" });
}

/** What a value means to people. */
function meaning(data, value, schema, key) {
  const say = (zh, en) => data.lang === "en" ? en : zh;
  const beside = (words, more) => say(`${words}(${more})`, `${words} (${more})`);
  if (value === true) return say("是", "yes");
  if (value === false) return say("否", "no");
  if (typeof value !== "string") return String(value);
  if (schema?.enum && enums[value]) return say(...enums[value]);
  if (schema?.format === "date") return beside(value, day(value, data.lang));
  const chosen = (data.refs[key] ?? data.choices[key] ?? []).find((c) => (c.value ?? c.id) === value);
  if (chosen) return chosen.label ?? beside(chosen.name, chosen.id);
  if (schema?.pattern && !schema.maxLength && data.names[value]) return beside(data.names[value], value);
  return value;
}

/** The lines of a body, as [label, text], with the rows of a list numbered. */
async function lines(data, body) {
  const out = [];
  const walk = async (value, schema, label, path) => {
    if (Array.isArray(value)) {
      for (const [i, v] of value.entries()) await walk(v, schema?.items, value.length > 1 || typeof v === "object" ? `${label} ${i + 1}` : label, path);
    } else if (value && typeof value === "object") {
      for (const [n, v] of Object.entries(value)) {
        const s = schema?.properties?.[n];
        const name = data.lang === "en" || !s?.title ? n.replaceAll("_", " ") : s.title;
        await walk(v, s, path.length ? `${label} · ${name}` : name, [...path, n]);
      }
    } else {
      out.push([label, meaning(data, value, schema, path.join("."))]);
      const key = path.at(-1) === "public_key" && await publicKey(value);
      if (key) out.push([data.lang === "en" ? "fingerprint" : "公钥指纹", grouped(key.id)]);
    }
  };
  await walk(body, data.schema, "", []);
  return out;
}

/** Puts a statement before whoever is to sign it. */
export async function preview(data, payload) {
  const s = JSON.parse(payload);
  const say = (zh, en) => data.lang === "en" ? en : zh;
  const of = s.subject.startsWith("tasks/") ? `${say("任务", "task")} ${s.subject.slice(6)} ${data.names[s.subject.slice(6)] ?? ""}`.trim() : s.subject === "campaign" ? say("本攻坚战", "the campaign") : data.names[s.unit] ?? s.unit;
  const at = s.time.replace("T", " ").slice(0, 16);
  document.getElementById("sentence").replaceChildren(
    element("p", {}, say(`${data.speaks}(${data.party})就${of}提交「${data.name}」,记在${data.names[s.unit] ?? s.unit}名下;所称时间 ${at},签署时所见至第 ${s.basis} 条。`,
      `${data.speaks} (${data.party}) says ${data.kind} of ${of}, on the trail of ${data.names[s.unit] ?? s.unit}, at ${at}, having seen record ${s.basis}.`)),
    element("dl", { class: "facts said" }, ...(await lines(data, s.data)).flatMap(([label, text]) => [element("dt", {}, label), element("dd", {}, text)])));
  document.getElementById("payload").textContent = payload;
  document.getElementById("payload-digest").textContent = await sha256(new TextEncoder().encode(payload));
}
