import { clear, h, svg } from "./dom.js";
import { get } from "./api.js";
import { number, span, words } from "./format.js";

const tile = (figure, label, href) => h(href ? "a" : "div", { class: "tile", href }, h("strong", {}, figure), h("span", {}, label));
const sum = (rows, key) => rows.reduce((total, row) => total + Number(row[key] ?? 0), 0);
const money = (value) => Number(value).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 4 });

function bars(days, key, label) {
  const most = Math.max(...days.map((one) => Number(one[key])), 1), width = 640 / days.length;
  return h("figure", {}, h("figcaption", {}, label),
    svg("svg", { viewBox: "0 0 640 140", role: "img", "aria-label": `${label}: ${days.map((one) => `${one.day} ${one[key]}`).join(", ")}` },
      days.map((one, index) => {
        const tall = (Number(one[key]) / most) * 96;
        return svg("g", { class: "day" }, svg("title", {}, `${one.day}: ${one[key]}`),
          svg("rect", { x: (index * width + 4).toFixed(1), y: (110 - tall).toFixed(1), width: (width - 8).toFixed(1), height: Math.max(tall, 1).toFixed(1), rx: 3 }),
          Number(one[key]) > 0 && svg("text", { x: ((index + 0.5) * width).toFixed(1), y: (104 - tall).toFixed(1), "text-anchor": "middle" }, key === "cost" ? money(one[key]) : number(one[key])),
          (index % 2 === 1 || days.length < 9) && svg("text", { x: ((index + 0.5) * width).toFixed(1), y: 130, "text-anchor": "middle", class: "axis" }, one.day.slice(5)));
      })));
}

function table(heads, rows, empty) {
  return rows.length ? h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, index) => h("td", { class: index ? "figure" : null }, cell))))))) : h("p", { class: "quiet" }, empty);
}

function states(title, counts) {
  const total = Object.values(counts).reduce((a, b) => a + b, 0);
  const order = ["promoted", "adjudicated", "candidate", "staged", "suppressed", "rejected", "retired", "merged"].filter((name) => counts[name]);
  let at = 0;
  return h("figure", {}, h("figcaption", {}, `${title} · ${number(total)}`),
    total > 0 && svg("svg", { viewBox: "0 0 640 18", role: "img", "aria-label": order.map((name) => `${name} ${counts[name]}`).join(", ") },
      order.map((name) => {
        const width = (counts[name] / total) * 640, left = at;
        at += width;
        return svg("rect", { x: left.toFixed(1), y: 0, width: Math.max(width - 2, 1).toFixed(1), height: 18, rx: 3, class: `part part-${name}` }, svg("title", {}, `${name}: ${counts[name]}`));
      })),
    h("ul", { class: "legend" }, order.map((name) => h("li", { class: `part-${name}` }, `${words(name)} ${number(counts[name])}`))));
}

export async function showDashboard(main) {
  const board = await get("/api/v1/dashboard");
  const queue = await get("/api/v1/review/queue", { limit: 1 }).catch(() => ({ waiting: null }));
  const { days, knowledge } = board;
  clear(main, h("h1", {}, "Dashboard"),
    h("div", { class: "tiles" },
      tile(queue.waiting === null ? "–" : number(queue.waiting), "pages wait for review", "/review/queue"),
      tile(number(sum(board.queue, "waiting") + sum(board.queue, "failed")), "jobs wait"),
      tile(number(sum(board.queue, "running")), "jobs run"),
      tile(number(sum(board.queue, "dead")), "dead letters"),
      tile(number(sum(days, "runs")), `model calls in ${days.length} days`),
      tile(money(sum(days, "cost")), `spent in ${days.length} days`)),
    h("div", { class: "halves" },
      h("section", {}, h("h2", {}, "Calls to the model"), bars(days, "runs", "Calls a day")),
      h("section", {}, h("h2", {}, "Cost"), bars(days, "cost", "Cost a day, in the prices of the configuration"))),
    h("section", {}, h("h2", {}, "Knowledge"), h("div", { class: "halves" }, states("Entities", knowledge.entities), states("Relations", knowledge.relations))),
    h("section", {}, h("h2", {}, "Queue"), table(["Job type", "Waiting", "Running", "To retry", "Late", "Dead", "Done in the hour", "Oldest"],
      board.queue.map((row) => [words(row.job_type) + (row.paused ? " (paused)" : ""), number(row.waiting), number(row.running), number(row.failed), number(row.late),
        number(row.dead), number(row.done_last_hour), row.oldest_seconds === null ? "–" : span(row.oldest_seconds)]), "Nothing waits.")),
    h("div", { class: "halves" },
      h("section", {}, h("h2", {}, "Models"), table(["Model", "Calls", "Read", "Written", "Time", "Cost"], board.models.map((row) =>
        [row.model, number(row.runs), number(row.prompt_tokens), number(row.completion_tokens), span(row.duration_ms / 1000), money(row.cost)]), "No call yet.")),
      h("section", {}, h("h2", {}, "Outcomes"), table(["Outcome", "Calls"], board.outcomes.map((row) => [words(row.outcome), number(row.runs)]), "No call yet."))),
    board.thresholds.length > 0 && h("section", {}, h("h2", {}, "Thresholds"), table(["Item type", "Promoted from", "Reviewed from"], board.thresholds.map((row) =>
      [row.item_type === "*" ? "any" : words(row.item_type), row.auto_promote.toFixed(2), row.manual_review.toFixed(2)]), "")));
}
