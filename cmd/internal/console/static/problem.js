// What the server found wrong, put to people: its answer is an RFC 9457 problem with the
// rule in words, what was found and what would be accepted. The rule's sentence comes
// first, in the reader's language; the details, which are English, are folded away.
import { element } from "./dom.js";

export class Problem extends Error {
  constructor(status, p, lang) {
    super(lang === "en" ? p.detail : p.says ? `${p.title}:${p.says}` : p.title ?? p.detail);
    Object.assign(this, { status, lang, rule: p.rule ?? "", says: p.says, found: p.found, want: p.want, cite: p.cite, detail: p.detail });
  }

  /** The problem as it is shown. */
  shown(...also) {
    const say = (zh, en) => this.lang === "en" ? en : zh;
    const plan = this.cite?.startsWith("plan ") ? say("方案", "plan ") + this.cite.slice(5) : "";
    const parts = [element("p", { class: "sentence" }, this.message + (plan && this.lang !== "en" ? `(${plan})` : ""))];
    if (this.lang !== "en" && (this.found || this.want)) {
      parts.push(element("details", {}, element("summary", {}, "细节"), element("dl", { class: "facts" },
        element("dt", {}, "所见"), element("dd", { lang: "en" }, this.found ?? ""), element("dt", {}, "应为"), element("dd", { lang: "en" }, this.want ?? ""), element("dt", {}, "规则"), element("dd", {}, element("code", {}, this.rule)))));
    }
    return element("div", {}, ...parts, ...also);
  }
}

/** The problem that an answer tells of. */
export async function problem(answer, lang) {
  const p = await answer.json().catch(() => ({ detail: `${answer.status} ${answer.statusText}` }));
  return new Problem(answer.status, p, lang);
}

/** Shows an error, of the server's or of the page's own, in a box. */
export function tell(box, error, ...also) {
  box.replaceChildren(error instanceof Problem ? error.shown(...also) : element("p", { class: "sentence" }, error.message, ...also));
  box.hidden = false;
}
