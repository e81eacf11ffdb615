import { knownRole } from "../targets/drivers/described-rows.ts";
import { idAt, itemsAt, textAt } from "../targets/drivers/json-place.ts";
import type { LearnedMessage } from "./find-message-and-reply.ts";
import { idsToldBy, isSameEndpoint } from "./id-uses.ts";
import { leavesOf } from "./json-leaves.ts";
import type { LearnedId } from "./learn-ids.ts";
import type { LearnedRows } from "./learn-rows.ts";
import { jsonAnswer, type LoggedExchange, type NetworkLog } from "./network-log.ts";

/**
 * The reply's id by which a later message names what it follows: what the stream of the reply before has told, and no request
 * had said until then. Undefined where a message names no such thing, or what it names is shown as the person's own message.
 *
 * @param ids what else the message names
 */
export function learnLastReply(
  { exchanges }: NetworkLog,
  { said, read }: LearnedMessage,
  { ids, rows }: { readonly ids: readonly LearnedId[]; readonly rows: LearnedRows | undefined },
): LearnedId | undefined {
  const before = exchanges.findLast(
    (each) => each !== read && isSameEndpoint(each, read) && each.began_ms < said.exchange.began_ms,
  );
  if (before === undefined) return undefined;
  const named = new Set(leavesOf(said.body).map(({ value }) => String(value)));
  const known = new Set(
    ids.filter(({ placeholder }) => placeholder === "conversation").map(({ value }) => value),
  );
  const places = new Set(idsToldBy(read).map(({ place }) => place));
  const told = idsToldBy(before).find(
    ({ value, place }) =>
      named.has(value) && !known.has(value) && places.has(place) && !isSaidBy(before, value),
  );
  if (told === undefined || isOfPerson(told.value, rows)) return undefined;
  const { value, place } = told;
  return { placeholder: "reply", value, told: { exchange: read, place }, used: said.exchange };
}

/** Whether the page itself has said it before. */
function isSaidBy({ requestBody }: LoggedExchange, value: string): boolean {
  return leavesOf(requestBody).some((leaf) => String(leaf.value) === value);
}

/** Whether it is shown as the name of what the person said. */
function isOfPerson(value: string, rows: LearnedRows | undefined): boolean {
  if (rows === undefined) return false;
  const { list, role, roles, id } = rows.rows;
  const row = itemsAt(jsonAnswer(rows.exchange), list)?.find((item) => idAt(item, id) === value);
  const speaker = textAt(row, role);
  return speaker !== null && (roles?.user?.includes(speaker) ?? knownRole(speaker) === "user");
}
