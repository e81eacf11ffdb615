import { isPartOfText, isSameText } from "./compare-texts.ts";
import type { SeenRow } from "./drivers/reply-facts.ts";

/** What is known of a reply whose row is looked for. */
export interface SoughtReply {
  /** The id that its row was said to have; null or left out where none was told. */
  readonly reply?: string | null | undefined;
  /** The message that it answers, as it was sent. */
  readonly asked?: string | undefined;
  /** Its text, as it was streamed. */
  readonly text?: string | undefined;
}

/**
 * Those of a conversation's rows that are replies: what an assistant says. Titles, summaries and the like are marked as
 * such, and what is said before a tool is called is a step on the way to a reply that follows.
 */
export function replyRows(rows: readonly SeenRow[]): readonly SeenRow[] {
  return rows.filter((row, index) => isReply(row) && !callsTool(rows, index));
}

/** Whether no message is followed by several replies, as it is by one that is saved in pieces until they are made one. */
export function haveOneReplyEach(rows: readonly SeenRow[]): boolean {
  const replies = new Set(replyRows(rows));
  let count = 0;
  return rows.every((row) => {
    if (row.role === "user") count = 0;
    if (replies.has(row)) count += 1;
    return count <= 1;
  });
}

/** The rows behind this message, up to the next one. Where it is not there, or not known, all of them. */
export function turnRows(rows: readonly SeenRow[], asked: string | undefined): readonly SeenRow[] {
  const place = asked === undefined ? -1 : rows.findLastIndex((row) => isMessage(row, asked));
  const next = place === -1 ? -1 : rows.findIndex(({ role }, index) => index > place && role === "user");
  return rows.slice(place + 1, next === -1 ? undefined : next);
}

/**
 * The row of a reply: the one that was named; else, of those behind its message, the one with its text, with a part of it,
 * or the last one. Undefined where there is none behind its message.
 */
export function findReplyRow(
  rows: readonly SeenRow[],
  { reply, asked, text }: SoughtReply,
): SeenRow | undefined {
  const replies = replyRows(rows);
  const named = reply == null ? undefined : replies.find(({ message_id }) => message_id === reply);
  if (named !== undefined) return named;
  const ofTurn = turnRows(rows, asked).filter((row) => replies.includes(row));
  const withText = (is: (one: string, other: string) => boolean) =>
    text === undefined ? undefined : ofTurn.findLast(({ content }) => is(content, text));
  return withText(isSameText) ?? withText(areOfOneText) ?? ofTurn.at(-1);
}

/** Whether a row is this message, as it was sent. */
export function isMessage({ role, content }: SeenRow, asked: string): boolean {
  return role === "user" && isSameText(content, asked);
}

/**
 * Whether `part` is what is left of `whole`: a piece of it, or so much of it, in its order, that it is no chance. What is empty
 * is left of everything.
 */
export function isLeftOf(part: string, whole: string): boolean {
  return (
    isPartOfText(part, whole) && (whole.includes(part.trim()) || LEAST_SHARE * whole.length <= part.length)
  );
}

/** A few letters are found one behind the other in any long text. */
const LEAST_SHARE = 0.25;

function areOfOneText(one: string, other: string): boolean {
  return one.trim() !== "" && (isLeftOf(one, other) || isLeftOf(other, one));
}

function isReply({ role, message_type = "chat" }: SeenRow): boolean {
  return role === "assistant" && message_type === "chat";
}

function callsTool(rows: readonly SeenRow[], index: number): boolean {
  const rest = rows.slice(index + 1);
  const behindTools = rest.findIndex(({ role }) => !TOOLS.has(role));
  return behindTools > 0 && rest[behindTools]?.role === "assistant";
}

const TOOLS: ReadonlySet<string> = new Set(["tool", "function"]);
