// What the server found wrong, put to people: its answer is an RFC 9457 problem with the
// rule in words, what was found and what would be accepted. The rule's sentence comes
// first, then the details, in the reader's language.
import { element } from "./dom.js";

export class Problem extends Error {
  constructor(status, p, lang) {
    super(lang === "en" ? p.detail : p.says ? `${p.title}:${p.says}` : p.title ?? p.detail);
    Object.assign(this, { status, lang, rule: p.rule ?? "", says: p.says, found: p.found, want: p.want, seen: p.found_zh ?? p.found, right: p.want_zh ?? p.want, cite: p.cite, detail: p.detail });
  }

  /** The problem as it is shown. */
  shown(...also) {
    const say = (zh, en) => this.lang === "en" ? en : zh;
    const plan = this.cite?.startsWith("plan ") ? say("方案", "plan ") + this.cite.slice(5) : "";
    const parts = [element("p", { class: "sentence" }, this.message + (plan && this.lang !== "en" ? `(${plan})` : ""))];
    if (this.lang !== "en" && (this.found || this.want)) {
      parts.push(element("details", { open: "" }, element("summary", {}, "细节"), element("dl", { class: "facts" },
        element("dt", {}, "所见"), element("dd", {}, this.seen ?? ""), element("dt", {}, "应为"), element("dd", {}, this.right ?? ""), element("dt", {}, "规则"), element("dd", {}, element("code", {}, this.rule)))));
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
