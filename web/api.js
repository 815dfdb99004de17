// The server's JSON interface; /api/openapi.json describes it.
export const session = { name: "", role: "reader", csrf: "" };

export class Refused extends Error {
  constructor(status, document) {
    super(document?.error ?? `the server answered ${status}`);
    this.status = status;
    this.code = document?.code;
    this.document = document;
  }
}

async function read(response) {
  let document = null;
  try { document = await response.json(); } catch { /* the status says enough */ }
  if (response.status === 401) location.assign("/sign-in");
  if (!response.ok) throw new Refused(response.status, document);
  return document;
}

export async function get(path, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== "" && value !== null && value !== undefined));
  return read(await fetch(query.size ? `${path}?${query}` : path, { headers: { Accept: "application/json" } }));
}

export async function post(path, body = {}) {
  return read(await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": session.csrf },
    body: JSON.stringify(body),
  }));
}

export async function signIn() {
  Object.assign(session, await get("/api/v1/session"));
}

export const mayDecide = () => session.role === "reviewer";
