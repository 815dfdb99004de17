import { clear, h } from "./dom.js";

let clock = 0;

// A line at the foot of the window, read out by screen readers; `action` is {label, run}.
export function notice(text, { kind = "done", action = null } = {}) {
  const place = document.getElementById("notices");
  clearTimeout(clock);
  clear(place, h("div", { class: `notice notice-${kind}` }, h("span", {}, text),
    action && h("button", { type: "button", click: () => { clear(place); action.run(); } }, action.label),
    h("button", { type: "button", class: "plain", "aria-label": "Dismiss", click: () => clear(place) }, "×")));
  clock = setTimeout(() => clear(place), kind === "failed" ? 15000 : 8000);
}

export const failed = (error) => notice(error.message ?? String(error), { kind: "failed" });

// Asks in a dialog; resolves to the form's values, or null. Fields: {name, label, value, required, rows, hint}.
export function ask(title, fields, button, explanation = null) {
  return new Promise((resolve) => {
    const form = h("form", { method: "dialog" },
      h("h2", { id: "dialog-title" }, title), explanation && h("p", { class: "quiet" }, explanation),
      fields.map((field) => h("label", {}, h("span", {}, field.label),
        field.rows ? h("textarea", { name: field.name, rows: field.rows, required: field.required }, field.value ?? "")
          : h("input", { name: field.name, value: field.value ?? "", required: field.required, autocomplete: "off" }),
        field.hint && h("small", { class: "quiet" }, field.hint))),
      h("div", { class: "row end" },
        h("button", { type: "button", class: "plain", click: () => dialog.close() }, "Cancel"),
        h("button", { class: "primary", value: "yes" }, button)));
    const dialog = h("dialog", { "aria-labelledby": "dialog-title" }, form);
    let values = null;
    form.addEventListener("submit", () => { values = Object.fromEntries(new FormData(form)); });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    dialog.addEventListener("close", () => { dialog.remove(); resolve(values); });
    document.body.append(dialog);
    dialog.showModal();
    form.querySelector("input, textarea")?.select?.();
  });
}

export function tell(title, ...content) {
  const dialog = h("dialog", { "aria-labelledby": "dialog-title" },
    h("form", { method: "dialog" }, h("h2", { id: "dialog-title" }, title), content,
      h("div", { class: "row end" }, h("button", { class: "primary" }, "Close"))));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
