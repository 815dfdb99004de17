import { clear, h } from "./dom.js";
import { chips, confidence, state, words } from "./format.js";

const STEP = 60; // rows that are drawn at once

// A list of items of which only those near the current one are drawn; more follow as it is scrolled.
export class ItemList {
  // keep: {choose(key), mark(key, on), isChosen(key), mayDecide, detail(item)}
  constructor(keep) {
    Object.assign(this, { keep, items: [], rows: new Map(), from: 0, to: 0, current: null });
    this.element = h("ol", { class: "items" });
    this.watch = new IntersectionObserver((entries) => entries.forEach((entry) => { if (entry.isIntersecting) this.grow(entry.target === this.foot ? 1 : -1); }),
      { rootMargin: "600px 0px" });
    this.head = h("li", { class: "more", "aria-hidden": "true" });
    this.foot = h("li", { class: "more", "aria-hidden": "true" });
    this.watch.observe(this.head);
    this.watch.observe(this.foot);
  }

  show(items, current) {
    const top = this.element.scrollTop;
    Object.assign(this, { items, current, rows: new Map() });
    const at = Math.max(0, items.findIndex((item) => item.key === current));
    this.from = Math.max(0, at - STEP / 2);
    this.to = Math.min(items.length, this.from + STEP * 2);
    clear(this.element, this.head, items.slice(this.from, this.to).map((item) => this.row(item)), this.foot);
    this.element.scrollTop = top;
    this.tidy();
  }

  tidy() {
    this.head.hidden = this.from === 0;
    this.foot.hidden = this.to >= this.items.length;
    this.foot.textContent = this.foot.hidden ? "" : `${this.items.length - this.to} more`;
  }

  grow(way) {
    if (way > 0) {
      const next = this.items.slice(this.to, this.to + STEP);
      this.foot.before(...next.map((item) => this.row(item)));
      this.to += next.length;
    } else if (this.from > 0) {
      const begin = Math.max(0, this.from - STEP), tall = this.element.scrollHeight;
      this.head.after(...this.items.slice(begin, this.from).map((item) => this.row(item)));
      this.element.scrollTop += this.element.scrollHeight - tall;
      this.from = begin;
    }
    this.tidy();
    // An observer tells changes only: an end that is still in sight after the rows came would stay silent.
    const end = way > 0 ? this.foot : this.head;
    this.watch.unobserve(end);
    this.watch.observe(end);
  }

  row(item) {
    const current = item.key === this.current;
    const row = h("li", { class: `item${current ? " current" : ""}`, "data-key": item.key, "data-state": item.state },
      h("div", { class: "row" },
        this.keep.mayDecide && h("input", { type: "checkbox", "aria-label": `Choose ${item.label}`, checked: this.keep.isChosen(item.key), change: (event) => this.keep.mark(item.key, event.target.checked) }),
        h("button", { type: "button", class: "bare grow", "aria-expanded": current, click: () => this.keep.choose(item.key) }, item.label),
        confidence(item.confidence)),
      h("div", { class: "row small" }, h("span", { class: "quiet" }, words(item.item_type)), state(item.state), item.waits && item.reason !== item.item_type && chips([item.reason])),
      current && this.keep.detail(item));
    this.rows.set(item.key, row);
    return row;
  }

  // Draws one row anew; who had the focus in it keeps it.
  redraw(key) {
    const old = this.rows.get(key), item = this.items.find((one) => one.key === key);
    if (!old || !item) return;
    const inside = old.contains(document.activeElement), box = document.activeElement?.type === "checkbox";
    const row = this.row(item);
    old.replaceWith(row);
    if (inside) row.querySelector(box ? "input" : "button").focus({ preventScroll: true });
  }

  point(key) {
    const before = this.current, at = this.items.findIndex((item) => item.key === key);
    this.current = key;
    if (at >= this.to && at < this.to + STEP) this.grow(1);
    else if (at >= 0 && (at < this.from || at >= this.to)) this.show(this.items, key);
    const held = this.rows.get(before)?.contains(document.activeElement);
    this.redraw(before);
    this.redraw(key);
    if (held) this.rows.get(key)?.querySelector("button")?.focus({ preventScroll: true });
    this.rows.get(key)?.scrollIntoView({ block: "nearest" });
  }
}
