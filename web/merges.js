import { clear, h } from "./dom.js";
import { get, mayDecide, post } from "./api.js";
import { ask, failed, notice } from "./dialog.js";
import { when } from "./format.js";
import { comparePair } from "./pair.js";

const link = (entity) => (entity ? h("a", { href: `/entity/${Number(entity.entity_id)}` }, entity.name) : "?");

async function decide(main, pair, decision) {
  const values = decision === "reject" ? await ask("They are two", [{ name: "reason", label: "Reason", required: true, rows: 2 }], "Keep them apart") : { reason: "" };
  if (!values) return;
  try {
    const { decided } = await post("/api/v1/adjudicate", { decision, reason: values.reason, items: [{ item_type: "dedupe_pair", item_id: pair.pair_id, expected_state: "open" }] });
    await showMerges(main);
    notice(decision === "approve" ? "They are one now." : "They stay two.", { action: { label: "Undo", run: () => post(`/api/v1/adjudications/${decided[0].audit_id}/undo`, { reason: "taken back on the list of merges" }).then(() => showMerges(main), failed) } });
  } catch (error) { failed(error); }
}

function pairCard(main, pair) {
  return h("li", { class: "card", "data-pair": pair.pair_id }, comparePair(pair), mayDecide() && h("div", { class: "row end" },
    h("button", { type: "button", click: () => decide(main, pair, "reject") }, "They are two"),
    h("button", { type: "button", class: "primary", click: () => decide(main, pair, "approve") }, "Merge")));
}

function mergeRow(main, merge) {
  const undo = () => post(`/api/v1/merges/${merge.merge_id}/undo`).then(async () => { await showMerges(main); notice("Taken back."); }, failed);
  return h("li", { class: "card row", "data-merge": merge.merge_id }, h("span", { class: "grow" }, link(merge.master), " ← ", merge.duplicates.map((one, index) => [index ? ", " : "", link(one)]),
    h("span", { class: "quiet small cut" }, when(merge.merged_at), ` · ${merge.actor}`, merge.reason && ` · ${merge.reason}`)),
  merge.undone_at ? h("span", { class: "quiet small" }, `taken back by ${merge.undone_by}`) : mayDecide() && h("button", { type: "button", click: undo }, "Undo"));
}

export async function showMerges(main) {
  const [{ pairs }, { merges }] = await Promise.all([get("/api/v1/pairs"), get("/api/v1/merges")]);
  clear(main, h("h1", {}, "Merges"),
    h("section", {}, h("h2", {}, "May be one"), pairs.length ? h("ol", { class: "cards", id: "pairs" }, pairs.map((pair) => pairCard(main, pair))) : h("p", { class: "empty" }, "No pair waits. `almagest dedupe audit` looks for some.")),
    h("section", {}, h("h2", {}, "Merged"), merges.length ? h("ol", { class: "cards", id: "merges" }, merges.map((merge) => mergeRow(main, merge))) : h("p", { class: "empty" }, "Nothing was merged yet.")));
}

