import { h } from "./dom.js";
import { get } from "./api.js";
import { drawPart } from "./highlight.js";

const KEPT = 12; // parts of a long text that stay drawn

// A page's text with its items marked. A long text comes in parts, each fetched and drawn when it comes near the window.
export class TextView {
  // page: as the interface gives it, `text` being its first part; choose(key) is called for a mark that is pressed.
  constructor(page, choose) {
    this.page = page;
    this.choose = choose;
    this.current = null;
    this.items = new Map();
    this.parts = page.parts.map((start, index) => ({ start, end: page.parts[index + 1] ?? page.length, ranges: [], marks: new Map(), drawn: false,
      text: index ? null : Promise.resolve(page.text), element: h("div", { class: "part" }) }));
    this.byElement = new Map(this.parts.map((part) => [part.element, part]));
    this.element = h("div", { class: "text", lang: "" }, this.parts.map((part) => part.element));
    if (this.parts.length === 1) return;
    for (const part of this.parts) part.element.style.minHeight = `${Math.ceil((part.end - part.start) / 62) * 1.9}rem`;
    this.watch = new IntersectionObserver((entries) => entries.forEach((entry) => this.near(this.byElement.get(entry.target), entry.isIntersecting)),
      { rootMargin: "1500px 0px" });
    for (const part of this.parts) this.watch.observe(part.element);
  }

  near(part, is) {
    part.near = is;
    if (is) { this.draw(part).catch(() => this.offerAgain(part)); return; }
    for (const other of this.parts) {
      if (this.parts.filter((one) => one.drawn).length <= KEPT) return;
      if (!other.near && other.drawn) this.fold(other);
    }
  }

  // An observer tells changes only: of a part that stays in sight nothing would be heard again.
  offerAgain(part) {
    part.element.replaceChildren(h("p", { class: "empty small" }, "This part of the text could not be read. ",
      h("button", { type: "button", click: () => this.near(part, true) }, "Read it again")));
  }

  fold(part) {
    part.element.style.minHeight = `${part.element.getBoundingClientRect().height}px`;
    part.element.replaceChildren();
    part.marks = new Map();
    part.drawn = false;
  }

  partAt(point) {
    let low = 0, high = this.parts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.parts[middle].start <= point) low = middle; else high = middle - 1;
    }
    return low;
  }

  // Other items, or items that changed: what is drawn is drawn anew.
  show(items) {
    this.items = new Map(items.map((item) => [item.key, item]));
    for (const part of this.parts) part.ranges = [];
    for (const item of items) {
      for (const piece of item.evidence ?? []) {
        for (let at = this.partAt(piece.char_start); at < this.parts.length && this.parts[at].start < piece.char_end; at += 1) {
          this.parts[at].ranges.push({ start: piece.char_start, end: piece.char_end, key: item.key });
        }
      }
    }
    const again = this.parts.filter((part) => part.drawn);
    for (const part of again) part.drawn = false;
    return Promise.all((again.length ? again : [this.parts[0]]).map((part) => this.draw(part)));
  }

  async draw(part) {
    if (part.drawn) return;
    part.text ??= get(`/api/v1/review/${this.page.source_page_id}/text`, { start: part.start, length: part.end - part.start }).then((found) => found.text);
    let text;
    try { text = await part.text; } catch (error) { part.text = null; throw error; }
    if (part.drawn) return;
    part.drawn = true;
    part.said = text;
    const { children, marks } = drawPart(text, part.start, part.ranges, this.items, this.choose);
    part.marks = marks;
    part.element.replaceChildren(...children);
    if (this.watch) part.element.style.minHeight = "";
    for (const mark of marks.get(this.current) ?? []) mark.classList.add("current");
  }

  // What stands at a range, or null where its part was not read yet.
  slice(start, end) {
    const part = this.parts[this.partAt(start)];
    return part.said === undefined || end > part.end ? null : [...part.said].slice(start - part.start, end - part.start).join("");
  }

  partsOf(item) {
    return [...new Set((item?.evidence ?? []).map((piece) => this.partAt(piece.char_start)))].map((index) => this.parts[index]);
  }

  // Marks one item as the current one; scrolls to it where that is asked.
  async point(key, scrolls) {
    for (const mark of this.element.querySelectorAll("mark.current")) mark.classList.remove("current");
    this.current = key;
    const parts = this.partsOf(this.items.get(key));
    for (const part of parts) for (const mark of part.marks.get(key) ?? []) mark.classList.add("current");
    if (!scrolls || !parts.length) return;
    const was = parts[0].drawn;
    await this.draw(parts[0]);
    if (this.current === key) parts[0].marks.get(key)?.[0]?.scrollIntoView({ block: was ? "nearest" : "center" });
  }

  async scrollTo(point) {
    const part = this.parts[this.partAt(point)];
    await this.draw(part);
    const mark = [...part.element.querySelectorAll("mark")].find((one) => Number(one.dataset.end) > point);
    (mark ?? part.element).scrollIntoView({ block: mark ? "center" : "start" });
  }
}
