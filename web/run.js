import { h } from "./dom.js";
import { get } from "./api.js";
import { failed } from "./dialog.js";
import { number, when, words } from "./format.js";

const textOf = (value) => (value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value));

// One call of the model, in a list; pressed, it shows what was asked and answered.
export function runCard(run) {
  return h("li", {}, h("button", { type: "button", class: "card queue-row", click: () => showRun(run.run_id) }, h("span", { class: "grow" }, words(run.job_type ?? "call"), h("span", { class: "quiet small cut" }, run.model)),
    h("span", { class: "small" }, words(run.outcome ?? "running")), h("span", { class: "quiet small" }, when(run.started_at))));
}

// In a dialog.
export async function showRun(id) {
  try {
    const { run, input, output, error } = await get(`/api/v1/runs/${id}`);
    const answer = output?.content ?? "";
    let pretty = answer;
    try { pretty = JSON.stringify(JSON.parse(answer), null, 2); } catch { /* shown as it came */ }
    const dialog = h("dialog", { class: "wide", "aria-labelledby": "run-title" }, h("form", { method: "dialog" }, h("div", { class: "title" },
      h("h2", { id: "run-title", class: "grow" }, `${words(run.job_type)} · ${run.model}`), h("button", { class: "plain", "aria-label": "Close" }, "×")),
    h("p", { class: "quiet small" }, `${words(run.outcome ?? "running")} · ${number(run.prompt_tokens)} tokens read, ${number(run.completion_tokens)} written · ${run.duration_ms ?? "–"} ms`),
    h("h3", {}, "Answer"), pretty ? h("pre", { tabindex: 0 }, pretty) : h("p", { class: "quiet" }, "Its artifact is not kept any more."),
    (run.refusals ?? []).length > 0 && [h("h3", {}, "Refused by the checks"), h("ul", {}, run.refusals.map((one) => h("li", {}, `${one.items}: ${one.reason}`)))],
    error && [h("h3", {}, "Error"), h("pre", { tabindex: 0 }, String(error.reason ?? ""))],
    h("details", {}, h("summary", {}, "What it was asked"), (input?.messages ?? []).map((message) => [h("h4", {}, String(message.role)), h("pre", { tabindex: 0 }, textOf(message.content))]))));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  } catch (problem) { failed(problem); }
}
