import { clear, h } from "./dom.js";
import { get, mayDecide, post } from "./api.js";
import { ask, failed, notice } from "./dialog.js";
import { number, state, when, words } from "./format.js";

async function decide(main, proposal, decision) {
  const approves = decision === "approve";
  const values = await ask(approves ? `Make a table for “${words(proposal.family)}”` : `Reject “${words(proposal.family)}”`, [
    ...(approves ? [{ name: "table", label: "Table", value: proposal.name, required: true }] : []),
    { name: "reason", label: "Reason", required: !approves, rows: 2 }], approves ? "Approve" : "Reject",
  approves ? "The table is made with the standard columns, and what waits moves into it." : "What waits stays where it is, and the table is not proposed again.");
  if (!values) return;
  // Another name than the proposed one says what is right instead.
  const named = approves && values.table !== proposal.name;
  try {
    const { decided } = await post("/api/v1/adjudicate", { decision: named ? "override" : decision, override: named ? { table: values.table } : null, reason: values.reason,
      items: [{ item_type: "schema_proposal", item_id: proposal.proposal_id, expected_state: proposal.state }] });
    await showProposals(main);
    notice(`“${words(proposal.family)}”: ${words(decided[0].new_state)}.`);
  } catch (error) { failed(error); }
}

function card(main, proposal) {
  const fields = Object.entries(proposal.fields ?? {});
  return h("li", { class: "card", "data-proposal": proposal.proposal_id }, h("div", { class: "title" }, h("div", { class: "grow" },
    h("p", { class: "kicker" }, words(proposal.kind)), h("h2", {}, words(proposal.family)),
    h("p", { class: "row quiet" }, state(proposal.state), `${number(proposal.items)} ${proposal.items === 1 ? "item waits" : "items wait"} · ${number(proposal.support)} ${proposal.support === 1 ? "page" : "pages"} · since`, when(proposal.recorded_at))),
  mayDecide() && proposal.open && h("div", { class: "row" }, h("button", { type: "button", click: () => decide(main, proposal, "reject") }, "Reject"),
    h("button", { type: "button", class: "primary", disabled: Boolean(proposal.cannot_be_made), click: () => decide(main, proposal, "approve") }, "Approve"))),
  proposal.cannot_be_made && h("p", { class: "banner" }, proposal.cannot_be_made),
  proposal.actor && h("p", { class: "quiet" }, `by ${proposal.actor}${proposal.reason ? `: ${proposal.reason}` : ""}`),
  proposal.samples.length > 0 && h("p", {}, h("span", { class: "quiet" }, "Such as "), proposal.samples.map((sample) => h("span", { class: "chip" }, sample ?? "?"))),
  fields.length > 0 && h("p", {}, h("span", { class: "quiet" }, "With "), fields.map(([name, kind]) => h("span", { class: "chip" }, `${words(name)}: ${[].concat(kind).join(" or ")}`))),
  proposal.would_make && h("details", {}, h("summary", {}, "What approving makes"), h("pre", { tabindex: 0 }, proposal.would_make)));
}

export async function showProposals(main) {
  const { available, proposals } = await get("/api/v1/proposals");
  clear(main, h("h1", {}, "Proposed tables"), h("p", { class: "quiet" }, "What pages say and no table holds yet waits as a proposal."),
    !available ? h("p", { class: "empty" }, "This database does not collect proposals yet.")
      : proposals.length ? h("ol", { class: "cards", id: "proposals" }, proposals.map((proposal) => card(main, proposal))) : h("p", { class: "empty" }, "Nothing is proposed."));
}
