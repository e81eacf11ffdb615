import type { WireSettings } from "../contract/wire-description.ts";
import { exchangesOf, type LearnedTalk } from "./find-message-and-reply.ts";
import { idsUsedBy } from "./id-uses.ts";
import { lastName, leavesOf, listsAndMapsIn } from "./json-leaves.ts";
import type { IdSlot, LearnedId } from "./learn-ids.ts";
import { jsonAnswer, type LoggedExchange, type NetworkLog } from "./network-log.ts";
import { MODEL_NAME, segmentsOf } from "./network-log-words.ts";

/** A call that was found, with what the contract says of it beside the request. */
export interface LearnedCall<Rest> {
  readonly exchange: LoggedExchange;
  readonly rest: Rest;
}

type ListRest = Omit<NonNullable<WireSettings["models"]>, "request">;

/** What may be beside a talk in a log. */
export interface LearnedCalls {
  readonly cancel: LoggedExchange | undefined;
  readonly deletion: LoggedExchange | undefined;
  readonly conversations: LearnedCall<ListRest> | undefined;
  readonly models: LearnedCall<ListRest> | undefined;
  readonly health: LoggedExchange | undefined;
  readonly page: LoggedExchange | undefined;
}

interface Known {
  readonly talk: LearnedTalk;
  /** Also those of other conversations, and of other replies. */
  readonly ids: readonly LearnedId[];
  /** What listed the rows: it is no list of conversations. */
  readonly rows: LoggedExchange | undefined;
}

/** Finds the calls beside the talk, each by what it is asked or by what it tells. */
export function learnCalls({ exchanges }: NetworkLog, { talk, ids, rows }: Known): LearnedCalls {
  const ofMessages = exchangesOf(talk);
  const [send = talk.said.exchange] = ofMessages;
  const conversation = ids.find(({ slot }) => slot === "conversation");
  const here = exchanges.filter(
    (each) => each.origin === send.origin && !ofMessages.includes(each) && each !== rows && each.status < 400,
  );
  const later = here.filter(({ began_ms }) => began_ms >= send.began_ms);
  const names = (exchange: LoggedExchange, pattern: RegExp): boolean => pattern.test(pathOf(exchange));
  const idsOf = (slot: IdSlot): Set<string> =>
    new Set(ids.filter((id) => id.slot === slot).map(({ value }) => value));
  const [conversations, replies] = [idsOf("conversation"), idsOf("reply")];
  const isOf = (exchange: LoggedExchange, values: ReadonlySet<string>): boolean =>
    idsUsedBy(exchange).some(({ value, isInPath }) => isInPath && values.has(value));
  /** A page that asks for something while a reply comes, and for that reply, ends it. */
  const isInMidReply = (each: LoggedExchange): boolean =>
    here
      .concat(ofMessages)
      .some((reply) => isStream(reply) && reply.began_ms < each.began_ms && each.began_ms < reply.ended_ms);
  const isDeletion = (each: LoggedExchange): boolean =>
    (each.method === "DELETE" || names(each, /delete|remove/i)) &&
    isOf(each, conversations) &&
    !isOf(each, replies);
  const ends = later.filter((each) => each.method !== "GET" && each.method !== "WS" && !isStream(each));
  const cancel =
    ends.find((each) => names(each, /cancel|stop|abort|interrupt|halt/i)) ??
    ends.find(
      (each) =>
        each.method === "DELETE" &&
        (isOf(each, replies) || isInMidReply(each)) &&
        !endsWith(each, conversations),
    );
  const lists = here.filter(({ method }) => method === "GET");
  return {
    cancel,
    deletion: later.find((each) => each !== cancel && isDeletion(each)),
    conversations: conversation && firstList(lists, (leaf) => String(leaf.value) === conversation.value),
    models: modelsOf(lists, talk),
    health: here.find(
      (each) => each.method === "GET" && names(each, /\/(?:health(?:z|check)?|ready|ping|status)$/i),
    ),
    page: exchanges.find(
      ({ method, contentType, status, origin }) =>
        method === "GET" && contentType === "text/html" && status === 200 && origin === send.origin,
    ),
  };
}

function modelsOf(
  lists: readonly LoggedExchange[],
  { said }: LearnedTalk,
): LearnedCall<ListRest> | undefined {
  const asked = leavesOf(said.body).find(
    ({ place, value }) => MODEL_NAME.test(lastName(place)) && typeof value === "string",
  )?.value;
  const named = lists.filter((each) => /\/(?:models|tags)$/i.test(pathOf(each)));
  const byName = asked === undefined ? undefined : firstList(lists, (leaf) => leaf.value === asked);
  return (
    byName ??
    firstList(named, (leaf) => /^(?:id|name|model)$/.test(leaf.place) && typeof leaf.value === "string")
  );
}

/** The first list with an item that has such a leaf. */
function firstList(
  exchanges: readonly LoggedExchange[],
  isMeant: (leaf: ReturnType<typeof leavesOf>[number]) => boolean,
): LearnedCall<ListRest> | undefined {
  for (const exchange of exchanges) {
    for (const { place, items } of listsAndMapsIn(jsonAnswer(exchange))) {
      const leaf = items.flatMap((item) => leavesOf(item)).find(isMeant);
      // An id is told of each thing, and of each another.
      const isEach =
        leaf !== undefined && items.every((item) => leavesOf(item).some((each) => each.place === leaf.place));
      if (isEach) return { exchange, rest: { list: place, id: leaf.place } };
    }
  }
  return undefined;
}

function endsWith({ path }: LoggedExchange, values: ReadonlySet<string>): boolean {
  return values.has(segmentsOf(path).at(-1) ?? "");
}

function isStream({ contentType, method }: LoggedExchange): boolean {
  return method === "WS" || /event-stream|ndjson|jsonl|x-json-stream/.test(contentType);
}

function pathOf({ path }: LoggedExchange): string {
  return path.split("?")[0] ?? path;
}
