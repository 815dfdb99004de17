import { clear, h, source } from "./dom.js";
import { get, mayDecide, post } from "./api.js";
import { ask, failed, notice } from "./dialog.js";
import { bounds, chips, confidence, number, state, when, words } from "./format.js";
import { drawText } from "./highlight.js";
import { drawTimeline } from "./timeline.js";
import { bind } from "./keys.js";

// What an override may set: the name that the interface takes, and the column that holds it.
const spans = { start_date: "start_date", end_date: "end_date", start_text: "start_text", end_text: "end_text" };
const editable = {
  entity: { name: "entity_name", type: "entity_type", attributes: "attributes" },
  relation: { type: "relation_type", from: "from_entity_id", to: "to_entity_id", ...spans },
  event: { name: "event_name", type: "event_type", date: "event_date", end_date: "event_end_date", location: "event_location", description: "event_description" },
  work: { name: "work_name", type: "work_type", date: "release_date", canon_status: "canon_status" },
  location: { name: "location_name", type: "location_type" },
  period: { name: "period_name", type: "period_type", ...spans },
  concept: { name: "concept_name", type: "concept_type" },
  page_classification: { type: "primary_type", descriptor: "descriptor_sentence" },
  entity_event: { role: "participation_role", ...spans },
  entity_work: { role: "appearance_type", ...spans },
  entity_location: { role: "location_role", ...spans },
  entity_period: { role: "period_role", ...spans },
  entity_concept: { role: "concept_role", ...spans },
  assertion: { predicate: "predicate", value: "value", ...spans },
  measurement: { predicate: "predicate", value: "value", unit: "unit", ...spans },
  state: { predicate: "predicate", value: "value", ...spans },
};
const keyOf = (item) => `${item.item_type}:${item.item_id}`;

// One page under review: what is shown, which item is current, which are chosen, and what can be undone.
class Desk {
  constructor(main, id) { Object.assign(this, { main, id, current: null, chosen: new Set(), all: false, done: [] }); }

  async load() {
    const found = await get(`/api/v1/review/${this.id}`);
    this.page = found.page;
    this.runs = found.runs ?? [];
    const pairs = found.duplicates.map((pair) => ({ ...pair, item_type: "dedupe_pair", item_id: pair.pair_id, state: "open", confidence: pair.similarity,
      label: `${pair.first.name} = ${pair.second.name}?` }));
    this.items = [...found.items, ...pairs].map((item) => ({ ...item, ...boundsOf(item), key: keyOf(item), waits: Boolean(item.reason) }));
    if (!this.items.some((item) => item.key === this.current)) this.current = (this.items.find((item) => item.waits) ?? this.items[0])?.key ?? null;
    this.chosen = new Set([...this.chosen].filter((key) => this.items.some((item) => item.key === key)));
    document.title = `${this.page.title || "Page"} – Almagest`;
    this.draw();
  }

  get listed() { return this.all || !this.items.some((item) => item.waits) ? this.items : this.items.filter((item) => item.waits || item.key === this.current); }
  find(key) { return this.items.find((item) => item.key === key); }

  draw() {
    const { page } = this, count = this.items.filter((item) => item.waits).length;
    const { element, marks } = drawText(page.text, this.items, (key) => this.choose(key));
    this.marks = marks;
    this.panel = h("aside", { class: "panel", "aria-label": "Extracted items" });
    clear(this.main, h("div", { class: "title" }, h("div", { class: "grow" },
      h("p", { class: "kicker" }, h("a", { href: "/review/queue" }, "Queue"), page.version > 1 && ` · version ${page.version}`),
      h("h1", {}, page.title || "Untitled page"), h("p", { class: "quiet small cut" }, source(page.locator))),
    h("p", { class: "count" }, number(count), h("span", { class: "quiet small" }, count === 1 ? " waits" : " wait"))),
    h("div", { class: "desk" }, h("article", { class: "page", "aria-label": "The page’s text" }, element), this.panel),
    h("section", {}, h("h2", {}, "In time"), drawTimeline(this.items.map((item) => ({ ...item, says: item.label })), (key) => this.choose(key))),
    this.runs.length > 0 && h("section", {}, h("h2", {}, "What the model was asked"), h("ul", { class: "cards" }, this.runs.map(runCard))));
    this.drawPanel();
    this.point(false);
  }

  drawPanel() {
    const tabs = h("div", { class: "row tabs", role: "group", "aria-label": "Which items" },
      [[false, `Waiting ${this.items.filter((item) => item.waits).length}`], [true, `All ${this.items.length}`]].map(([all, label]) =>
        h("button", { type: "button", class: "plain", "aria-pressed": this.all === all, click: () => { this.all = all; this.drawPanel(); this.point(false); } }, label)));
    clear(this.panel, tabs, h("ol", { class: "items" }, this.listed.map((item) => this.row(item))), mayDecide() ? this.bar() : h("p", { class: "quiet small" }, "A reader looks; a reviewer decides."));
  }

  row(item) {
    const current = item.key === this.current;
    return h("li", { class: `item${current ? " current" : ""}`, "data-key": item.key, "data-state": item.state },
      h("div", { class: "row" },
        mayDecide() && h("input", { type: "checkbox", "aria-label": `Choose ${item.label}`, checked: this.chosen.has(item.key), change: (event) => this.mark(item.key, event.target.checked) }),
        h("button", { type: "button", class: "bare grow", "aria-expanded": current, click: () => this.choose(item.key) }, item.label),
        confidence(item.confidence)),
      h("div", { class: "row small" }, h("span", { class: "quiet" }, words(item.item_type)), state(item.state), item.waits && chips([item.reason])),
      current && this.detail(item));
  }

  detail(item) {
    const pieces = item.evidence ?? [], runs = [...new Set(pieces.map((piece) => piece.run_id).filter(Boolean))];
    const row = item.row ?? {};
    const ends = [[item.item_type === "entity" && item.item_id, "Its page"], [row.from_entity_id, "From"], [row.to_entity_id, "To"],
      [item.item_type.startsWith("entity_") && row.entity_id, "The entity"]].filter(([id]) => id);
    return h("div", { class: "detail" }, bounds(item) && h("p", {}, h("span", { class: "quiet" }, "When "), bounds(item)),
      item.item_type === "dedupe_pair" && comparePair(item),
      pieces.map((piece) => h("blockquote", { title: `characters ${piece.char_start}–${piece.char_end}` }, piece.quote ?? "", h("small", { class: "quiet" }, ` ${piece.grounding}`))),
      (item.conflicts ?? []).length > 0 && h("div", { class: "conflicts" }, h("h3", {}, "It contradicts"), h("div", { class: "sides" },
        side("This", item), item.conflicts.map((other) => side("Other", other)))),
      ends.length > 0 && h("p", { class: "row small" }, ends.map(([id, name]) => h("a", { href: `/entity/${Number(id)}` }, name))),
      runs.slice(0, 3).map((id) => h("button", { type: "button", class: "plain small", click: () => showRun(id) }, "The model’s answer")));
  }

  bar() {
    const many = this.chosen.size, suffix = many ? ` ${many}` : "";
    const button = (key, label, kind, run) => h("button", { type: "button", class: kind, "aria-keyshortcuts": key, click: run }, label + suffix, h("kbd", { "aria-hidden": "true" }, key));
    return h("div", { class: "bar", role: "toolbar", "aria-label": "Decide" }, button("a", "Approve", "primary", () => this.approve()),
      button("r", "Reject", "danger", () => this.reject()), h("button", { type: "button", "aria-keyshortcuts": "o", click: () => this.override() }, "Override", h("kbd", { "aria-hidden": "true" }, "o")),
      h("button", { type: "button", class: "plain", "aria-keyshortcuts": "u", disabled: !this.done.length, click: () => this.undo() }, "Undo", h("kbd", { "aria-hidden": "true" }, "u")));
  }

  mark(key, on) { if (on) this.chosen.add(key); else this.chosen.delete(key); this.drawPanel(); this.point(false); }
  choose(key) { this.current = key; this.drawPanel(); this.point(true); }
  move(step) {
    const keys = this.listed.map((item) => item.key), at = keys.indexOf(this.current);
    const next = keys[Math.max(0, Math.min(keys.length - 1, at + step))];
    if (next) this.choose(next);
  }

  point(scroll) {
    for (const mark of this.main.querySelectorAll("mark.current")) mark.classList.remove("current");
    const marks = this.marks.get(this.current) ?? [];
    marks.forEach((mark) => mark.classList.add("current"));
    if (!scroll) return;
    marks[0]?.scrollIntoView({ block: "nearest" });
    this.panel.querySelector(".item.current")?.scrollIntoView({ block: "nearest" });
  }

  targets() { return (this.chosen.size ? [...this.chosen] : [this.current]).map((key) => this.find(key)).filter(Boolean); }

  approve() { return this.decide("approve", this.targets()); }

  async reject() {
    const items = this.targets();
    if (!items.length) return;
    const values = await ask(items.length > 1 ? `Reject ${items.length} items` : `Reject “${items[0].label}”`, [{ name: "reason", label: "Reason", rows: 3, required: true }], "Reject");
    if (values) await this.decide("reject", items, values.reason);
  }

  async override() {
    const item = this.find(this.current);
    if (!item) return;
    const fields = Object.entries(editable[item.item_type] ?? {}).map(([name, column]) => [name, item.row?.[column] ?? null]);
    if (!fields.length) { notice("This kind of item cannot be overridden; approve or reject it."); return; }
    const values = await ask(`Override “${item.label}”`, [...fields.map(([name, value]) => ({ name, label: words(name), value: textOf(value) })),
      { name: "reason", label: "Reason", required: true, rows: 2 }], "Override", "What you change here is kept, and no later run changes it.");
    if (!values) return;
    const changed = Object.fromEntries(fields.filter(([name, old]) => values[name] !== textOf(old)).map(([name, old]) => [name, asKind(values[name], old)]));
    if (Object.keys(changed).length) await this.decide("override", [item], values.reason, changed);
    else notice("Nothing was changed.");
  }

  async decide(decision, items, reason = "", override = null) {
    if (!mayDecide() || !items.length) return;
    try {
      const { decided, refused } = await post(`/api/v1/review/${this.id}/adjudicate`, { decision, reason, override,
        items: items.map(({ item_type: type, item_id: id, state: expected }) => ({ item_type: type, item_id: id, expected_state: expected })) });
      if (decided.length) this.done.push(decided.map((one) => one.audit_id));
      const next = this.after(items);
      this.chosen.clear();
      this.current = next;
      await this.load();
      const label = decided.length === 1 && !refused.length ? `“${items[0].label}”: ${words(decided[0].new_state)}.` : `${decided.length} decided${refused.length ? `, ${refused.length} not: ${refused[0].error}` : ""}.`;
      notice(label, { kind: refused.length ? "failed" : "done", action: decided.length ? { label: "Undo", run: () => this.undo() } : null });
    } catch (error) {
      failed(error);
      if (error.status !== 409) return;
      this.current = this.after(items);
      await this.load();
    }
  }

  after(items) {
    const keys = this.listed.map((item) => item.key), gone = new Set(items.map((item) => item.key));
    const from = keys.indexOf(items[items.length - 1].key);
    return [...keys.slice(from + 1), ...keys.slice(0, from + 1).reverse()].find((key) => !gone.has(key)) ?? this.current;
  }

  async undo() {
    const last = this.done.pop();
    if (!last) { notice("There is nothing to undo here."); return; }
    try {
      for (const id of [...last].reverse()) await post(`/api/v1/adjudications/${id}/undo`, { reason: "taken back on the review page" });
      await this.load();
      notice("Taken back.");
    } catch (error) { failed(error); await this.load(); }
  }
}

const textOf = (value) => (value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value));
function asKind(text, old) {
  if (text === "") return null;
  if (old === null || old === undefined || typeof old === "string") return text;
  try { return JSON.parse(text); } catch { return text; }
}

const boundsOf = ({ row = {} }) => ({ start_date: row.start_date ?? row.event_date ?? row.release_date, end_date: row.end_date ?? row.event_end_date ?? row.release_end_date,
  start_text: row.start_text ?? row.event_date_text ?? row.release_date_text, end_text: row.end_text });

function side(title, item) {
  return h("div", { class: "card" }, h("p", { class: "kicker" }, title), h("p", {}, item.label ?? ""), bounds(item) && h("p", { class: "small" }, bounds(item)),
    (item.evidence ?? []).slice(0, 2).map((piece) => h("blockquote", {}, piece.quote ?? "")),
    h("p", { class: "row small" }, confidence(item.confidence), item.state && state(item.state)));
}

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

function runCard(run) {
  return h("li", {}, h("button", { type: "button", class: "card queue-row", click: () => showRun(run.run_id) }, h("span", { class: "grow" }, words(run.job_type ?? "call"), h("span", { class: "quiet small cut" }, run.model)),
    h("span", { class: "small" }, words(run.outcome ?? "running")), h("span", { class: "quiet small" }, when(run.started_at))));
}

async function showRun(id) {
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

export async function showPage(main, id) {
  const desk = new Desk(main, id);
  await desk.load();
  bind([["j", "next item", () => desk.move(1)], ["k", "previous item", () => desk.move(-1)], ["a", "approve", () => desk.approve()], ["r", "reject, with a reason", () => desk.reject()],
    ["o", "override", () => desk.override()], ["u", "undo", () => desk.undo()], ["x", "choose, to decide several at once", () => desk.mark(desk.current, !desk.chosen.has(desk.current))],
    ["q", "back to the queue", () => location.assign("/review/queue")]]);
  const at = /^#c(\d+)$/.exec(location.hash);
  if (at) [...main.querySelectorAll("mark")].find((mark) => Number(mark.dataset.end) > Number(at[1]))?.scrollIntoView({ block: "center" });
}
