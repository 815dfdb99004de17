import { h } from "./dom.js";
import { bounds, confidence, state, when, words } from "./format.js";
import { comparePair } from "./pair.js";
import { showRun } from "./run.js";

const place = (piece) => h("a", { href: `/review/${Number(piece.source_page_id)}#c${Number(piece.char_start)}` }, piece.title || piece.locator || "page");

function quote(piece, pageId) {
  const elsewhere = Number(piece.source_page_id) !== Number(pageId);
  return h("blockquote", { title: `characters ${piece.char_start}–${piece.char_end}` }, piece.quote ?? "", h("small", { class: "quiet" }, ` ${piece.grounding}`,
    elsewhere && [" · ", place(piece)]));
}

// One of the sides of a contradiction, with what it rests on.
function side(title, item, pieces, pageId) {
  return h("div", { class: "card side" }, h("p", { class: "kicker" }, title), h("p", {}, h("strong", {}, item.label ?? "")),
    pieces.slice(0, 2).map((piece) => quote(piece, pageId)),
    h("p", { class: "row small" }, item.item_type && h("span", { class: "quiet" }, `${item.item_type.replaceAll("_", " ")} ${item.item_id}`), confidence(item.confidence), item.state && state(item.state)));
}

function contradictions(item, own, whole, pageId) {
  const others = whole.conflicts ?? [];
  return others.length > 0 && h("div", { class: "conflicts" }, h("h3", {}, others.length === 1 ? "Another says otherwise" : `${others.length} say otherwise`),
    h("div", { class: "sides" }, side("This", item, own, pageId), others.map((other) => side(other.kind === "date" ? "A passage" : "The other", other, other.evidence ?? [], pageId))));
}

function dependants(whole) {
  const list = whole.dependants ?? [];
  return list.length > 0 && h("details", { class: "small" }, h("summary", {}, `${list.length === 50 ? "50 or more" : list.length} would be rejected with it`),
    h("ul", { class: "plain" }, list.map((one) => h("li", {}, one.label, " ", state(one.state)))));
}

function decisions(whole) {
  return (whole.history ?? []).length > 0 && h("details", { class: "small" }, h("summary", {}, "Decided before"), h("ol", { class: "history" }, whole.history.map((one) =>
    h("li", {}, when(one.decided_at), " ", h("strong", {}, words(one.decision)), ` by ${one.actor}`, one.reason && h("span", { class: "quiet" }, ` – ${one.reason}`)))));
}

// What a person needs to decide about an item; `whole` is /api/v1/items/…, or null while it is on its way, `slice` gives the page's words.
export function drawDetail(item, whole, pageId, slice) {
  if (item.item_type === "dedupe_pair") return h("div", { class: "detail" }, comparePair(item));
  const here = (item.evidence ?? []).slice(0, 6).map((piece) => ({ ...piece, source_page_id: pageId, quote: slice(piece.char_start, piece.char_end) }))
    .map((piece) => ({ ...piece, quote: piece.quote ?? whole?.evidence.find((one) => one.char_start === piece.char_start && Number(one.source_page_id) === Number(pageId))?.quote }));
  const elsewhere = (whole?.evidence ?? []).filter((piece) => Number(piece.source_page_id) !== Number(pageId)).slice(0, 4);
  const runs = [...new Set((item.evidence ?? []).map((piece) => piece.run_id).filter(Boolean))];
  return h("div", { class: "detail" }, bounds(item) && h("p", { class: "small" }, h("span", { class: "quiet" }, "When "), bounds(item)),
    here.map((piece) => quote(piece, pageId)), elsewhere.map((piece) => quote(piece, pageId)),
    whole && [contradictions(item, [...here, ...elsewhere], whole, pageId), dependants(whole), decisions(whole)],
    h("p", { class: "row small" }, (whole?.ends ?? []).map((end) => h("a", { href: `/entity/${Number(end.entity_id)}` }, end.name)),
      runs.slice(0, 3).map((id) => h("button", { type: "button", class: "plain small", click: () => showRun(id) }, "The model’s answer"))));
}
