// Files of evidence: their digests are made here, piece by piece, before anything leaves
// this machine; the files follow once the statement that names them is recorded.
import { element } from "./dom.js";
import { Hash } from "./verify/sha256.js";
import { problem } from "./problem.js";
import * as draft from "./draft.js";

/** A size as people say it. */
export function sized(bytes) {
  return bytes < 1024 ? `${bytes} B` : bytes < 1 << 20 ? `${Math.round(bytes / 1024)} KiB` : `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}

// What the names of files that are taken end in.
const endings = /\.(jpe?g|png|gif|webp|tiff?|heic|mp4|mp3|pdf|txt|csv|ofd|zip|docx|xlsx|pptx|doc|xls|ppt)$/i;

/** Why a file will not be taken, or "": the server looks at its bytes again. */
export function refused(file, limits, say) {
  if (!limits.kept) return say("此台账不收附件", "this ledger takes no files");
  if (file.size === 0) return say("文件是空的", "the file is empty");
  if (file.size > limits.bytes) return say(`文件 ${sized(file.size)},超过上限 ${sized(limits.bytes)}`, `${sized(file.size)}, over the bound of ${sized(limits.bytes)}`);
  if (!endings.test(file.name)) return say("须为图片、PDF、OFD、办公文档、表格、纯文本、压缩包或音视频(mp3、mp4)", "a picture, a PDF or OFD, an office document, a table, plain text, a zip, an mp3 or mp4 is taken");
  return "";
}

/** The SHA-256 of a file, which is read in pieces. */
export async function digest(file, progress) {
  const hash = new Hash();
  const reader = file.stream().getReader();
  for (let done = 0; ;) {
    const piece = await reader.read();
    if (piece.done) return [...hash.sum()].map((b) => b.toString(16).padStart(2, "0")).join("");
    hash.add(piece.value);
    progress?.((done += piece.value.length) / file.size);
    await new Promise((resolve) => setTimeout(resolve)); // the page stays at hand
  }
}

/** Hands a file in, with its progress. @returns {Promise<Response-like>} */
function send(sha256, file, progress) {
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest(); // fetch tells nothing of how far it is
    x.open("PUT", "/api/v1/attachments/" + sha256);
    x.setRequestHeader("Ducha-Not-Classified", "yes");
    x.upload.onprogress = (e) => progress(e.loaded / e.total);
    x.onload = () => resolve({ ok: x.status < 300, status: x.status, statusText: x.statusText, json: async () => JSON.parse(x.responseText) });
    x.onerror = x.onabort = () => reject(new TypeError("no answer"));
    x.send(file);
  });
}

/** Hands a file in and shows how that goes, in a list; again when it failed. */
export async function upload(sha256, file, list, lang) {
  const say = (zh, en) => lang === "en" ? en : zh;
  const bar = element("progress", { max: "1", value: "0", "aria-label": file.name });
  const state = element("span", { class: "note" }, say("上传中…", "uploading…"));
  const row = element("li", {}, `${file.name} (${sized(file.size)}) `, bar, " ", state);
  list.append(row);
  let words;
  try {
    const answer = await send(sha256, file, (done) => { bar.value = done; });
    if (answer.ok) {
      bar.remove();
      state.textContent = say("已收存", "kept");
      await draft.paid(sha256).catch(() => {}); // kept all the same
      return;
    }
    words = (await problem(answer, lang)).message;
  } catch {
    words = say("未收到答复", "no answer came");
  }
  bar.remove();
  state.textContent = words + " ";
  state.className = "late";
  row.append(element("button", { type: "button", class: "quiet", on: { click: () => { row.remove(); upload(sha256, file, list, lang); } } }, say("重试", "Try again")));
}

/** What is to be uploaded still, for a party: files that a statement names and the ledger has not. */
export async function owing(list, campaign, party, lang) {
  const say = (zh, en) => lang === "en" ? en : zh;
  for (const [sha256, note] of await draft.debts(campaign, party)) {
    const kept = await draft.file(sha256);
    const row = element("li", {}, `${note.name} `, element("a", { href: "/statements/" + note.id }, say("所附记录", "the statement")), " ");
    const again = (file) => { row.remove(); upload(sha256, file, list, lang); };
    if (kept) row.append(element("button", { type: "button", on: { click: () => again(kept) } }, say("上传", "Upload")));
    else {
      const fault = element("p", { class: "fault", hidden: true });
      const pick = element("input", { type: "file", "aria-label": note.name, on: { change: async () => {
        if (await digest(pick.files[0]) === sha256) return again(pick.files[0]);
        fault.textContent = say("不是原来那个文件:摘要不同", "not that file: its digest is another");
        fault.hidden = false;
      } } });
      row.append(pick, fault);
    }
    list.append(row);
  }
}
