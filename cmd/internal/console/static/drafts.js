// Lists on the page of what may be signed: drafts of whoever is logged in, and files that
// are still to be handed in. Both are in this browser alone.
import { element, shanghai } from "./dom.js";
import { owing } from "./evidence.js";
import * as draft from "./draft.js";

const box = document.getElementById("drafts");

async function show() {
  if (!box?.dataset.party) return;
  const { campaign, party, lang } = box.dataset;
  const say = (zh, en) => lang === "en" ? en : zh;
  const rows = [];
  for (const [name, d] of await draft.of(campaign, party)) {
    const at = shanghai(d.at).slice(0, 16);
    rows.push(element("li", {}, element("a", { href: d.href }, `${d.name} ${d.task || ""}`), " ", element("span", { class: "note" }, at + (d.envelope ? say(" · 已签名,尚无答复", " · signed, not answered") : "")), " ",
      d.envelope ? "" : element("button", { type: "button", class: "quiet", on: { click: async () => { await draft.discard(name); await show(); } } }, say("丢弃", "Throw away"))));
  }
  const files = element("ul", { class: "owing" });
  await owing(files, campaign, party, lang);
  box.replaceChildren(
    ...(rows.length ? [element("h2", {}, say("草稿(只存在本浏览器)", "Drafts (in this browser alone)")), element("ul", { class: "choices" }, ...rows)] : []),
    ...(files.children.length ? [element("h2", {}, say("尚未上传的附件", "Files still to be handed in")), files] : []));
}

await show().catch(() => {}); // a window that keeps nothing has none
