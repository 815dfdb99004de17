import { clear, h } from "./dom.js";
import { mayDecide, post, session, signIn } from "./api.js";
import * as keys from "./keys.js";
import { showQueue } from "./queue.js";
import { showPage } from "./page.js";
import { showEntity, findEntity } from "./entity.js";
import { showDashboard } from "./dashboard.js";
import { showMerges } from "./merges.js";
import { showProposals } from "./proposals.js";

const screens = [
  [/^\/review\/queue$/, showQueue, "Queue"],
  [/^\/review\/(\d+)$/, showPage, "Page"],
  [/^\/entity\/(\d+)$/, showEntity, "Entity"],
  [/^\/dashboard$/, showDashboard, "Dashboard"],
  [/^\/merges$/, showMerges, "Merges"],
  [/^\/proposals$/, showProposals, "Proposals"],
];
const menu = [["/review/queue", "Queue"], ["/merges", "Merges"], ["/proposals", "Proposals"], ["/dashboard", "Dashboard"]];

function head() {
  const here = location.pathname;
  return clear(document.getElementById("head"),
    h("a", { class: "brand", href: "/review/queue" }, h("img", { src: "/assets/icon.svg", alt: "", width: 24, height: 24 }), "Almagest"),
    h("nav", { "aria-label": "Main" }, menu.map(([path, label]) =>
      h("a", { href: path, "aria-current": here === path ? "page" : null }, label))),
    h("form", { role: "search", submit: find },
      h("input", { id: "find", type: "search", "aria-label": "Find an entity by name", placeholder: "Find an entity", autocomplete: "off" })),
    h("div", { class: "who" }, h("span", { title: mayDecide() ? "may decide" : "may look" }, session.name, h("span", { class: "role" }, ` · ${session.role}`)),
      h("button", { type: "button", class: "plain", "aria-label": "Show keys", click: keys.show }, "?"),
      h("button", { type: "button", class: "plain", click: signOut }, "Sign out")));
}

async function find(event) {
  event.preventDefault();
  const name = document.getElementById("find").value.trim();
  if (name) await findEntity(name);
}

async function signOut() {
  await post("/sign-out");
  location.assign("/sign-in");
}

async function start() {
  const main = document.getElementById("main");
  try {
    await signIn();
    head();
    keys.listen();
    const [, show, title] = screens.find(([pattern]) => pattern.test(location.pathname)) ?? [null, null, "Nothing here"];
    document.title = `${title} – Almagest`;
    if (!show) { clear(main, h("h1", {}, "There is nothing at this address"), h("p", {}, h("a", { href: "/review/queue" }, "To the queue"))); return; }
    await show(main, ...location.pathname.match(screens.find(([pattern]) => pattern.test(location.pathname))[0]).slice(1));
    main.dataset.ready = "yes";
  } catch (error) {
    clear(main, h("h1", {}, "This did not work"), h("p", { role: "alert" }, error.message), h("p", {}, h("a", { href: location.href }, "Try again")));
    main.dataset.ready = "failed";
  }
}

start();
