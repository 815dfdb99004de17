import { h, svg } from "./dom.js";
import { bounds } from "./format.js";

const WIDTH = 640, ROW = 32, LEFT = 8, MOST = 40;
const day = (date) => { const time = Date.parse(`${date}T00:00:00Z`); return Number.isNaN(time) ? null : time / 86400000; };

function ticks(from, to) {
  const years = (to - from) / 365.25;
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((size) => years / size <= 6) ?? 2000;
  const first = Math.ceil(new Date(from * 86400000).getUTCFullYear() / step) * step;
  return Array.from({ length: 8 }, (_, i) => first + i * step)
    .map((year) => ({ year, at: Date.UTC(year, 0, 1) / 86400000 })).filter(({ at }) => at >= from && at <= to);
}

// The bounds of items as bars, one a row; one whose other bound is unknown fades out there.
// Items: {label, start_date, end_date, …, says?, key?}; `choose(key)` is called for a bar that is pressed.
export function drawTimeline(items, choose = null) {
  const bars = items.map((item) => ({ item, start: day(item.start_date), end: day(item.end_date) }))
    .filter(({ start, end }) => start !== null || end !== null)
    .sort((a, b) => (a.start ?? a.end) - (b.start ?? b.end));
  const many = bars.length;
  bars.splice(MOST);
  if (!bars.length) return h("p", { class: "quiet" }, "Nothing here has bounds in time.");
  const all = bars.flatMap(({ start, end }) => [start, end]).filter((at) => at !== null);
  const room = Math.max((Math.max(...all) - Math.min(...all)) * 0.08, 200);
  const from = Math.min(...all) - room, to = Math.max(...all) + room;
  const x = (at) => LEFT + ((at - from) / (to - from)) * (WIDTH - 2 * LEFT);
  const height = bars.length * ROW + 30;
  const rows = bars.map(({ item, start, end }, index) => {
    const y = index * ROW + 6, left = x(start ?? from), right = Math.max(x(end ?? to), left + 4);
    const open = start === null ? "open-start" : end === null ? "open-end" : "";
    const onRight = left > WIDTH * 0.6;
    const press = choose && item.key ? { click: () => choose(item.key), class: "bar can", tabindex: 0, role: "button",
      keydown: (event) => { if (event.key === "Enter") choose(item.key); } } : { class: "bar" };
    return svg("g", press, svg("title", {}, `${item.label}: ${bounds(item)}`),
      svg("rect", { x: left.toFixed(1), y, width: (right - left).toFixed(1), height: 6, rx: 3, class: open }),
      svg("text", { x: (onRight ? right : left).toFixed(1), y: y + 21, "text-anchor": onRight ? "end" : "start" }, item.says ?? `${item.label} · ${bounds(item)}`));
  });
  const grid = ticks(from, to).map(({ year, at }) => svg("g", { class: "tick" },
    svg("line", { x1: x(at).toFixed(1), x2: x(at).toFixed(1), y1: 0, y2: height - 18 }),
    svg("text", { x: x(at).toFixed(1), y: height - 5, "text-anchor": "middle" }, String(year))));
  return h("figure", { class: "timeline" }, svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": `Time line of ${bars.length} bounds` }, grid, rows),
    many > MOST && h("figcaption", { class: "quiet small" }, `The first ${MOST} of ${many}.`));
}
