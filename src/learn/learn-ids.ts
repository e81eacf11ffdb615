import { lastName, leavesOf } from "./json-leaves.ts";
import type { LearnedTalk } from "./learn-talk.ts";
import { segmentsOf } from "./log-words.ts";
import { jsonAnswer, type LoggedExchange, type NetworkLog } from "./network-log.ts";
import { streamOf } from "./stream-events.ts";

/** What an id is of. */
export type IdSlot = "conversation" | "message" | "reply";

/** An id that was seen to flow from an answer into a request, or that the page made up. */
export interface LearnedId {
  readonly slot: IdSlot;
  readonly value: string;
  /** Where it was first told: by which answer, and where in it; undefined where the page made it up. */
  readonly told: { readonly exchange: LoggedExchange; readonly place: string } | undefined;
  /** The request that needed it first. */
  readonly used: LoggedExchange;
}

/** Words that say what an id is of. */
const WORDS: Readonly<Record<IdSlot, RegExp>> = {
  conversation: /conv|chat|session|thread|dialog|room|topic|discussion/i,
  reply: /assistant|reply|answer|response|run|generation|task|job|completion|bot/i,
  message: /message|msg|user|prompt/i,
};
const ID_NAME =
  /(?:^|[_-])(?:id|uuid|key)$|(?:Id|Uuid)$|^(?:conversation|session|chat|thread|message|reply|run)$/;
const MADE_UP = /^(?:[\da-f]{8}-[\da-f-]{20,}|[\da-f]{20,}|[\w-]{20,})$/i;

/** The ids in the requests of a talk and of what came with it. `rows`: the exchange that listed what was said. */
export function learnIds(
  log: NetworkLog,
  { said, read }: LearnedTalk,
  rows: LoggedExchange | undefined,
): LearnedId[] {
  const send = said.exchange;
  const about = log.exchanges.filter(({ origin }) => origin === send.origin);
  const tellers = about.flatMap(idsToldBy);
  const users = about.flatMap((exchange) => idsUsedBy(exchange));
  const ids: LearnedId[] = [];
  for (const [value, uses] of Map.groupBy(users, (use) => use.value)) {
    const [told] = tellers.filter(
      (each) => each.value === value && each.exchange.began_ms <= lastOf(uses).began_ms,
    );
    const isNeeded =
      uses.some(({ exchange }) => [send, read, rows].includes(exchange)) ||
      told?.exchange === send ||
      told?.exchange === read;
    const isMadeUp =
      told === undefined && MADE_UP.test(value) && uses.some(({ exchange }) => exchange === send);
    if (!isNeeded || (told === undefined && !isMadeUp)) continue;
    const used = uses.find(({ exchange }) => exchange !== told?.exchange)?.exchange ?? send;
    const isOfSend = uses.some(
      ({ exchange, isInPath }) => exchange === send && (isInPath || told !== undefined),
    );
    const slot = slotOf(
      [...uses.flatMap(({ names }) => names), ...(told === undefined ? [] : [...told.names, ...told.names])],
      // Before a message is sent there is only the conversation.
      { isConversation: isOfSend || uses.some(({ exchange, isInPath }) => exchange === rows && isInPath) },
    );
    if (slot === undefined) continue;
    ids.push({ slot, value, used, told: isBefore(told?.exchange, uses) ? told : undefined });
  }
  return ids.filter((id, index) => ids.findIndex(({ slot }) => slot === id.slot) === index);
}

interface Use {
  readonly value: string;
  readonly exchange: LoggedExchange;
  /** The words beside it. */
  readonly names: readonly string[];
  readonly isInPath: boolean;
}

function lastOf(uses: readonly Use[]): LoggedExchange {
  return uses.map(({ exchange }) => exchange).reduce((a, b) => (a.began_ms >= b.began_ms ? a : b));
}

/** What is told only after the page has used it was the page's own. */
function isBefore(told: LoggedExchange | undefined, uses: readonly Use[]): boolean {
  return (
    told !== undefined &&
    !uses.some(
      ({ exchange }) => exchange.began_ms < told.began_ms || (exchange === told && exchange.method !== "GET"),
    )
  );
}

interface Weighing {
  readonly isConversation: boolean;
}

function slotOf(names: readonly string[], { isConversation }: Weighing): IdSlot | undefined {
  const weights = (Object.keys(WORDS) as IdSlot[]).map((slot) => ({
    slot,
    weight:
      names.filter((name) => WORDS[slot].test(name)).length +
      (slot === "conversation" && isConversation ? 3 : 0),
  }));
  const [best] = weights.toSorted((a, b) => b.weight - a.weight);
  return best === undefined || best.weight === 0 ? undefined : best.slot;
}

/** The ids that an answer tells, also one that streams. */
function idsToldBy(exchange: LoggedExchange): (Use & { readonly place: string })[] {
  const values = jsonAnswer(exchange) ?? undefined;
  const told = values === undefined ? (streamOf(exchange)?.events ?? []).map(({ value }) => value) : [values];
  return told.flatMap((value) =>
    leavesOf(value).flatMap((leaf) => {
      const id = idIn(leaf.value);
      if (id === undefined || !ID_NAME.test(lastName(leaf.place))) return [];
      const parent = leaf.place.split(".").at(-2) ?? lastSegment(exchange);
      return [
        { value: id, place: leaf.place, exchange, isInPath: false, names: [lastName(leaf.place), parent] },
      ];
    }),
  );
}

/** The ids that a request has in its path, its query or its body. */
function idsUsedBy(exchange: LoggedExchange): Use[] {
  const url = new URL(exchange.path, exchange.origin);
  const segments = segmentsOf(exchange.path);
  const inPath = segments.map((value, index) => ({
    value,
    names: [segments[index - 1] ?? ""],
    isInPath: true,
  }));
  const inQuery = [...url.searchParams].map(([name, value]) => ({ value, names: [name], isInPath: true }));
  const inBody = leavesOf(exchange.requestBody).flatMap(({ place, value }) => {
    const id = ID_NAME.test(lastName(place)) ? idIn(value) : undefined;
    return id === undefined ? [] : [{ value: id, names: [lastName(place)], isInPath: false }];
  });
  return [...inPath, ...inQuery, ...inBody]
    .filter(({ value }) => value !== "")
    .map((use) => ({ ...use, exchange }));
}

function idIn(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isInteger(value)) return String(value);
  return typeof value === "string" && /^[\w:.~-]{1,100}$/.test(value) ? value : undefined;
}

function lastSegment(exchange: LoggedExchange): string {
  return segmentsOf(exchange.path).at(-1) ?? "";
}
