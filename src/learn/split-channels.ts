import { idAt } from "../targets/drivers/json-place.ts";
import { idsToldBy, idsUsedBy } from "./id-uses.ts";
import { lastName, leavesOf } from "./json-leaves.ts";
import { messagesOnFeed, nameOfFeed, withoutRepeats } from "./messages-on-feed.ts";
import type { LoggedExchange, NetworkLog } from "./network-log.ts";
import { MODEL_NAME } from "./network-log-words.ts";
import { eventsByReply, piecesAmong } from "./split-turns.ts";
import { type LoggedEvent, streamOf } from "./stream-events.ts";

/**
 * A log in which a stream of events that is open for all replies is one exchange for each of them: with the events that have
 * the id of that one, as from the call that the id is of. Replies that have one name, such as that of their conversation, or
 * none, are told apart by what ends them; where nothing does, the stream stays as it is, and says of how many replies it is.
 */
export function splitChannels(log: NetworkLog): NetworkLog {
  const exchanges = log.exchanges.flatMap((each) => partsOf(each, log) ?? [each]);
  return { ...log, exchanges: exchanges.toSorted((a, b) => a.began_ms - b.began_ms) };
}

/** A place in events that says whose they are. */
interface Separator {
  readonly place: string;
  /** By the ids that stand there: the call that tells or names each. */
  readonly owners: ReadonlyMap<string, LoggedExchange>;
  /** How many of the ids an answer told: those are of one message each. */
  readonly told: number;
}

/** The events of one reply, with the call that asked for it. */
interface ReplyOnFeed {
  readonly events: readonly LoggedEvent[];
  readonly call: LoggedExchange;
  readonly place: string | undefined;
  readonly value: string | undefined;
  readonly isTurn: boolean;
}

function partsOf(feed: LoggedExchange, log: NetworkLog): readonly LoggedExchange[] | undefined {
  if (feed.method !== "GET" || feed.contentType !== "text/event-stream") return undefined;
  const logged = streamOf(feed)?.events ?? [];
  const events = withoutRepeats(logged, feed, log);
  const isToldAgain = events.length < logged.length;
  const own = isToldAgain ? { ...feed, answer: events.map(eventText).join(""), isToldAgain } : feed;
  const replies = repliesOn(feed, events, log);
  if (typeof replies === "number") return [{ ...own, untoldReplies: replies }];
  if (replies.length === 0) return isToldAgain ? [own] : undefined;
  return replies.map(({ events, call, ...channel }, index) => ({
    ...own,
    where: `${feed.where}, ${channel.isTurn ? `reply ${index + 1}` : channel.value}`,
    // Nothing of it is told before its call is made.
    began_ms: Math.max(feed.began_ms, call.began_ms + 1),
    ended_ms: Math.max((channel.isTurn && replies[index + 1]?.call.began_ms) || feed.ended_ms, call.ended_ms),
    isLeft: false,
    channel,
    answer: events.map(eventText).join(""),
  }));
}

/** The replies on a stream; how many they are, where they cannot be told apart. */
function repliesOn(
  feed: LoggedExchange,
  events: readonly LoggedEvent[],
  log: NetworkLog,
): readonly ReplyOnFeed[] | number {
  const later = log.exchanges.filter(
    ({ method, origin, began_ms }) =>
      !/^(?:GET|WS)$/.test(method) && origin === feed.origin && began_ms > feed.began_ms,
  );
  if (later.length === 0 || events.length === 0) return [];
  const best = separatorOf(events, later, new Set(idsUsedBy(feed).map(({ value }) => value)));
  const named = [...(best?.owners ?? [])].map(([value, owner]) => {
    const own = events.filter((event) => best !== undefined && idAt(event.value, best.place) === value);
    const one = { events: own, call: owner, place: best?.place, value, isTurn: false };
    // What several messages are to is a conversation, and no name of a reply.
    return turnsOf(own, { place: best?.place, value }, messagesOnFeed(feed, value, log)) ?? [one];
  });
  if (named.length > 0 && named.every((turns) => typeof turns !== "number")) return named.flat();
  const all = nameOfFeed(feed, events, log);
  const turns = turnsOf(events, all, messagesOnFeed(feed, all.value, log), { isOneMeant: true });
  const most = Math.max(...named.map((each) => (typeof each === "number" ? each : 0)));
  if (named.length === 0) return turns ?? [];
  // Where one conversation alone has the stream, what ends its replies need not name it.
  return named.length === 1 && Array.isArray(turns) ? turns : most;
}

/**
 * The replies to messages that came one after the other under one name, or none; how many they are where nothing ends each of
 * them. Undefined where they are no several.
 */
function turnsOf(
  events: readonly LoggedEvent[],
  name: Pick<ReplyOnFeed, "place" | "value">,
  { first, later }: ReturnType<typeof messagesOnFeed>,
  { isOneMeant = false }: { readonly isOneMeant?: boolean } = {},
): readonly ReplyOnFeed[] | number | undefined {
  const all = [...first, ...later];
  if (later.length === 0 || (all.length === 1 && !isOneMeant)) return undefined;
  // The reply to what began the conversation may have come before the stream was opened.
  for (const calls of [all, later]) {
    const replies = eventsByReply(events, calls.length);
    if (replies === undefined) continue;
    return calls.map((call, index) => ({ ...name, call, events: replies[index] ?? [], isTurn: true }));
  }
  return all.length;
}

/** Of the places at which only ids of calls stand, and pieces of replies have one, the one that tells the most of them apart. `asked`: what the stream itself is of. */
function separatorOf(
  events: readonly LoggedEvent[],
  later: readonly LoggedExchange[],
  asked: ReadonlySet<string>,
): Separator | undefined {
  const [told, used] = [namesIn(later, idsToldBy), namesIn(later, idsUsedBy)];
  const pieces = piecesAmong(events).map((index) => events[index]?.value);
  const places = new Set(pieces.flatMap((value) => leavesOf(value).map(({ place }) => place)));
  // Which model a reply is of many replies say.
  const ofReplies = [...places].filter((place) => !MODEL_NAME.test(lastName(place)));
  const separators = ofReplies.flatMap((place): Separator[] => {
    const ids = [...new Set(events.flatMap(({ value }) => idAt(value, place) ?? []))];
    const owners = ids.map((id) => [id, told.get(id) ?? used.get(id)] as const);
    const known = owners.filter((each): each is [string, LoggedExchange] => each[1] !== undefined);
    if (known.length === 0 || known.length < owners.length || ids.every((id) => asked.has(id))) return [];
    return [{ place, owners: new Map(known), told: ids.filter((id) => told.has(id)).length }];
  });
  return separators.toSorted((a, b) => b.owners.size - a.owners.size || b.told - a.told)[0];
}

/** The first call that each id is in. */
function namesIn(
  calls: readonly LoggedExchange[],
  find: (call: LoggedExchange) => readonly { readonly value: string; readonly isNamed: boolean }[],
): ReadonlyMap<string, LoggedExchange> {
  const names = new Map<string, LoggedExchange>();
  for (const call of calls) {
    for (const { value, isNamed } of find(call)) if (isNamed && !names.has(value)) names.set(value, call);
  }
  return names;
}

function eventText({ name, text }: LoggedEvent): string {
  const data = text.split("\n").map((line) => `data: ${line}\n`);
  return `${name === undefined ? "" : `event: ${name}\n`}${data.join("")}\n`;
}
