// What a field that takes a PEM needs beside it: its file, and, of a public key, the
// fingerprint that is compared with the stamped request.
import { element } from "./dom.js";
import { grouped, publicKey } from "./key.js";

export function pem(name, input, box, say) {
  const file = element("input", { type: "file", accept: ".pem,.pub,.crt,.cer", "aria-label": say("从 PEM 文件填入", "fill in from a PEM file"), on: { change: async () => {
    input.value = (await file.files[0].text()).replaceAll("\r\n", "\n").trim() + "\n";
    input.dispatchEvent(new Event("input", { bubbles: true }));
  } } });
  input.classList.add("pem");
  input.spellcheck = false;
  box.append(element("span", { class: "note" }, say("从 PEM 文件填入 ", "from a PEM file ")), file);
  if (name !== "public_key") return;
  const print = element("output", { class: "fingerprint", for: input.id, id: input.id + "-print" });
  box.append(element("p", { class: "tight note" }, say("由所填公钥算出的指纹,逐组核对:", "The fingerprint of what is filled in; compare it group by group:")), print);
  const show = async () => {
    const key = await publicKey(input.value);
    print.textContent = key ? grouped(key.id) : input.value.trim() === "" ? "—" : say("不是 Ed25519 或 SM2 公钥(BEGIN PUBLIC KEY)", "no Ed25519 or SM2 public key (BEGIN PUBLIC KEY)");
  };
  input.addEventListener("input", show);
  input.addEventListener("set", show);
  show();
}
