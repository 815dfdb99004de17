import { clear, h } from "./dom.js";
import { get } from "./api.js";
import { failed } from "./dialog.js";
import { bind } from "./keys.js";
import { chips, confidence, number, words } from "./format.js";

const types = ["entity", "relation", "event", "work", "location", "period", "concept", "page_classification", "entity_event", "entity_work", "entity_location",
  "entity_period", "entity_concept", "assertion", "measurement", "state"];
const reasons = ["contradiction", "possible_duplicate", "fuzzy_evidence", "low_confidence"];

const askedFor = (filter) => ({ ...filter, source: filter.source && !filter.source.includes("*") ? `*${filter.source}*` : filter.source });
const filterOf = (search) => Object.fromEntries([...new URLSearchParams(search)].filter(([key, value]) => value && key !== "after"));

// The queue as it was last looked at, with its filter.
export const lastQueue = () => `/review/queue${sessionStorage.getItem("queue") ?? ""}`;

// The first other page that waits there, or null.
export async function nextPage(id) {
  const { pages } = await get("/api/v1/review/queue", { ...askedFor(filterOf(sessionStorage.getItem("queue") ?? "")), limit: 2 });
  return pages.map((page) => Number(page.source_page_id)).find((page) => page !== Number(id)) ?? null;
}

function filterForm(filter) {
  const choice = (name, label, values) => h("label", {}, h("span", {}, label), h("select", { name },
    h("option", { value: "" }, "any"), values.map((value) => h("option", { value, selected: filter[name] === value }, words(value)))));
  const figure = (name, label) => h("label", {}, h("span", {}, label),
    h("input", { name, type: "number", min: 0, max: 1, step: 0.01, value: filter[name] ?? "", inputmode: "decimal" }));
  return h("form", { class: "filters", "aria-label": "Filter the queue" }, choice("type", "Type", types), choice("reason", "Why it waits", reasons),
    figure("min_confidence", "From confidence"), figure("max_confidence", "To"),
    h("label", { class: "grow" }, h("span", {}, "Source"), h("input", { name: "source", value: filter.source ?? "", placeholder: "part of an address" })),
    h("button", {}, "Filter"), Object.keys(filter).length > 0 && h("a", { class: "button plain", href: "/review/queue" }, "Clear"));
}

function row(page) {
  return h("li", {}, h("a", { class: "card queue-row", href: `/review/${Number(page.source_page_id)}` },
    h("span", { class: "grow" }, h("strong", {}, page.title || page.locator || `page ${page.source_page_id}`),
      h("span", { class: "quiet small cut" }, page.locator)),
    h("span", { class: "row" }, chips(page.reasons)),
    h("span", { class: "count" }, number(page.items), h("span", { class: "quiet small" }, page.items === 1 ? " item" : " items")),
    confidence(page.lowest_confidence)));
}

export async function showQueue(main) {
  sessionStorage.setItem("queue", location.search);
  const filter = filterOf(location.search), asked = askedFor(filter);
  const first = await get("/api/v1/review/queue", { ...asked, limit: 25 });
  const list = h("ol", { class: "cards", id: "queue" }, first.pages.map(row));
  const more = h("button", { type: "button" }, "Show more");
  let next = first.next;
  const link = () => { more.hidden = !next; };
  more.addEventListener("click", async () => {
    more.disabled = true; // pressed twice, the same pages would come twice
    try {
      const page = await get("/api/v1/review/queue", { ...asked, limit: 25, after: next });
      next = page.next;
      list.append(...page.pages.map(row));
      link();
    } catch (error) { failed(error); } finally { more.disabled = false; }
  });
  link();
  clear(main, h("div", { class: "title" }, h("div", {}, h("h1", {}, "To review"),
    h("p", { class: "quiet" }, `${first.waiting_is_least ? "More than " : ""}${number(first.waiting)} ${first.waiting === 1 ? "page waits" : "pages wait"}; what matters most stands first`))),
  filterForm(filter),
  first.pages.length ? list : h("p", { class: "empty" }, Object.keys(filter).length ? "Nothing that waits fits this filter." : "Nothing waits. Well done."), more);
  bind([["j", "next page", () => move(1)], ["k", "previous page", () => move(-1)]]);
  function move(step) {
    const links = [...list.querySelectorAll("a.card")];
    const at = links.indexOf(document.activeElement);
    links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
  }
}
