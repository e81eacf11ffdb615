import { valueAt } from "../targets/drivers/json-place.ts";
import { textOf } from "../targets/drivers/reply-facts.ts";
import { exchangesOf, type LearnedTalk } from "./find-message-and-reply.ts";
import { isSameEndpoint } from "./id-uses.ts";
import { leavesOf, listsAndMapsIn } from "./json-leaves.ts";
import { timedFactsBy } from "./learn-stream.ts";
import type { LoggedExchange, NetworkLog } from "./network-log.ts";

/**
 * The placeholder for a whole conversation: with the message as its last turn, or `before` it, beside a message that has a place of
 * its own; its turns as `{role, content}`, those with `ids`, or in `parts`.
 */
export type HistoryPlaceholder = `{history${"" | "|before"}${"" | "|parts" | "|ids"}}`;

/** Whether messages bring the conversation before them. */
export interface LearnedHistory {
  /** Undefined where the log has no two messages, by which that could be seen. */
  readonly isSent: boolean | undefined;
  /** Where in the request, and as what; undefined where no placeholder says it. */
  readonly at: { readonly place: string; readonly placeholder: HistoryPlaceholder } | undefined;
}

/**
 * Learns whether messages bring the conversation before them, by the texts in their requests: a later message in the log
 * has an earlier one in it, or what that was answered.
 */
export function learnHistory({ exchanges }: NetworkLog, talk: LearnedTalk): LearnedHistory {
  const { exchange: send, text } = talk.said;
  const messages = new Set(
    [...exchanges.filter((each) => isSameEndpoint(each, send)), ...exchangesOf(talk)].filter(
      (each) => textsOf(each).size > 0,
    ),
  );
  const replies = exchanges
    .filter((each) => isSameEndpoint(each, talk.read))
    .map((each) => ({ each, text: textOf({ facts: timedFactsBy(talk.reply.description, each) }).trim() }))
    .filter((reply) => /\s/.test(reply.text));
  for (const message of messages) {
    // A text that all requests have may be a prompt of the page's own; what was answered is not.
    const answered = replies
      .filter(({ each }) => each.began_ms < message.began_ms && each !== message)
      .map((reply) => reply.text);
    const isAfter = message !== send && message.began_ms > send.began_ms;
    const texts = textsOf(message);
    const repeated = [...answered, ...(isAfter ? [text.trim()] : [])].filter((each) => texts.has(each));
    if (repeated.length > 0)
      return { isSent: true, at: placeIn(message.requestBody, { repeated, answered }) };
  }
  return { isSent: messages.size > 1 ? false : undefined, at: undefined };
}

interface KnownTexts {
  /** Of earlier messages and replies, that a request has again. */
  readonly repeated: readonly string[];
  /** What earlier messages were answered. */
  readonly answered: readonly string[];
}

/** Where the list of turns is in a body, and as what it can be said. */
function placeIn(body: unknown, { repeated, answered }: KnownTexts): LearnedHistory["at"] {
  const lists = listsAndMapsIn(body).filter(({ items }) =>
    repeated.some((text) => items.some((item) => leavesOf(item).some(({ value }) => isText(value, text)))),
  );
  for (const { place, items } of lists) {
    const last = items.at(-1);
    if (last === undefined || !items.every(isTurn)) continue;
    const isParts = items.every(({ content }) => content === undefined);
    const isBefore = answered.some((text) => leavesOf(last).some(({ value }) => isText(value, text)));
    const whole = items.every((item) => isSayable(item, isParts));
    if (whole) {
      const kind = isParts ? "|parts" : kindOfTurns(items);
      return { place, placeholder: `{history${isBefore ? "|before" : ""}${kind}}` };
    }
  }
  return undefined;
}

/** What a program demands of its page's turns it may demand of anybody's. */
function kindOfTurns(items: readonly Turn[]): "" | "|ids" {
  return items.every(({ id }) => typeof id === "string" && id !== "") ? "|ids" : "";
}

function isText(value: unknown, text: string): boolean {
  return typeof value === "string" && value.trim() === text;
}

function isSayable({ content, parts }: Turn, isParts: boolean): boolean {
  const said = isParts ? parts : content;
  return (!isParts && typeof said === "string") || (Array.isArray(said) && said.some(isTextPart));
}

function isTextPart(part: unknown): boolean {
  return (
    typeof part === "object" && part !== null && "type" in part && part.type === "text" && "text" in part
  );
}

function textsOf({ requestBody }: LoggedExchange): ReadonlySet<string> {
  return new Set(
    leavesOf(requestBody).flatMap(({ value }) => (typeof value === "string" ? [value.trim()] : [])),
  );
}

/**
 * The placeholder for a list of turns of which the message is the last, where the log has no other message: `[{role, content}]`
 * as OpenAI's wire has them, or `[{role, parts}]` as Vercel's AI SDK has. Undefined for any other list.
 */
export function historyPlaceholderOf(
  items: readonly unknown[],
  text: string,
): HistoryPlaceholder | undefined {
  const last = items.at(-1);
  if (!items.every(isTurn) || last === undefined) return undefined;
  const { content, parts } = last as Turn;
  if (content !== undefined && holds(content, text)) return `{history${kindOfTurns(items)}}`;
  return holds(parts, text) ? "{history|parts}" : undefined;
}

interface Turn {
  readonly id?: unknown;
  readonly role: string;
  readonly content?: unknown;
  readonly parts?: unknown;
}

function isTurn(item: unknown): item is Turn {
  return typeof item === "object" && item !== null && "role" in item && typeof item.role === "string";
}

/** A text, or a list of parts with one that has it. */
function holds(content: unknown, text: string): boolean {
  return (
    content === text ||
    (Array.isArray(content) && content.some((part) => isTextPart(part) && valueAt(part, "text") === text))
  );
}
