/** Which messages a stream of events has the replies to that is open for more than one. */
import { idAt } from "../targets/drivers/json-place.ts";
import { idsToldBy, idsUsedBy, isSameEndpoint } from "./id-uses.ts";
import { lastName, leavesOf } from "./json-leaves.ts";
import { likelihoodOfText, messageCandidates, TITLE_NAME } from "./message-candidates.ts";
import type { LoggedExchange, NetworkLog } from "./network-log.ts";
import { piecesAmong } from "./split-turns.ts";
import { type LoggedEvent, streamOf } from "./stream-events.ts";

/** The messages whose replies come on a stream. */
export interface MessagesOnFeed {
  /** The one that told what the stream is of, before that was opened. */
  readonly first: readonly LoggedExchange[];
  /** Those that were sent while it was open, in their order. */
  readonly later: readonly LoggedExchange[];
}

/** The messages that tell or name what a stream, or a part of it, is of; `name`: undefined for all. */
export function messagesOnFeed(
  feed: LoggedExchange,
  name: string | undefined,
  log: NetworkLog,
): MessagesOnFeed {
  const said = messageCandidates(log).filter(
    ({ exchange, place }) =>
      exchange.origin === feed.origin &&
      !/^(?:GET|WS)$/.test(exchange.method) &&
      !TITLE_NAME.test(lastName(place)),
  );
  const likely = said
    .map((each) => ({ exchange: each.exchange, likelihood: likelihoodOfText(each) }))
    .filter(({ exchange, likelihood }) => likelihood > 0 && (name === undefined || isAbout(exchange, name)))
    .toSorted((a, b) => b.likelihood - a.likelihood);
  const until = closedAt(feed, log);
  const isWithin = ({ began_ms }: LoggedExchange): boolean => began_ms > feed.began_ms && began_ms < until;
  const [best] = likely.filter(({ exchange }) => isWithin(exchange));
  if (best === undefined) return { first: [], later: [] };
  const ids = new Set(name === undefined ? [] : [name]);
  const calls = [...new Set(likely.map(({ exchange }) => exchange))].toSorted(
    (a, b) => a.began_ms - b.began_ms,
  );
  const later = calls.filter((each) => isWithin(each) && isSameEndpoint(each, best.exchange, ids));
  const first = calls.findLast(
    (each) => each.began_ms < feed.began_ms && name !== undefined && tells(each, name),
  );
  return { first: first === undefined ? [] : [first], later };
}

function isAbout(exchange: LoggedExchange, name: string): boolean {
  return tells(exchange, name) || idsUsedBy(exchange).some(({ value }) => value === name);
}

function tells(exchange: LoggedExchange, name: string): boolean {
  return idsToldBy(exchange).some(({ value }) => value === name);
}

/** When a stream was closed, as far as that is known: some logs do not tell it, and a page opens it again. */
function closedAt(feed: LoggedExchange, { exchanges }: NetworkLog): number {
  if (feed.ended_ms > feed.began_ms) return feed.ended_ms;
  const again = exchanges.find((each) => each.began_ms > feed.began_ms && isSameFeed(each, feed));
  return again?.began_ms ?? Number.POSITIVE_INFINITY;
}

function isSameFeed(one: LoggedExchange, other: LoggedExchange): boolean {
  return one.method === other.method && one.origin === other.origin && one.path === other.path;
}

/** What a stream is of that names nothing of its replies: what its address has and messages have, too, and where its events say that. */
export function nameOfFeed(
  feed: LoggedExchange,
  events: readonly LoggedEvent[],
  { exchanges }: NetworkLog,
): { readonly place: string | undefined; readonly value: string | undefined } {
  const calls = exchanges.filter(
    ({ method, origin }) => !/^(?:GET|WS)$/.test(method) && origin === feed.origin,
  );
  const told = new Set(calls.flatMap(idsToldBy).map(({ value }) => value));
  const used = new Set(calls.flatMap(idsUsedBy).map(({ value }) => value));
  const asked = idsUsedBy(feed).filter(
    ({ value }) => told.has(value) || (/\d/.test(value) && used.has(value)),
  );
  const value = (asked.find((each) => told.has(each.value)) ?? asked[0])?.value;
  const [piece = 0] = piecesAmong(events);
  // What does not name it, such as the end, would be passed over.
  const place = leavesOf(events[piece]?.value).find(
    (leaf) =>
      value !== undefined && events.slice(piece).every((event) => idAt(event.value, leaf.place) === value),
  )?.place;
  return { place, value };
}

/** Without what the same stream has told before, in its order, when it was opened earlier. */
export function withoutRepeats(
  events: readonly LoggedEvent[],
  feed: LoggedExchange,
  { exchanges }: NetworkLog,
): readonly LoggedEvent[] {
  const before = exchanges.filter((each) => each.began_ms < feed.began_ms && isSameFeed(each, feed));
  const told = before.flatMap((each) => streamOf(each)?.events ?? []).map(({ text }) => text);
  let from = 0;
  const fresh = events.findIndex(({ text }) => {
    const at = told.indexOf(text, from);
    from = at + 1;
    return at < 0;
  });
  const repeated = fresh < 0 ? events.length : fresh;
  // A greeting, or a word or two, are the same by chance.
  const isRepeating = piecesAmong(events).filter((piece) => piece < repeated).length >= FEWEST_REPEATED;
  return isRepeating ? events.slice(repeated) : events;
}

/** So many pieces of a text that were told before are not the same by chance. */
const FEWEST_REPEATED = 3;
