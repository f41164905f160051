// Opens a session: asks for a challenge, signs it with the host that this page sees, and
// hands the answer in. The session comes back in a cookie that no script reads.
import { leave, seal, sit } from "./key.js";
import { problem } from "./problem.js";

const reach = (url, options, lang) => fetch(url, options).catch(() => { throw new Error(lang === "en" ? "The server was not reached: try again." : "未能连到服务器,请稍后再试。"); });

/** Logs in with a key; one that this browser does not keep is held until log-out. */
export async function logIn(key, campaign, lang, kept) {
  const asked = await reach("/api/v1/session/challenge", {}, lang);
  if (!asked.ok) throw await problem(asked, lang);
  const { challenge } = await asked.json();
  const envelope = await seal(key, "application/vnd.ducha.login+json", JSON.stringify({ login: campaign, host: location.host, challenge }));
  const answer = await reach("/api/v1/session", { method: "POST", headers: { "Content-Type": "application/json" }, body: envelope }, lang);
  if (!answer.ok) throw await problem(answer, lang);
  await leave();
  if (!kept) await sit(key);
}
