import { textOf } from "../targets/drivers/reply-facts.ts";
import { exchangesOf, type LearnedTalk } from "./find-message-and-reply.ts";
import { isSameEndpoint } from "./id-uses.ts";
import { leavesOf } from "./json-leaves.ts";
import { timedFactsBy } from "./learn-stream.ts";
import type { LoggedExchange, NetworkLog } from "./network-log.ts";

/** How a page that tells its whole conversation with each message writes it down: the slot for that. */
export type HistorySlot = "{history}" | "{history|parts}";

/**
 * Whether messages bring the conversation before them, by the texts in their requests: a later message in the log has an
 * earlier one in it, or not. Undefined where the log has no two messages.
 */
export function isHistorySent({ exchanges }: NetworkLog, talk: LearnedTalk): boolean | undefined {
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
  // A text that all requests have may be a prompt of the page's own; what was answered is not.
  const isRepeated = [...messages].some((each) => {
    const texts = textsOf(each);
    const isAfter = each !== send && each.began_ms > send.began_ms;
    const answered = replies.filter((reply) => reply.each.began_ms < each.began_ms && reply.each !== each);
    return (isAfter && texts.has(text.trim())) || answered.some((reply) => texts.has(reply.text));
  });
  return isRepeated || (messages.size > 1 ? false : undefined);
}

function textsOf({ requestBody }: LoggedExchange): ReadonlySet<string> {
  return new Set(
    leavesOf(requestBody).flatMap(({ value }) => (typeof value === "string" ? [value.trim()] : [])),
  );
}

/**
 * The slot for a list of turns of which the message is the last: `[{role, content}]` as OpenAI's wire has them, or
 * `[{role, parts}]` as Vercel's AI SDK has. Undefined for any other list.
 */
export function historySlotOf(items: readonly unknown[], text: string): HistorySlot | undefined {
  const last = items.at(-1);
  if (!items.every(isTurn) || last === undefined) return undefined;
  const { content, parts } = last as Turn;
  if (content !== undefined && holds(content, text)) return "{history}";
  return holds(parts, text) ? "{history|parts}" : undefined;
}

interface Turn {
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
    (Array.isArray(content) && content.some((part) => leavesOf(part).some(({ value }) => value === text)))
  );
}
