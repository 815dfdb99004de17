import { clear, h, source } from "./dom.js";
import { get, mayDecide, post } from "./api.js";
import { ask, failed, notice } from "./dialog.js";
import { number, words } from "./format.js";
import { drawDetail } from "./detail.js";
import { ItemList } from "./items.js";
import { askOverride, canOverride } from "./override.js";
import { drawTimeline } from "./timeline.js";
import { runCard } from "./run.js";
import { TextView } from "./text.js";
import { lastQueue, nextPage } from "./queue.js";
import { bind } from "./keys.js";

const MOST = 200; // items of one request
const keyOf = (item) => `${item.item_type}:${item.item_id}`;
const plural = (count, one, many) => (count === 1 ? one : many);

// One page under review: what is shown, which item is current, which are chosen, and what can be undone.
class Desk {
  constructor(main, id) { Object.assign(this, { main, id, current: null, chosen: new Set(), all: false, done: [], known: new Map() }); }

  async load() {
    const found = await get(`/api/v1/review/${this.id}`);
    this.runs = found.runs ?? [];
    const pairs = found.duplicates.map((pair) => ({ ...pair, item_type: "dedupe_pair", item_id: pair.pair_id, state: "open", confidence: pair.similarity,
      label: `${pair.first.name} = ${pair.second.name}?` }));
    this.items = [...found.items, ...pairs].map((item) => ({ ...item, ...item.bounds, key: keyOf(item), waits: Boolean(item.reason) }));
    this.known.clear();
    if (!this.find(this.current)) this.current = (this.items.find((item) => item.waits) ?? this.items[0])?.key ?? null;
    this.chosen = new Set([...this.chosen].filter((key) => this.find(key)));
    if (!this.page) this.open(found.page);
    await this.text.show(this.items);
    this.draw();
  }

  open(page) {
    this.page = page;
    document.title = `${page.title || "Page"} – Almagest`;
    this.text = new TextView(page, (key) => this.choose(key));
    this.list = new ItemList({ choose: (key) => this.choose(key), mark: (key, on) => this.mark(key, on), isChosen: (key) => this.chosen.has(key),
      mayDecide: mayDecide(), detail: (item) => this.detail(item) });
    this.waiting = h("p", { class: "count" });
    this.tabs = h("div", { class: "row tabs", role: "group", "aria-label": "Which items" });
    this.over = h("div", { class: "over" });
    this.bar = h("div", { class: "bar", role: "toolbar", "aria-label": "Decide" });
    this.below = h("div", {});
    clear(this.main, h("div", { class: "title" }, h("div", { class: "grow" },
      h("p", { class: "kicker" }, h("a", { href: lastQueue() }, "Queue"), page.version > 1 && ` · version ${page.version}`),
      h("h1", {}, page.title || "Untitled page"), h("p", { class: "quiet small cut" }, source(page.locator))), this.waiting),
    h("div", { class: "desk" }, h("article", { class: "page", "aria-label": "The page’s text" }, this.text.element),
      h("aside", { class: "panel", "aria-label": "Extracted items" }, this.tabs, this.over, this.list.element,
        mayDecide() ? this.bar : h("p", { class: "quiet small" }, "A reader looks; a reviewer decides."))),
    this.below);
  }

  get listed() { return this.all || !this.items.some((item) => item.waits) ? this.items : this.items.filter((item) => item.waits || item.key === this.current); }
  find(key) { return this.items.find((item) => item.key === key); }

  draw() {
    const count = this.items.filter((item) => item.waits).length;
    clear(this.waiting, number(count), h("span", { class: "quiet small" }, plural(count, " waits", " wait")));
    clear(this.tabs, [[false, `Waiting ${number(count)}`], [true, `All ${number(this.items.length)}`]].map(([all, label]) =>
      h("button", { type: "button", class: "plain", "aria-pressed": this.all === all, click: () => { this.all = all; this.draw(); } }, label)));
    clear(this.over, !count && h("p", { class: "empty small" }, this.items.length ? "Nothing waits here any more. " : "Nothing was extracted here. ",
      h("button", { type: "button", class: "primary", "aria-keyshortcuts": "n", click: () => this.onward() }, "Next page", h("kbd", { "aria-hidden": "true" }, "n"))));
    this.drawBar();
    this.list.show(this.listed, this.current);
    this.text.point(this.current, false);
    this.list.rows.get(this.current)?.scrollIntoView({ block: "nearest" });
    this.know(this.current);
    clear(this.below, h("section", {}, h("h2", {}, "In time"), drawTimeline(this.items.map((item) => ({ ...item, says: item.label })), (key) => this.choose(key))),
      this.runs.length > 0 && h("section", {}, h("h2", {}, "What the model was asked"), h("ul", { class: "cards" }, this.runs.slice(0, 40).map(runCard)),
        this.runs.length > 40 && h("p", { class: "quiet small" }, `The first 40 of ${number(this.runs.length)} calls.`)));
  }

  drawBar() {
    const many = this.chosen.size, suffix = many ? ` ${many}` : "", none = !this.current;
    const button = (key, label, kind, run, disabled = none) => h("button", { type: "button", class: kind, "aria-keyshortcuts": key, disabled, click: run }, label, h("kbd", { "aria-hidden": "true" }, key));
    const held = this.bar.contains(document.activeElement) ? document.activeElement.getAttribute("aria-keyshortcuts") : null;
    clear(this.bar, button("a", `Approve${suffix}`, "primary", () => this.approve()), button("r", `Reject${suffix}`, "danger", () => this.reject()),
      button("o", "Override", null, () => this.override()), button("u", "Undo", "plain", () => this.undo(), !this.done.length));
    if (held) this.bar.querySelector(`[aria-keyshortcuts="${held}"]`)?.focus({ preventScroll: true });
  }

  detail(item) { return drawDetail(item, this.known.get(item.key) ?? null, this.id, (start, end) => this.text.slice(start, end)); }

  // Asks for the rest of an item; resolves to it, or to null where there is none.
  async know(key) {
    const item = this.find(key);
    if (!item || item.item_type === "dedupe_pair") return null;
    if (this.known.has(key)) return this.known.get(key);
    try {
      const whole = await get(`/api/v1/items/${item.item_type}/${item.item_id}`);
      this.known.set(key, whole);
      if (this.current === key) this.list.redraw(key);
      return whole;
    } catch (error) { failed(error); return null; }
  }

  mark(key, on) {
    if (!key) return;
    if (on) this.chosen.add(key); else this.chosen.delete(key);
    this.list.redraw(key);
    this.drawBar();
  }

  markAll() {
    const all = this.listed.filter((item) => item.waits), on = all.some((item) => !this.chosen.has(item.key));
    this.chosen = new Set(on ? all.map((item) => item.key) : []);
    this.list.show(this.listed, this.current);
    this.drawBar();
  }

  choose(key) {
    this.current = key;
    if (!this.listed.some((item) => item.key === this.list.current)) this.list.show(this.listed, key); // what is decided leaves the list
    else if (!this.list.items.some((item) => item.key === key)) this.list.show(this.listed, key);
    this.list.point(key);
    this.text.point(key, true);
    this.know(key);
  }

  move(step) {
    const keys = this.listed.map((item) => item.key), at = keys.indexOf(this.current);
    const next = keys[Math.max(0, Math.min(keys.length - 1, at + step))];
    if (next && next !== this.current) this.choose(next);
  }

  targets() { return (this.chosen.size ? [...this.chosen] : [this.current]).map((key) => this.find(key)).filter(Boolean); }

  approve() { return this.decide("approve", this.targets()); }

  async reject() {
    const items = this.targets();
    if (!items.length) return;
    const whole = items.length === 1 ? await this.know(items[0].key) : null, count = whole?.dependants?.length ?? 0;
    const values = await ask(items.length > 1 ? `Reject ${items.length} items` : `Reject “${items[0].label}”`, [{ name: "reason", label: "Reason", rows: 3, required: true }], "Reject",
      count ? `${count === 50 ? "50 or more items that rest" : plural(count, "One item that rests", `${count} items that rest`)} on it will be rejected with it; undo brings all back.` : null);
    if (values) await this.decide("reject", items, values.reason);
  }

  async override() {
    const item = this.find(this.current);
    if (!item) return;
    if (!canOverride(item)) { notice("This kind of item cannot be overridden; approve or reject it."); return; }
    const whole = await this.know(item.key), said = whole && await askOverride(item, whole.row ?? {});
    if (!said) return;
    if (Object.keys(said.changed).length) await this.decide("override", [item], said.reason, said.changed);
    else notice("Nothing was changed.");
  }

  async decide(decision, items, reason = "", override = null) {
    if (!mayDecide() || !items.length || this.busy) return;
    this.busy = true;
    const next = this.after(items);
    try {
      const decided = [], refused = [];
      let told = null;
      for (let at = 0; at < items.length; at += MOST) {
        try {
          const answer = await post(`/api/v1/review/${this.id}/adjudicate`, { decision, reason, override,
            items: items.slice(at, at + MOST).map(({ item_type: type, item_id: id, state: expected }) => ({ item_type: type, item_id: id, expected_state: expected })) });
          decided.push(...answer.decided);
          refused.push(...answer.refused);
        } catch (error) {
          if (!error.document?.refused) throw error;
          refused.push(...error.document.refused);
          told = error;
        }
      }
      if (decided.length) this.done.push(decided.map((one) => one.audit_id));
      this.chosen.clear();
      this.current = next;
      if (decision === "override" || refused.length || items.some((item) => item.item_type === "dedupe_pair")) await this.load();
      else await this.take(decided);
      this.tell(items, decided, refused, told);
    } catch (error) { failed(error); } finally { this.busy = false; }
  }

  tell(items, decided, refused, told) {
    if (!decided.length) { failed(told ?? new Error(refused[0].error)); return; }
    const with_it = decided.reduce((count, one) => count + (one.with_it?.length ?? 0), 0);
    const label = decided.length === 1 && !refused.length ? `“${items[0].label}”: ${words(decided[0].new_state)}` : `${decided.length} decided${refused.length ? `, ${refused.length} not: ${refused[0].error}` : ""}`;
    notice(`${label}${with_it ? `, and ${with_it} with ${plural(decided.length, "it", "them")}` : ""}.`, { kind: refused.length ? "failed" : "done", action: { label: "Undo", run: () => this.undo() } });
  }

  // What was decided, and what went with it, without reading the page anew.
  async take(decided) {
    for (const one of decided.flatMap((found) => [found, ...(found.with_it ?? [])])) {
      const item = this.find(keyOf(one));
      if (!item) continue;
      item.state = one.new_state;
      item.waits = false;
      item.reason = null;
    }
    this.known.clear();
    if (!this.find(this.current)?.waits) this.current = (this.items.find((item) => item.waits) ?? this.find(this.current))?.key ?? null;
    await this.text.show(this.items);
    this.draw();
    this.text.point(this.current, true);
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
      notice("Taken back.");
    } catch (error) { failed(error); }
    await this.load();
  }

  async onward() {
    const next = await nextPage(this.id);
    if (next) location.assign(`/review/${next}`); else notice("No other page waits.");
  }
}

export async function showPage(main, id) {
  const desk = new Desk(main, id);
  await desk.load();
  bind([["j", "next item", () => desk.move(1)], ["k", "previous item", () => desk.move(-1)], ["a", "approve", () => desk.approve()], ["r", "reject, with a reason", () => desk.reject()],
    ["o", "override", () => desk.override()], ["u", "undo", () => desk.undo()], ["x", "choose, to decide several at once", () => desk.mark(desk.current, !desk.chosen.has(desk.current))],
    ["*", "choose all that wait, or none", () => desk.markAll()], ["n", "next page that waits", () => desk.onward()], ["q", "back to the queue", () => location.assign(lastQueue())]]);
  const at = /^#c(\d+)$/.exec(location.hash);
  if (at) await desk.text.scrollTo(Number(at[1]));
}
