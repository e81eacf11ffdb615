import { valueAt } from "../targets/drivers/json-place.ts";
import { isClientGenerated, isOfEachMessage } from "./client-generated-ids.ts";
import type { LearnedMessage } from "./find-message-and-reply.ts";
import { type IdUse, idsToldBy, idsUsedBy, isSameEndpoint, type ToldId } from "./id-uses.ts";
import type { LoggedExchange, NetworkLog } from "./network-log.ts";
import { CONVERSATION_NAME } from "./network-log-words.ts";

/** What an id is of. */
export type IdPlaceholder = "conversation" | "message" | "reply";

/** An id that was seen to flow from an answer into a request, or that the page made up. */
export interface LearnedId {
  readonly placeholder: IdPlaceholder;
  readonly value: string;
  /** Where it was first told: by which answer, and where in it; undefined where the page made it up. */
  readonly told: { readonly exchange: LoggedExchange; readonly place: string } | undefined;
  /** The request that needed it first. */
  readonly used: LoggedExchange;
}

/** Words that say what an id is of. */
const WORDS: Readonly<Record<IdPlaceholder, RegExp>> = {
  conversation: CONVERSATION_NAME,
  reply: /assistant|reply|answer|response|run|generation|task|job|completion|bot/i,
  message: /message|msg|user|prompt/i,
};

/**
 * The ids in the requests of a talk and of what came with it.
 *
 * @param rows the exchange that listed what was said
 * @param keys what a page made up for each of its messages: those name nothing else
 */
export function learnIds(
  log: NetworkLog,
  { said, read }: LearnedMessage,
  { rows, keys }: { readonly rows: LoggedExchange | undefined; readonly keys: ReadonlySet<string> },
): LearnedId[] {
  const send = said.exchange;
  const about = log.exchanges.filter(({ origin }) => origin === send.origin);
  const tellers = about.flatMap(idsToldBy);
  const users = about.flatMap(idsUsedBy).filter(({ value }) => !keys.has(value));
  const known = namedValues(tellers);
  const placesInSend = new Set(tellers.filter(({ exchange }) => exchange === send).map(({ place }) => place));
  /** What another message was answered is told so of this one, too. */
  const asOfSend = (id: ToldId | undefined): ToldId | undefined =>
    id !== undefined && placesInSend.has(id.place) && isSameEndpoint(id.exchange, send, known)
      ? { ...id, exchange: send }
      : id;
  /** Where a message before had nothing, the back end makes it, though the log may have lost where it first told it. */
  const isTheirs = (told: ToldId | undefined, uses: readonly IdUse[]): boolean =>
    told !== undefined &&
    isSameEndpoint(told.exchange, send, known) &&
    uses.some(({ exchange, place }) => exchange === send && place !== "" && wasEmpty(place, send, about));
  const ids = [...Map.groupBy(users, (use) => use.value)].flatMap(([value, uses]) => {
    const firstTold = firstToldOf(value, uses, tellers);
    const flow = {
      uses,
      told: asOfSend(firstTold),
      isFlowing: isBefore(firstTold?.exchange, uses) || isTheirs(firstTold, uses),
    };
    return idOf(value, flow, { send, read, rows, known }) ?? [];
  });
  const likely = ids.toSorted((a, b) => b.weight - a.weight);
  return likely.filter(
    (id, index) => likely.findIndex(({ placeholder }) => placeholder === id.placeholder) === index,
  );
}

/** Whether an earlier message had nothing at a place of its body. */
function wasEmpty(place: string, send: LoggedExchange, exchanges: readonly LoggedExchange[]): boolean {
  return exchanges.some(
    (each) =>
      each.began_ms < send.began_ms &&
      isSameEndpoint(each, send) &&
      each.requestBody !== undefined &&
      (valueAt(each.requestBody, place) ?? "") === "",
  );
}

type WeighedId = LearnedId & { readonly weight: number };

/** Where a value was used, and who told it. */
interface IdFlow {
  readonly uses: readonly IdUse[];
  readonly told: ToldId | undefined;
  /** Whether it was told before it was used. */
  readonly isFlowing: boolean;
}

/** The exchanges of a talk, of which ids are needed. */
interface TalkExchanges {
  readonly send: LoggedExchange;
  readonly read: LoggedExchange;
  readonly rows: LoggedExchange | undefined;
  /** All values that answers call ids. */
  readonly known: ReadonlySet<string>;
}

/** What a value is the id of; undefined where it is none that a talk needs. */
function idOf(
  value: string,
  { uses, told, isFlowing }: IdFlow,
  { send, read, rows, known }: TalkExchanges,
): WeighedId | undefined {
  const isNeeded = [told, ...uses].some((each) => each && [send, read, rows].includes(each.exchange));
  if (!isNeeded || (told === undefined && !isClientGenerated(value, uses, { send, rows }))) return undefined;
  const isOfSend = uses.some(({ exchange, isInPath }) => exchange === send && (isInPath || isFlowing));
  const isOfRead =
    told?.exchange === send &&
    !told.names.some((name) => CONVERSATION_NAME.test(name)) &&
    uses.some(({ exchange, isInPath }) => exchange === read && isInPath);
  const isOfEach = told === undefined && isOfEachMessage(uses, send);
  const meant = placeholderOf(
    [...uses.flatMap(({ names }) => names), ...(told === undefined ? [] : [...told.names, ...told.names])],
    // Before a message is sent there is only the conversation.
    {
      isConversation:
        isOfSend || isOfEach || uses.some(({ exchange, isInPath }) => exchange === rows && isInPath),
      // What the answer to a message names, and an address needs, without a word for what it is.
      isReply:
        told?.exchange === send &&
        uses.some(({ exchange, isInPath }) => isInPath || !isSameEndpoint(exchange, send, known)),
      isOfRead,
    },
  );
  // What a page makes up for one message is another one each time.
  if (meant === undefined || (!isFlowing && meant.placeholder !== "conversation")) return undefined;
  const used = uses.find(({ exchange }) => exchange !== told?.exchange)?.exchange ?? send;
  return { ...meant, value, used, told: isFlowing ? told : undefined };
}

/** Ids of the same kinds, of other conversations and replies: told at the same places by the same calls. */
export function kindredIds({ exchanges }: NetworkLog, ids: readonly LearnedId[]): LearnedId[] {
  const tellers = exchanges.flatMap(idsToldBy);
  const known = namedValues(tellers);
  return ids.flatMap((id) => {
    const { told } = id;
    if (told === undefined) return [];
    const alike = tellers.filter(
      ({ value, place, exchange }) =>
        value !== id.value && place === told.place && isSameEndpoint(exchange, told.exchange, known),
    );
    return alike.map(({ value, exchange, place }) => ({ ...id, value, told: { exchange, place } }));
  });
}

function namedValues(tellers: readonly ToldId[]): ReadonlySet<string> {
  return new Set(tellers.filter(({ isNamed }) => isNamed).map(({ value }) => value));
}

/** Where an exchange tells the ids that it makes; undefined where it tells none. */
export function idPlacesOf(
  ids: readonly LearnedId[],
  exchange: LoggedExchange,
): Partial<Record<IdPlaceholder, string>> | undefined {
  const told = ids.flatMap(({ placeholder, told }) =>
    told?.exchange === exchange ? [[placeholder, told.place] as const] : [],
  );
  return told.length === 0 ? undefined : Object.fromEntries(told);
}

function lastOf(uses: readonly IdUse[]): LoggedExchange {
  return uses.map(({ exchange }) => exchange).reduce((a, b) => (a.began_ms >= b.began_ms ? a : b));
}

/** Who told a value that was used; rather where it is called an id. What only looks like one is one where it is used afterwards. */
function firstToldOf(value: string, uses: readonly IdUse[], tellers: readonly ToldId[]): ToldId | undefined {
  const last = lastOf(uses).began_ms;
  const told = tellers.filter((each) => each.value === value && each.exchange.began_ms <= last);
  return told.find(({ isNamed }) => isNamed) ?? told.find(({ exchange }) => isBefore(exchange, uses));
}

/** What is told only after the page has used it was the page's own. */
function isBefore(told: LoggedExchange | undefined, uses: readonly IdUse[]): boolean {
  return (
    told !== undefined &&
    !uses.some(
      ({ exchange }) => exchange.began_ms < told.began_ms || (exchange === told && exchange.method !== "GET"),
    )
  );
}

interface Weighing {
  readonly isConversation: boolean;
  readonly isReply: boolean;
  /** The answer to the message told it, and the call that streams the reply needs it. */
  readonly isOfRead: boolean;
}

/** What an id is of by the words beside it, with how much speaks for that. */
function placeholderOf(
  names: readonly string[],
  { isConversation, isReply, isOfRead }: Weighing,
): { readonly placeholder: IdPlaceholder; readonly weight: number } | undefined {
  const weights = (Object.keys(WORDS) as IdPlaceholder[]).map((placeholder) => ({
    placeholder,
    weight:
      names.filter((name) => WORDS[placeholder].test(name)).length +
      (placeholder === "conversation" && isConversation ? 3 : 0) +
      (placeholder === "reply" && isOfRead ? 2 : 0),
  }));
  const [best] = weights.toSorted((a, b) => b.weight - a.weight);
  if (best !== undefined && best.weight > 0) return best;
  return isReply ? { placeholder: "reply", weight: 0 } : undefined;
}
