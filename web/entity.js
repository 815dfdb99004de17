import { clear, h } from "./dom.js";
import { get, mayDecide, post } from "./api.js";
import { ask, failed, notice } from "./dialog.js";
import { bounds, confidence, number, percent, state, when, words } from "./format.js";
import { drawGraph } from "./graph.js";
import { drawTimeline } from "./timeline.js";

const link = (entity) => h("a", { href: `/entity/${Number(entity.entity_id)}` }, entity.name);

export async function findEntity(name) {
  const { entities } = await get("/api/v1/entities", { name });
  if (entities.length === 1) { location.assign(`/entity/${Number(entities[0].entity_id)}`); return; }
  const main = document.getElementById("main");
  clear(main, h("h1", {}, entities.length ? `${entities.length} are called “${name}”` : `Nobody is called “${name}”`),
    h("p", { class: "quiet" }, "Names and aliases are found in any case, whole."),
    h("ul", { class: "cards" }, entities.map((entity) => h("li", { class: "card row" }, link(entity),
      h("span", { class: "quiet" }, words(entity.type)), state(entity.promotion_state),
      h("span", { class: "quiet" }, `by ${entity.matched_by}, ${entity.support} ${entity.support === 1 ? "source" : "sources"}`)))));
}

export function evidenceList(evidence) {
  return h("ul", { class: "evidence" }, (evidence ?? []).map((piece) => h("li", {},
    h("blockquote", {}, piece.quote ?? ""),
    h("p", { class: "quiet small" }, h("a", { href: `/review/${Number(piece.source_page_id)}#c${Number(piece.char_start)}` }, piece.title || "page"),
      ` · characters ${piece.char_start}–${piece.char_end} · ${piece.grounding} · ${percent(piece.confidence)}`))));
}

function relationRow(relation, name) {
  const out = relation.direction === "out";
  return h("details", { class: "relation" },
    h("summary", {}, h("span", { class: "grow" }, out ? name : link(relation.other), " ", h("em", {}, words(relation.relation_type)), " ",
      out ? link(relation.other) : name),
    h("span", { class: "quiet" }, bounds(relation)), confidence(relation.confidence), state(relation.promotion_state)),
    evidenceList(relation.evidence));
}

function plainTable(caption, heads, rows) {
  return rows.length > 0 && h("section", {}, h("h2", {}, caption), h("div", { class: "scroll" }, h("table", {},
    h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell))))))));
}

async function mergeInto(entity) {
  const values = await ask(`Merge ${entity.name} with others`, [
    { name: "name", label: "The other’s name or id", required: true },
    { name: "reason", label: "Reason", required: true }], "Merge", "The other becomes this one; its names stay as aliases. It can be undone.");
  if (!values) return;
  try {
    const { entities } = await get("/api/v1/entities", { name: values.name });
    const others = entities.filter((one) => one.entity_id !== entity.entity_id && one.promotion_state !== "merged");
    if (others.length !== 1) throw new Error(others.length ? `several are called “${values.name}”; give its id` : `nobody else is called “${values.name}”`);
    const { merge_id: id } = await post("/api/v1/merges", { master_id: entity.entity_id, duplicate_ids: [others[0].entity_id], reason: values.reason });
    notice("Merged.", { action: { label: "Undo", run: () => post(`/api/v1/merges/${id}/undo`).then(() => location.reload(), failed) } });
    await showEntity(document.getElementById("main"), entity.entity_id);
  } catch (error) { failed(error); }
}

export async function showEntity(main, id) {
  const [entity, around] = await Promise.all([get(`/api/v1/entities/${id}`), get(`/api/v1/entities/${id}/neighbourhood`)]);
  document.title = `${entity.name} – Almagest`;
  const relations = entity.relations ?? [];
  clear(main,
    h("div", { class: "title" }, h("div", { class: "grow" }, h("p", { class: "kicker" }, words(entity.type)), h("h1", {}, entity.name),
      h("p", { class: "row quiet" }, state(entity.promotion_state), confidence(entity.confidence),
        `named ${entity.mentions === 1 ? "once" : `${number(entity.mentions)} times`} · ${number(entity.support)} ${entity.support === 1 ? "source" : "sources"}`)),
    mayDecide() && entity.promotion_state !== "merged" && h("button", { type: "button", click: () => mergeInto(entity) }, "Merge…")),
    entity.merged_into && h("p", { class: "banner" }, "This is one with ", link(entity.merged_into), "."),
    entity.aliases.length > 0 && h("p", {}, h("span", { class: "quiet" }, "Also called "),
      entity.aliases.map((alias) => h("span", { class: "chip", title: `${alias.mentions} times` }, alias.name))),
    h("div", { class: "halves" },
      h("section", {}, h("h2", {}, "Around it"), drawGraph(around, entity.entity_id)),
      h("section", {}, h("h2", {}, "In time"), drawTimeline(relations.map((relation) => ({ ...relation,
        label: relation.direction === "out" ? `${words(relation.relation_type)} ${relation.other.name}` : `${relation.other.name} ${words(relation.relation_type)}` }))))),
    h("section", {}, h("h2", {}, `Relations · ${number(relations.length)}`),
      relations.length ? relations.map((relation) => relationRow(relation, entity.name)) : h("p", { class: "quiet" }, "None is known.")),
    plainTable("Facts", ["Predicate", "Value", "When", "Confidence", "State"], (entity.facts ?? []).map((fact) =>
      [words(fact.predicate), fact.value ?? "", bounds(fact), confidence(fact.confidence), state(fact.promotion_state)])),
    plainTable("Appearances", ["In", "Kind", "As", "When", "Confidence"], (entity.appearances ?? []).map((one) =>
      [one.name, words(one.type === "unknown" ? one.family : one.type), words(one.role), bounds(one), confidence(one.confidence)])),
    plainTable("Attributes", ["Name", "Value"], Object.entries(entity.attributes ?? {}).map(([key, value]) =>
      [words(key), typeof value === "string" ? value : JSON.stringify(value)])),
    h("section", {}, h("h2", {}, `Where it is named · ${entity.evidence.length}`), evidenceList(entity.evidence)),
    h("section", {}, h("h2", {}, "History"), h("ol", { class: "history" }, entity.history.map((step) => h("li", {}, when(step.at), " ",
      h("strong", {}, words(step.what)), step.who && ` by ${step.who}`, step.detail && h("span", { class: "quiet" }, ` – ${step.detail}`),
      step.why && h("blockquote", {}, step.why))))));
}

