// Logs in with the key that this browser keeps, or one from a file; the way that was
// used last is the one that is offered first.
import { held, open } from "./key.js";
import { element } from "./dom.js";
import { tell } from "./problem.js";
import { logIn } from "./session.js";

const form = document.getElementById("login");
const says = document.getElementById("says");
const pem = document.getElementById("pem");
const { lang, next, campaign } = form.dataset;
const say = (zh, en) => lang === "en" ? en : zh;
const remembered = "ducha-login"; // browser or file

const kept = await held().catch(() => null);
if (kept) {
  document.getElementById("held").hidden = false;
  document.getElementById("heldid").textContent = kept.id.slice(0, 16) + "…";
  if (localStorage.getItem(remembered) !== "file") form.elements.from.value = "browser";
}
form.hidden = false;
pem.addEventListener("change", () => { form.elements.from.value = "file"; });

async function enter() {
  const from = form.elements.from.value;
  let key = kept;
  if (from === "file") {
    if (!pem.files.length) throw new Error(say("请选择密钥文件", "choose the key's file"));
    key = await open(await pem.files[0].text(), lang);
  }
  await logIn(key, campaign, lang, key === kept);
  localStorage.setItem(remembered, from);
  location.assign(next);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  says.hidden = true;
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    await enter();
  } catch (e) {
    tell(says, e, e.rule === "session.key" ? element("p", {}, element("a", { href: "/welcome" }, say("这把密钥在本台账未登记或已失效:查看登记申请", "This key is not enrolled here, or no more in force: see the request"))) : null);
  } finally {
    button.disabled = false;
  }
});
