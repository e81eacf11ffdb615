import type { SeenCall } from "../http-client.ts";
import { Refusal } from "./refusal.ts";
import type { SeenRow } from "./reply-facts.ts";

/**
 * A row by the contract's names, as it was told: a word that is none of the contract's, such as another status, stays.
 * Throws where it has no text or nobody who speaks.
 */
export function rowIn(value: unknown, session_id: string, answer: SeenCall): SeenRow {
  const row: Partial<SeenRow> = typeof value === "object" && value !== null ? value : {};
  const { role, content } = row;
  if (typeof role === "string" && typeof content === "string") return { session_id, ...row, role, content };
  throw new Refusal({ ...answer, body: value }, ": a row without a role and a text");
}
