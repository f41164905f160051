// What the ledger answered: the receipt, to be kept, and the files that follow.
import { element, saved, shanghai } from "./dom.js";
import { upload } from "./evidence.js";
import * as draft from "./draft.js";

/** Shows the receipt, hands the files in, and gives the sealed receipt once there is one. */
export async function recorded(data, given, files, names) {
  const say = (zh, en) => data.lang === "en" ? en : zh;
  const link = (r) => element("a", { id: "save", class: "button", ...saved(`receipt-${r.sequence}.json`, "application/json", JSON.stringify(r)) }, say("保存回执", "Save the receipt"));
  const state = element("p", { id: "sealed-state", role: "status" }, say("已签名,等待封存…", "signed; waiting for the seal…"));
  let kept = link(given);
  const moves = element("p", { class: "moves" }, kept, element("a", { class: "button quiet", href: "/statements/" + given.id }, say("查看此记录", "See the statement")), element("a", { class: "button quiet", href: "/submit" }, say("继续报送", "Submit more")));
  const uploads = element("ul", { id: "uploads" });
  const at = shanghai(given.recorded);
  document.getElementById("receipt-body").replaceChildren(
    element("p", { class: "good" }, say(`已记录为第 ${given.sequence} 条,记录时间 ${at}。请保存回执:凭它可随时证明已报送。`, `Recorded as ${given.sequence} at ${at}. Keep the receipt: it proves at any time that you said so.`)),
    state, moves, ...(files.size ? [element("h3", {}, say("附件", "Files")), uploads] : []));
  document.getElementById("receipt").hidden = false;
  document.getElementById("receipt-title").focus();
  for (const [sha256, file] of files) {
    await draft.owed(sha256, { campaign: data.campaign, party: data.party, id: given.id, name: names.get(sha256) ?? file.name });
    upload(sha256, file, uploads, data.lang);
  }
  const sealed = await fetch(`/api/v1/statements/${given.id}/receipt?wait=sealed`).then((answer) => answer.ok ? answer.json() : null).catch(() => null);
  state.textContent = sealed?.sealed ? say("已签名并封存", "signed and sealed") : say("已签名;封存回执尚未取得,稍后可在此记录的页面下载", "signed; the sealed receipt has not come yet: it can be had from the statement's page");
  if (!sealed) return;
  const focused = document.activeElement === kept;
  const next = link(sealed);
  kept.replaceWith(next);
  kept = next;
  if (focused) next.focus();
}
