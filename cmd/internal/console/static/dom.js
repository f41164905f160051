// What pages are made of in the browser. Text is only ever put in as text.

/** An element with attributes and children; on has what listens to its events. */
export function element(name, attributes = {}, ...children) {
  const e = document.createElement(name);
  for (const [k, v] of Object.entries(attributes)) {
    if (k === "on") for (const [event, act] of Object.entries(v)) e.addEventListener(event, act);
    else if (v === true) e.setAttribute(k, "");
    else if (v !== false && v !== undefined && v !== null) e.setAttribute(k, v);
  }
  e.append(...children.filter((c) => c !== null && c !== undefined));
  return e;
}

/** A file for saving, made of a text. */
export function saved(name, type, text) {
  const binary = String.fromCharCode(...new TextEncoder().encode(text));
  return { download: name, href: `data:${type};base64,` + btoa(binary) };
}

/** An instant as the clocks of Asia/Shanghai have it, to the second. */
export function shanghai(at) {
  return new Date(new Date(at).valueOf() + 8 * 3600e3).toISOString().slice(0, 19).replace("T", " ");
}
