import { idAt } from "../targets/drivers/json-place.ts";
import { idsToldBy, idsUsedBy } from "./id-uses.ts";
import { lastName, leavesOf } from "./json-leaves.ts";
import type { LoggedExchange, NetworkLog } from "./network-log.ts";
import { MODEL_NAME } from "./network-log-words.ts";
import { type LoggedEvent, streamOf } from "./stream-events.ts";

/**
 * A log in which a stream of events that is open for all replies is one exchange for each of them: with the events that have
 * the id of that one, as from the call that the id is of. A stream whose events have none stays as it is.
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

function partsOf(channel: LoggedExchange, { exchanges }: NetworkLog): LoggedExchange[] | undefined {
  if (channel.method !== "GET" || channel.contentType !== "text/event-stream") return undefined;
  const later = exchanges.filter(
    ({ method, origin, began_ms }) =>
      !/^(?:GET|WS)$/.test(method) && origin === channel.origin && began_ms > channel.began_ms,
  );
  const events = later.length === 0 ? [] : (streamOf(channel)?.events ?? []);
  const best = separatorOf(events, later, new Set(idsUsedBy(channel).map(({ value }) => value)));
  if (best === undefined) return undefined;
  return [...best.owners].map(([value, owner]) => ({
    ...channel,
    where: `${channel.where}, ${value}`,
    // Nothing of it is told before its call is made.
    began_ms: owner.began_ms + 1,
    ended_ms: Math.max(channel.ended_ms, owner.ended_ms),
    isLeft: false,
    channel: { place: best.place, value },
    answer: events
      .filter((event) => idAt(event.value, best.place) === value)
      .map(eventText)
      .join(""),
  }));
}

/** Of the places at which only ids of calls stand, the one that tells the most of them apart. `asked`: what the stream itself is of. */
function separatorOf(
  events: readonly LoggedEvent[],
  later: readonly LoggedExchange[],
  asked: ReadonlySet<string>,
): Separator | undefined {
  const [told, used] = [namesIn(later, idsToldBy), namesIn(later, idsUsedBy)];
  const places = new Set(events.flatMap(({ value }) => leavesOf(value).map(({ place }) => place)));
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

function eventText({ name = "message", text }: LoggedEvent): string {
  const data = text.split("\n").map((line) => `data: ${line}\n`);
  return `event: ${name}\n${data.join("")}\n`;
}
