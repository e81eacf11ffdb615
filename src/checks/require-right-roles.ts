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
 */
export function requireRightRoles(rows: readonly SeenRow[], said: readonly SaidSoFar[] = []): void {
  const wrong = wrongRolesOf(rows, said);
  if (wrong === undefined) return;
  throw new WrongRoles(
    `who speaks is shown the wrong way round: ${wrong} (persistence/complete judges that)`,
  );
}

/** Whether they would be thrown. */
export function areRolesWrong(rows: readonly SeenRow[], said: readonly SaidSoFar[] = []): boolean {
  return wrongRolesOf(rows, said) !== undefined;
}

function wrongRolesOf(rows: readonly SeenRow[], said: readonly SaidSoFar[]): string | undefined {
  const wrong = said.map((turn) =>
    turn.text.trim() === "" ? wrongMessageIn(rows, turn) : wrongRolesIn(rows, turn),
  );
  return wrong.find((each) => each !== undefined);
}

/** Of a turn that had no reply, or none yet. */
function wrongMessageIn(rows: readonly SeenRow[], { asked }: SaidSoFar): string | undefined {
  const alike = rows.filter(({ content }) => isSameText(content, asked));
  const isWrong = alike.length > 0 && alike.every(({ role }) => role === "assistant");
  return isWrong ? "the message stands there as the assistant's" : undefined;
}
