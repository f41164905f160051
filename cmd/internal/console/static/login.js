// Logs in: asks for a challenge, signs it with the host that this page sees, and hands
// the answer in. The session comes back in a cookie that no script reads.
import { held, leave, open, seal, sit, wrong } from "./key.js";

const form = document.getElementById("login");
const says = document.getElementById("says");
const pem = document.getElementById("pem");
const { lang, next, campaign } = form.dataset;

const kept = await held();
if (kept) {
  document.getElementById("held").hidden = false;
  document.getElementById("heldid").textContent = kept.id.slice(0, 16) + "…";
  form.elements.from.value = "browser";
}
form.hidden = false;
pem.addEventListener("change", () => { form.elements.from.value = "file"; });

async function login() {
  let key = kept;
  if (form.elements.from.value === "file") {
    if (!pem.files.length) throw new Error(lang === "en" ? "choose the key's file" : "请选择密钥文件");
    key = await open(await pem.files[0].text());
  }
  const { challenge } = await (await fetch("/api/v1/session/challenge")).json();
  const envelope = await seal(key, "application/vnd.ducha.login+json", JSON.stringify({ login: campaign, host: location.host, challenge }));
  const answer = await fetch("/api/v1/session", { method: "POST", headers: { "Content-Type": "application/json" }, body: envelope });
  if (!answer.ok) throw new Error(await wrong(answer, lang));
  await leave();
  if (key !== kept) await sit(key);
  location.assign(next);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  says.hidden = true;
  try {
    await login();
  } catch (e) {
    says.textContent = e.message;
    says.hidden = false;
  }
});
