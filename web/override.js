import { ask } from "./dialog.js";
import { words } from "./format.js";

// What an override may set: the name that the interface takes, and the column that holds it.
const spans = { start_date: "start_date", end_date: "end_date", start_text: "start_text", end_text: "end_text" };
const editable = {
  entity: { name: "entity_name", type: "entity_type", attributes: "attributes" },
  relation: { type: "relation_type", from: "from_entity_id", to: "to_entity_id", ...spans },
  event: { name: "event_name", type: "event_type", date: "event_date", end_date: "event_end_date", location: "event_location", description: "event_description" },
  work: { name: "work_name", type: "work_type", date: "release_date", canon_status: "canon_status" },
  location: { name: "location_name", type: "location_type" },
  period: { name: "period_name", type: "period_type", ...spans },
  concept: { name: "concept_name", type: "concept_type" },
  page_classification: { type: "primary_type", descriptor: "descriptor_sentence" },
  entity_event: { role: "participation_role", ...spans },
  entity_work: { role: "appearance_type", ...spans },
  entity_location: { role: "location_role", ...spans },
  entity_period: { role: "period_role", ...spans },
  entity_concept: { role: "concept_role", ...spans },
  assertion: { predicate: "predicate", value: "value", ...spans },
  measurement: { predicate: "predicate", value: "value", unit: "unit", ...spans },
  state: { predicate: "predicate", value: "value", ...spans },
};

const textOf = (value) => (value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value));
function asKind(text, old) {
  if (text === "") return null;
  if (old === null || old === undefined || typeof old === "string") return text;
  try { return JSON.parse(text); } catch { return text; }
}

export const canOverride = (item) => item.item_type in editable;

// Asks what is right instead of an item's row; resolves to {changed, reason}, or null where nothing is meant.
export async function askOverride(item, row) {
  const fields = Object.entries(editable[item.item_type]).map(([name, column]) => [name, row[column] ?? null]);
  const values = await ask(`Override “${item.label}”`, [...fields.map(([name, value]) => ({ name, label: words(name), value: textOf(value) })),
    { name: "reason", label: "Reason", required: true, rows: 2 }], "Override", "What you change here is kept, and no later run changes it.");
  if (!values) return null;
  const changed = Object.fromEntries(fields.filter(([name, old]) => values[name] !== textOf(old)).map(([name, old]) => [name, asKind(values[name], old)]));
  return { changed, reason: values.reason };
}
