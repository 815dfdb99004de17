import { h } from "./dom.js";
import { words } from "./format.js";

// Two entities that may be one, side by side, and why.
export function comparePair(pair) {
  const one = (entity) => entity && h("div", { class: "card" }, h("p", {}, h("a", { href: `/entity/${Number(entity.entity_id)}` }, entity.name)),
    h("p", { class: "small quiet" }, words(entity.type), ` · ${entity.support} ${entity.support === 1 ? "source" : "sources"}`));
  return h("div", {}, h("div", { class: "sides" }, one(pair.first), one(pair.second)), h("ul", { class: "small" }, reasonsOf(pair).map((text) => h("li", {}, text))));
}

export function reasonsOf(pair) {
  const list = Array.isArray(pair.explanation) ? pair.explanation : [];
  return [pair.reason && words(pair.reason) + (pair.similarity ? `, similarity ${Number(pair.similarity).toFixed(3)}` : ""),
    ...list.map((one) => (typeof one === "string" ? one : [one.kind ?? one.evidence, one.detail].filter(Boolean).map(words).join(": ")))].filter(Boolean);
}
