import { h } from "./dom.js";

// Ranges are code points, half-open, and JavaScript's strings count UTF-16 units: where each code point begins.
export function unitsOf(text) {
  const starts = new Uint32Array([...text].length + 1);
  let unit = 0, point = 0;
  for (const character of text) { starts[point] = unit; point += 1; unit += character.length; }
  starts[point] = unit;
  return starts;
}

// Cuts [0, length) at every bound of the ranges: [{start, end, keys}] in order, keys those of the ranges that cover it.
export function segments(length, ranges) {
  const known = ranges.map(({ start, end, key }) => ({ start: Math.max(0, start), end: Math.min(length, end), key }))
    .filter(({ start, end }) => start < end);
  const opening = [...known].sort((a, b) => a.start - b.start), closing = [...known].sort((a, b) => a.end - b.end);
  const cuts = [...new Set([0, length, ...known.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  const open = new Map(), found = [];
  let next = 0, last = 0;
  for (let i = 0; i + 1 < cuts.length; i += 1) {
    for (; last < closing.length && closing[last].end <= cuts[i]; last += 1) {
      const { key } = closing[last];
      if (open.get(key) === 1) open.delete(key); else open.set(key, open.get(key) - 1);
    }
    for (; next < opening.length && opening[next].start <= cuts[i]; next += 1) open.set(opening[next].key, (open.get(opening[next].key) ?? 0) + 1);
    found.push({ start: cuts[i], end: cuts[i + 1], keys: [...open.keys()] });
  }
  return found;
}

// Of an entity without a place of its own the whole passage is the evidence.
const isNamed = (item) => item.item_type === "entity" && item.evidence.some((piece) => piece.grounding !== "none" && piece.grounding !== "passage");

// A part of a page's text, which begins at the code point `offset`, with items (key -> item) marked where ranges of the whole text
// say. Gives {children, marks: key -> [mark…]}.
export function drawPart(text, offset, ranges, items, choose) {
  const units = unitsOf(text), marks = new Map();
  const own = ranges.map(({ start, end, key }) => ({ start: start - offset, end: end - offset, key }));
  // Of several the one with the fewest characters is meant: a name within its sentence.
  const size = (key) => Math.min(...items.get(key).evidence.map((piece) => piece.char_end - piece.char_start));
  const children = segments(units.length - 1, own).map(({ start, end, keys }) => {
    const words = text.slice(units[start], units[end]);
    if (!keys.length) return document.createTextNode(words);
    // A name within a passage shows both: its own state as its ground, the passage's as its underline.
    const kinds = keys.map((key) => items.get(key)).map((item) => `${isNamed(item) ? "name" : "passage"}${item.waits ? "-waits" : ""}`);
    const mark = h("mark", { class: [...new Set(kinds)].join(" "), "data-keys": keys.join(" "), "data-start": start + offset, "data-end": end + offset,
      title: keys.slice(0, 5).map((key) => items.get(key).label).join("\n") + (keys.length > 5 ? `\n… and ${keys.length - 5} more` : ""),
      click: () => choose([...keys].sort((a, b) => size(a) - size(b))[0]) }, words);
    for (const key of keys) {
      if (!marks.has(key)) marks.set(key, []);
      marks.get(key).push(mark);
    }
    return mark;
  });
  return { children, marks };
}
