import { idAt } from "../targets/drivers/json-place.ts";
import { leavesBesideCallNumber } from "./id-uses.ts";
import type { LearnedId } from "./learn-ids.ts";
import type { LoggedExchange, NetworkLog } from "./network-log.ts";
import { stoppedOnSocket } from "./stopped-replies.ts";
import { streamOf } from "./stream-events.ts";

/**
 * The id by which a page named a reply that it ended by a frame: what the frames of that reply had told before, and, at the same
 * place, those of the reply that is understood tell another one. Of both replies; none where the page named something else.
 *
 * @param ids what is known to be an id, such as that of the conversation; nothing is looked for where the reply's is
 */
export function learnStoppedReply(
  log: NetworkLog,
  read: LoggedExchange,
  ids: readonly LearnedId[],
): LearnedId[] {
  const [stop] = stoppedOnSocket(log, read);
  const isKnown = ids.some(({ placeholder }) => placeholder === "reply");
  if (isKnown || stop === undefined || stop.exchange === read) return [];
  const { exchange, frame } = stop;
  // What the page has said with the message is its own word for it.
  const own = leavesBesideCallNumber(exchange.requestBody).map(({ value }) => String(value));
  const known = new Set([...ids.map(({ value }) => value), ...own]);
  const named = leavesBesideCallNumber(JSON.parse(frame)).map(({ value }) => String(value));
  for (const { place, value } of eventsOf(exchange).flatMap(leavesBesideCallNumber)) {
    const [whole, other] = [onlyIdAt(read, place), onlyIdAt(exchange, place)];
    if (whole === undefined || other !== String(value) || whole === other) continue;
    if (!named.includes(other) || known.has(other)) continue;
    const told = (of: LoggedExchange, id: string): LearnedId => ({
      placeholder: "reply",
      value: id,
      told: { exchange: of, place },
      used: exchange,
    });
    return [told(read, whole), told(exchange, other)];
  }
  return [];
}

/** The id that all events of a reply have at a place, of those that have one; undefined for none, or several. */
function onlyIdAt(exchange: LoggedExchange, place: string): string | undefined {
  const told = new Set(eventsOf(exchange).flatMap((value) => idAt(value, place) ?? []));
  const [id] = told;
  return told.size === 1 ? id : undefined;
}

function eventsOf(exchange: LoggedExchange): unknown[] {
  return (streamOf(exchange)?.events ?? []).map(({ value }) => value);
}
