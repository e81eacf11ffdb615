import type { StreamDescription } from "../contract/wire-description.ts";
import { leavesOf } from "./json-leaves.ts";
import type { LearnedId } from "./learn-ids.ts";
import type { LearnedRows } from "./learn-rows.ts";

/**
 * Rows of which a name or a status is known by what the reply told of itself, whatever the list calls it: the id that its
 * answer or its stream told, and the word by which that said that it had ended.
 */
export function withKnownWords(
  learned: LearnedRows | undefined,
  ids: readonly LearnedId[],
  { done }: StreamDescription,
): LearnedRows | undefined {
  if (learned === undefined) return undefined;
  const { rows, row } = learned;
  const names = new Set(
    ids.filter(({ placeholder }) => placeholder !== "conversation").map(({ value }) => value),
  );
  const word = done === undefined || Array.isArray(done) ? undefined : done.reasons?.stop?.[0];
  const others = leavesOf(row).filter(({ place }) => ![rows.text, rows.role, rows.question].includes(place));
  const id = rows.id ?? others.find(({ value }) => names.has(String(value)))?.place;
  const status = others.find(({ place, value }) => value === word && place !== id)?.place;
  const isNew = rows.status === undefined && status !== undefined && word !== undefined;
  return {
    ...learned,
    rows: {
      ...rows,
      ...(id !== undefined && { id }),
      ...(isNew && { status, statuses: { complete: [word] } }),
    },
  };
}
