import { clear, h } from "./dom.js";
import { get, mayDecide, post } from "./api.js";
import { ask, failed, notice } from "./dialog.js";
import { number, state, when, words } from "./format.js";

async function decide(main, proposal, decision) {
  const values = await ask(decision === "approve" ? `Make a table for “${proposal.name}”` : `Reject “${proposal.name}”`,
    [{ name: "reason", label: "Reason", required: decision === "reject", rows: 2 }], decision === "approve" ? "Approve" : "Reject",
    decision === "approve" ? "The table is made with the standard columns, and the rows that wait move into it." : null);
  if (!values) return;
  try {
    const { decided } = await post("/api/v1/adjudicate", { decision, reason: values.reason, items: [{ item_type: "schema_proposal", item_id: proposal.proposal_id, expected_state: proposal.state }] });
    await showProposals(main);
    notice(`“${proposal.name}”: ${words(decided[0].new_state)}.`, { action: decision === "reject" ? { label: "Undo",
      run: () => post(`/api/v1/adjudications/${decided[0].audit_id}/undo`, { reason: "taken back on the list of proposals" }).then(() => showProposals(main), failed) } : null });
  } catch (error) { failed(error); }
}

function card(main, proposal) {
  const fields = Array.isArray(proposal.columns) ? proposal.columns : [];
  return h("li", { class: "card", "data-proposal": proposal.proposal_id }, h("div", { class: "title" }, h("div", { class: "grow" }, h("h2", {}, proposal.name), h("p", { class: "row quiet" },
    state(proposal.state), `${number(proposal.evidence_count)} items wait`, proposal.first_seen_at && [" · since ", when(proposal.first_seen_at)])),
  mayDecide() && proposal.open && h("div", { class: "row" }, h("button", { type: "button", click: () => decide(main, proposal, "reject") }, "Reject"),
    h("button", { type: "button", class: "primary", click: () => decide(main, proposal, "approve") }, "Approve"))),
  fields.length > 0 && h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ["Column", "Kind", "Seen"].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, fields.map((one) => h("tr", {}, h("td", {}, one.name), h("td", {}, one.type), h("td", { class: "figure" }, one.seen === undefined ? "" : number(one.seen))))))),
  (proposal.samples ?? []).map((sample) => h("blockquote", {}, sample)));
}

export async function showProposals(main) {
  const { available, proposals } = await get("/api/v1/proposals");
  clear(main, h("h1", {}, "Proposed tables"), h("p", { class: "quiet" }, "What pages say and no table holds yet waits as a proposal."),
    !available ? h("p", { class: "empty" }, "This database does not collect proposals yet.")
      : proposals.length ? h("ol", { class: "cards", id: "proposals" }, proposals.map((proposal) => card(main, proposal))) : h("p", { class: "empty" }, "Nothing is proposed."));
}
