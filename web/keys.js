import { h } from "./dom.js";
import { tell } from "./dialog.js";

const everywhere = [["/", "find an entity"], ["?", "show these keys"]];
let bound = new Map();

// [[key, what it does, function]…] of the screen that is shown; the keys of the one before are forgotten.
export function bind(list) {
  bound = new Map(list.map(([key, label, run]) => [key, { label, run }]));
}

export function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest?.("input:not([type=checkbox]), textarea, select")) return;
    if (event.key === "?") { show(); event.preventDefault(); return; }
    if (event.key === "/") { document.getElementById("find")?.focus(); event.preventDefault(); return; }
    const found = bound.get(event.key);
    if (!found) return;
    event.preventDefault();
    found.run();
  });
}

export function show() {
  const rows = [...[...bound].map(([key, { label }]) => [key, label]), ...everywhere];
  tell("Keys", h("dl", { class: "keys" }, rows.map(([key, label]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, label)])));
}
