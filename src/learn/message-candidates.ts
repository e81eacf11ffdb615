import { readPacket } from "../targets/drivers/socket-io.ts";
import { isMadeForOne } from "./id-uses.ts";
import { type JsonLeaf, lastName, leavesOf, listsAndMapsIn } from "./json-leaves.ts";
import { isPasswordOf, isUserOf } from "./login-fields.ts";
import {
  jsonAnswer,
  jsonOrText,
  type LoggedExchange,
  type LoggedFrame,
  mayBeConversation,
  mayList,
  type NetworkLog,
} from "./network-log.ts";
import { CONVERSATION_NAME, MODEL_NAME, segmentsOf } from "./network-log-words.ts";

/** A text in a request that may be what the person said. */
export interface MessageCandidate {
  readonly exchange: LoggedExchange;
  /** What carried it: the body, or a WebSocket's frame; undefined where it was in the path. */
  readonly body: unknown;
  /** Where it stands in that, or the query's name; empty in the path itself. */
  readonly place: string;
  readonly text: string;
}

const TEXT_NAME =
  /^(?:message|text|content|prompt|input|query|question|msg|q|utterance|user_?input|user_?message|body)$/i;
/** What a conversation is called is nothing that is said in it. */
export const TITLE_NAME = /^(?:title|subject|caption|headline|name)$|(?:[_-]title|Title|[_-]name|Name)$/;
/** A query of GraphQL is a program's, whatever the field is called in which it stands. */
const GRAPHQL = /^\s*(?:query|mutation|subscription|fragment)\b[^{]*\{/;
const HAS_WORDS = /\S\s+\S/;
/** Words of programs. */
const WORD = /^(?:user|assistant|system|human|ai|text|stream|true|false|null|default|chat)$/i;

/** Every text in the requests of a log that a person may have said. */
export function messageCandidates({ exchanges }: NetworkLog): MessageCandidate[] {
  return exchanges.filter(mayBeConversation).flatMap((exchange) => {
    const isWhole = exchange.method === "WS" && exchange.requestBody === undefined;
    const bodies = isWhole ? pageFrames(exchange) : [exchange.requestBody];
    const inBodies = bodies.flatMap((body) =>
      leavesOf(body).flatMap((leaf) =>
        // Who is let in says who he is.
        isUserOf(exchange, leaf) || isPasswordOf(exchange, leaf)
          ? []
          : textsAt(leaf).map((text) => ({ exchange, body, place: leaf.place, text })),
      ),
    );
    const query = [...new URL(exchange.path, exchange.origin).searchParams];
    const inQuery = query.flatMap(([place, value]) =>
      textsAt({ place, value }).map((text) => ({ exchange, body: undefined, place, text })),
    );
    const inPath = segmentsOf(exchange.path).flatMap((segment) =>
      // A word alone is a part of the address.
      /\s/.test(segment) ? [{ exchange, body: undefined, place: "", text: segment }] : [],
    );
    return [...inBodies, ...inQuery, ...inPath];
  });
}

/** What a page sent by a WebSocket, read as JSON; of socket.io its events. */
export function pageFrames({ frames }: LoggedExchange): unknown[] {
  return frames.filter(({ from }) => from === "page").map(bodyOfFrame);
}

/** What a page sent in a frame, read as JSON; of socket.io an event with its name. */
export function bodyOfFrame({ text }: LoggedFrame): unknown {
  const packet = readPacket(text);
  return packet.kind === "event" ? [packet.name, ...packet.values] : jsonOrText(text);
}

/** The texts at a leaf that a person may have said. */
export function textsAt({ place, value }: JsonLeaf): string[] {
  if (typeof value !== "string" || value.trim() === "" || WORD.test(value)) return [];
  const isId =
    GRAPHQL.test(value) ||
    /^[\da-f-]{16,}$/i.test(value) ||
    /(?:^|_)(?:id|key|token|model)$|Id$|_at$/i.test(lastName(place));
  return isId ? [] : [value];
}

/** How much speaks for a text by itself: its name, and that it has words. */
export function likelihoodOfText({ place, text }: Pick<MessageCandidate, "place" | "text">): number {
  const name = Number.isNaN(Number(lastName(place))) ? lastName(place) : place.split(".").at(-2);
  return (TEXT_NAME.test(name ?? "") ? 3 : 0) + (HAS_WORDS.test(text) ? 2 : 0);
}

/** How much speaks for it: 0 for nothing. */
export function weightOfCandidate(candidate: MessageCandidate, shown: ReadonlySet<string>): number {
  const { text, exchange, place } = candidate;
  if (TITLE_NAME.test(lastName(place))) return 0;
  return likelihoodOfText(candidate) + (shown.has(text.trim()) ? 2 : 0) + (exchange.method === "GET" ? 0 : 1);
}

/**
 * Texts of lists in which something said in a request is shown again: what stands beside it in the others, such as the
 * reply after a reload; and the words that stand with it in one item, which may be a question with its answer.
 */
export function textsShownBeside(
  said: readonly MessageCandidate[],
  { exchanges }: NetworkLog,
): ReadonlySet<string> {
  // Lists show ids, and models' names, as well: what is shown beside those is more of them.
  const texts = new Set(said.filter((each) => !isNameOfThing(each)).map(({ text }) => text));
  const lists = exchanges.filter(mayList).flatMap((exchange) => listsAndMapsIn(jsonAnswer(exchange)));
  return new Set(lists.flatMap(({ items }) => textsIn(items, texts)).map(({ value }) => value.trim()));
}

/** The texts at places of a list at which one of these stands in some item, and the words in those items. */
function textsIn(items: readonly object[], texts: ReadonlySet<string>): readonly StringLeaf[] {
  const byItem = items.map((item) => leavesOf(item).filter(isString));
  const byPlace = Map.groupBy(byItem.flat(), ({ place }) => place);
  const alike = [...byPlace.values()].filter((leaves) => leaves.some(({ value }) => texts.has(value)));
  const beside = byItem.filter((leaves) => isAsked(leaves, texts)).flat();
  return [...alike.flat(), ...beside.filter(({ value }) => HAS_WORDS.test(value))];
}

/** Whether something said stands in an item that is not only called by it. */
function isAsked(leaves: readonly StringLeaf[], texts: ReadonlySet<string>): boolean {
  return leaves.some(({ place, value }) => texts.has(value) && !TITLE_NAME.test(lastName(place)));
}

/** Whether a word is the name of a conversation or of a model, and nothing that is said. */
function isNameOfThing({ place, text }: MessageCandidate): boolean {
  const name = lastName(place);
  return MODEL_NAME.test(name) || (CONVERSATION_NAME.test(name) && isMadeForOne(text));
}

type StringLeaf = JsonLeaf & { readonly value: string };

function isString(leaf: JsonLeaf): leaf is StringLeaf {
  return typeof leaf.value === "string";
}
