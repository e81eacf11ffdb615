import { NotObservable } from "../harness/target-errors.ts";
import { isSameText } from "../targets/compare-texts.ts";
import type { SeenRow } from "../targets/drivers/reply-facts.ts";
import { type SaidTurn, wrongRolesIn } from "../targets/judge-saved-turn.ts";

/** A message, and what has been streamed of its reply by now. */
export type SaidSoFar = Pick<SaidTurn, "asked" | "text">;

/** Who speaks is shown the wrong way round: what is claimed of messages and replies beside that cannot be told. */
export class WrongRoles extends NotObservable {}

/**
 * For a claim that tells messages and replies by their roles: throws {@link WrongRoles} where one of these turns stands under
 * other roles than it was said in.
 *
 * @param options.isKnown whether that was seen of another turn: then the message alone shows it
 */
export function requireRightRoles(...seen: Parameters<typeof wrongRolesOf>): void {
  const wrong = wrongRolesOf(...seen);
  if (wrong === undefined) return;
  throw new WrongRoles(
    `who speaks is shown the wrong way round: ${wrong} (persistence/complete judges that)`,
  );
}

/** Whether they would be thrown. */
export function areRolesWrong(...seen: Parameters<typeof wrongRolesOf>): boolean {
  return wrongRolesOf(...seen) !== undefined;
}

function wrongRolesOf(
  rows: readonly SeenRow[],
  said: readonly SaidSoFar[] = [],
  { isKnown = false }: { readonly isKnown?: boolean } = {},
): string | undefined {
  const wrong = said.map(
    (turn) => wrongRolesIn(rows, turn) ?? (isKnown ? wrongMessageIn(rows, turn) : undefined),
  );
  return wrong.find((each) => each !== undefined);
}

/** Of a turn without text. */
function wrongMessageIn(rows: readonly SeenRow[], { asked }: SaidSoFar): string | undefined {
  const alike = rows.filter(({ content }) => isSameText(content, asked));
  const isWrong = alike.length > 0 && alike.every(({ role }) => role === "assistant");
  return isWrong ? "the message stands there as the assistant's" : undefined;
}
