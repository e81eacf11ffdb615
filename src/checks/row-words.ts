import type { SeenRow } from "../targets/drivers/reply-facts.ts";

/** `conversation 5`; where nobody told which it is, that. */
export function conversationInWords(id: string | null): string {
  return id === null ? "a conversation whose id was not told" : `conversation ${id}`;
}

/** `a row complete`, as far as it tells that. */
export function rowStateInWords(row: Pick<SeenRow, "status" | "status_said"> | null | undefined): string {
  if (row == null) return "no row";
  if (row.status !== undefined) return `a row ${row.status}`;
  return row.status_said === undefined
    ? "a row without a status"
    : `a row ${JSON.stringify(row.status_said)}`;
}
