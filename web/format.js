import { h } from "./dom.js";

export const words = (text) => String(text ?? "").replaceAll("_", " ");
export const number = (value) => Number(value ?? 0).toLocaleString("en");
export const percent = (value) => (value === null || value === undefined ? "–" : Number(value).toFixed(2));

export function when(time) {
  if (!time) return "";
  const date = new Date(time);
  return h("time", { datetime: time, title: date.toISOString() },
    date.toLocaleString("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }));
}

export function span(seconds) {
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const [unit, size] = units.find(([, length]) => seconds >= length) ?? units[3];
  return `${Math.round(seconds / size)} ${unit}`;
}

// "April 1996 until 1998" in the page's words, else by date; "" where nothing is known.
export function bounds(item) {
  const start = item.start_text || item.start_date || item.start_work;
  const end = item.end_text || item.end_date || item.end_work;
  if (!start && !end) return "";
  return start === end ? start : `${start || "…"} – ${end || "…"}`;
}

export function state(name) {
  return h("span", { class: `state state-${/^[a-z]+$/.test(name ?? "") ? name : "other"}` }, words(name));
}

// A small bar beside the figure; its length says the same, so that colour is never needed.
export function confidence(value) {
  const known = value !== null && value !== undefined;
  return h("span", { class: "confidence", title: "confidence" },
    h("meter", { min: 0, max: 1, low: 0.7, high: 0.9, optimum: 1, value: known ? value : 0, "aria-hidden": "true" }),
    h("span", {}, percent(value)));
}

export const chips = (list) => (list ?? []).map((text) => h("span", { class: "chip" }, words(text)));
