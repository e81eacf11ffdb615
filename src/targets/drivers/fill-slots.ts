import { randomUUID } from "node:crypto";
import { SLOT, type WireSlot } from "../../contract/wire-slots.ts";

/** What stands in the slots; one that is not there has no value. */
export type SlotValues = { readonly [Name in WireSlot]?: unknown };

/** A path with its slots filled, each escaped; one without a value is empty. */
export function fillPath(path: string, values: SlotValues): string {
  return path.replace(SLOT, (_, name: WireSlot) => encodeURIComponent(inText(values[name])));
}

/** A text with its slots filled as they are. */
export function fillText(text: string, values: SlotValues): string {
  return text.replace(SLOT, (_, name: WireSlot) => inText(values[name]));
}

/** Headers with their slots filled, by names in lower case: one that is given again for a call takes its place. */
export function fillHeaders(
  headers: Readonly<Record<string, string>> = {},
  values: SlotValues,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [name.toLowerCase(), fillText(text, values)]),
  );
}

/**
 * A body with its slots filled. A text that is one slot becomes its value, of whatever type, or with `{name|number}` the
 * number that it is; a field whose slot has no value is left out, unless it is written `{name|null}`.
 */
export function fillBody(template: unknown, values: SlotValues): unknown {
  if (typeof template === "string") {
    const [whole, name, more = ""] = new RegExp(`^(?:${SLOT.source})$`).exec(template) ?? [];
    if (whole === undefined) return fillText(template, values);
    const value = values[name as WireSlot] ?? (more.includes("|null") ? null : undefined);
    if (name === "history") return turnsOf(value, more);
    return more.includes("|number") ? asNumber(value) : value;
  }
  if (Array.isArray(template)) {
    return template.map((item) => fillBody(item, values)).filter((item) => item !== undefined);
  }
  if (typeof template !== "object" || template === null) return template;
  const filled = Object.entries(template).map(([name, item]) => [name, fillBody(item, values)] as const);
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined));
}

/** The turns of a conversation: all, or those `before` the message; in `parts` as Vercel's AI SDK writes them down. */
function turnsOf(turns: unknown, more: string): unknown {
  if (!Array.isArray(turns)) return turns;
  const wanted = more.includes("|before") ? turns.slice(0, -1) : turns;
  if (!more.includes("|parts")) return wanted;
  return wanted.map(({ role, content }) => ({
    id: randomUUID(),
    role,
    parts: [{ type: "text", text: content }],
  }));
}

/** An id that is told as a number goes out as one; what is no whole number, or too large for one, stays as it is. */
function asNumber(value: unknown): unknown {
  const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) ? number : value;
}

function inText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
