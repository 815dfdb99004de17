import { h, svg } from "./dom.js";
import { words } from "./format.js";

const WIDTH = 640, HEIGHT = 420;

// Places for nodes: springs along edges, repulsion between all, a pull to the middle. Starts on a spiral and takes a fixed
// number of steps, so that the same neighbourhood always looks the same.
export function layout(nodes, edges, centre) {
  const places = nodes.map((node, index) => {
    const angle = index * 2.399963, radius = 26 * Math.sqrt(index);
    return { id: node.entity_id, x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
  });
  const at = new Map(places.map((place) => [place.id, place]));
  const springs = edges.map((edge) => [at.get(edge.from), at.get(edge.to)]).filter(([a, b]) => a && b && a !== b);
  const wish = Math.max(48, 150 - 2 * nodes.length);
  for (let step = 0; step < 240; step += 1) {
    const heat = 12 * (1 - step / 240) + 0.3;
    const push = places.map(() => ({ x: 0, y: 0 }));
    for (let i = 0; i < places.length; i += 1) {
      for (let j = i + 1; j < places.length; j += 1) {
        const dx = places[i].x - places[j].x || 0.01, dy = places[i].y - places[j].y || 0.01;
        const force = (wish * wish) / Math.max(dx * dx + dy * dy, 25);
        const length = Math.hypot(dx, dy);
        push[i].x += (dx / length) * force; push[i].y += (dy / length) * force;
        push[j].x -= (dx / length) * force; push[j].y -= (dy / length) * force;
      }
    }
    const index = new Map(places.map((place, i) => [place, i]));
    for (const [a, b] of springs) {
      const dx = b.x - a.x, dy = b.y - a.y, length = Math.hypot(dx, dy) || 0.01, force = (length * length) / wish / 40;
      const i = index.get(a), j = index.get(b);
      push[i].x += (dx / length) * force; push[i].y += (dy / length) * force;
      push[j].x -= (dx / length) * force; push[j].y -= (dy / length) * force;
    }
    places.forEach((place, i) => {
      if (place.id === centre) return;
      const x = push[i].x - place.x * 0.012, y = push[i].y - place.y * 0.02, length = Math.hypot(x, y) || 0.01;
      place.x += (x / length) * Math.min(length, heat); place.y += (y / length) * Math.min(length, heat);
    });
  }
  return fit(places);
}

function fit(places) {
  const span = (axis) => [Math.min(...places.map((place) => place[axis])), Math.max(...places.map((place) => place[axis]))];
  const [left, right] = span("x"), [top, bottom] = span("y");
  const scale = Math.min((WIDTH - 150) / Math.max(right - left, 1), (HEIGHT - 70) / Math.max(bottom - top, 1), 2);
  return new Map(places.map((place) => [place.id, {
    x: WIDTH / 2 + (place.x - (left + right) / 2) * scale, y: HEIGHT / 2 + (place.y - (top + bottom) / 2) * scale }]));
}

const short = (text) => ([...text].length > 22 ? [...text].slice(0, 21).join("") + "…" : text);

export function drawGraph({ nodes, edges }, centre) {
  if (nodes.length < 2) return h("p", { class: "quiet" }, "It has no relations that count yet.");
  const at = layout(nodes, edges, centre);
  const names = new Map(nodes.map((node) => [node.entity_id, node.name]));
  const lines = edges.filter((edge) => edge.from !== edge.to).map((edge) => {
    const a = at.get(edge.from), b = at.get(edge.to);
    return svg("line", { x1: a.x.toFixed(1), y1: a.y.toFixed(1), x2: b.x.toFixed(1), y2: b.y.toFixed(1), class: `edge edge-${edge.promotion_state === "candidate" ? "unsure" : "sure"}` },
      svg("title", {}, `${names.get(edge.from)} ${words(edge.relation_type)} ${names.get(edge.to)}`));
  });
  // Labels of crowded graphs would cover one another: those farther away keep theirs for the pointer and the reader.
  const dots = nodes.map((node) => {
    const { x, y } = at.get(node.entity_id), own = node.entity_id === centre;
    const labelled = node.distance < 2 || nodes.length <= 16;
    return svg("a", { href: `/entity/${Number(node.entity_id)}`, class: own ? "node own" : "node", "aria-label": `${node.name}, ${words(node.type)}` },
      svg("title", {}, `${node.name} · ${words(node.type)}`),
      svg("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: own ? 9 : Math.min(7, 4 + Math.log2(1 + node.support)).toFixed(1) }),
      labelled && svg("text", { x: x.toFixed(1), y: (y + (own ? 26 : 21)).toFixed(1), "text-anchor": "middle" }, short(node.name)));
  });
  return h("figure", { class: "graph" },
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": `${nodes.length} entities and ${edges.length} relations` }, lines, dots),
    h("figcaption", { class: "quiet small" }, `${nodes.length} entities, ${edges.length} relations; dashed ones wait for review`));
}
