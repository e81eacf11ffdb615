import type { Broken, Cause } from "../harness/define-check.ts";
import { isSameText } from "../targets/compare-texts.ts";
import type { SeenRow } from "../targets/drivers/reply-facts.ts";
import { replyRows } from "../targets/reply-rows.ts";

/** How a reply came about whose row is looked for. */
export type SavedReplyKind = "whole" | "at-once" | "growing" | "ended" | "left" | "cancelled" | "failed";

/** Replies of that kind, and when. */
const REPLIES = {
  whole: "replies that were streamed",
  "at-once": "replies to messages of the same time",
  growing: "replies that are being written",
  ended: "replies whose end has just been told",
  left: "replies whose reader left",
  cancelled: "cancelled replies",
  failed: "replies in which the engine failed",
} as const satisfies Record<SavedReplyKind, string>;

/** Where to look where they are not saved; left out where one claim alone is about such replies, and says so itself. */
const UNSAVED_LOOK_AT: Readonly<Partial<Record<SavedReplyKind, string>>> = {
  whole:
    "the call that saves the reply: that it is made, also of a short one, and by the id of the conversation that was asked",
  "at-once": "writes that read, change and write back, and state that is shared between requests",
  left: "who saves the reply: the service, not the connection to the browser",
  cancelled: "what is saved when a reply is cancelled: the text that came, with a status of its own",
  failed:
    "the saving after an error, and after a stream that stops: the text so far, with a status that says so",
};

const DOUBLED_TURN = "a message and its reply are in their conversation more than once";
const ASKED_TWICE = "the engine is asked more than once for one message";
const STRAYED = "replies are saved to another conversation than that of their message";
const NO_ENDS = "the end of a reply is not told";

const MIXED_PROMPTS = "the engine is given what was said in other conversations";
const MIXED_STREAMS = "words of one reply come in the stream of another";

type WithCause = Pick<Broken, "cause">;

/** What is at fault where what is asked of the engine for one conversation is, or holds, what was said in another. */
export function mixedPrompts(): WithCause {
  const look_at = "where the prompt is built: of this conversation's rows alone, and local to the request";
  return { cause: { fault: MIXED_PROMPTS, look_at } };
}

/** What is at fault where a reader gets words of another's reply, which the engine was asked for rightly. */
export function mixedStreams(): WithCause {
  return { cause: { fault: MIXED_STREAMS } };
}

/** Whether a row was begun for a reply, and has nothing of it. */
export function isUnfinishedRow(row: Pick<SeenRow, "status" | "content"> | null | undefined): boolean {
  return row != null && row.status === "streaming" && row.content.trim() === "";
}

/** What is at fault where all that is wrong is that a reply's row was begun, and neither its text nor its end came to it. */
export function unfinishedReply(kind: SavedReplyKind): WithCause {
  const look_at =
    "who writes the text and the end of a reply: to the row that was begun for it, by the id of its own conversation, on every way out";
  // What was saved elsewhere has left its own row as it was begun.
  return { cause: ofReplies(kind, unfinished, look_at, [unsaved("whole"), STRAYED]) };
}

function unfinished(kind: SavedReplyKind): string {
  return `${REPLIES[kind]} are in their conversation as empty rows that are being written for ever`;
}

/** What is at fault where all that is wrong is that replies stand in another conversation, and not in their own. */
export function strayReplies(): WithCause {
  const within = [unfinished("whole"), STRAYED];
  return { cause: ofReplies("at-once", unsaved, UNSAVED_LOOK_AT["at-once"], within) };
}

/** What is at fault where all that is wrong is that a reply was found in another conversation, and not in its own. */
export function strayedReply(): WithCause {
  const look_at =
    "by which id the reply is saved: that of its own message's conversation, not of what is newest or active now";
  return { cause: { fault: STRAYED, look_at } };
}

/** What is at fault where all that is wrong is that a reply has no row in its conversation; what is lost of all replies is lost of these, too. */
export function unsavedReply(kind: SavedReplyKind): WithCause {
  return { cause: ofReplies(kind, unsaved, UNSAVED_LOOK_AT[kind], [STRAYED]) };
}

function unsaved(kind: SavedReplyKind): string {
  return `${REPLIES[kind]} are not in their conversation`;
}

/** What is at fault where all that is wrong with a reply's row is white space in its text. */
export function otherSpacing(kind: SavedReplyKind): WithCause {
  const faultOf = (of: SavedReplyKind): string => `${REPLIES[of]} are saved with other white space`;
  const look_at =
    "whatever stands between the streamed pieces and the row: trimming, joining, words that are split and put together again";
  return { cause: ofReplies(kind, faultOf, look_at) };
}

/** What is at fault where all that is wrong is that a reply's row stands in its conversation more than once. */
export function doubledReply(kind: SavedReplyKind): WithCause {
  const faultOf = (of: SavedReplyKind): string => `${REPLIES[of]} are in their conversation more than once`;
  const look_at =
    "who saves the reply: one row that is begun once and ended once; a retry, or a second listener, must find it";
  return { cause: ofReplies(kind, faultOf, look_at) };
}

/** A fault with replies of one kind: what is so with whole ones is so with these, too. `others`: what else it may follow from. */
function ofReplies(
  kind: SavedReplyKind,
  faultOf: (of: SavedReplyKind) => string,
  look_at: string | undefined,
  others: readonly string[] = [],
): Cause {
  const within = [...(kind === "whole" ? [] : [faultOf("whole")]), ...others];
  return {
    fault: faultOf(kind),
    ...(look_at !== undefined && { look_at }),
    ...(within.length > 0 && { within }),
  };
}

/** What is at fault where all that is wrong is that one message has become several turns. */
export function doubledTurn(): WithCause {
  const look_at = "what takes a message: each once, also where it is sent, or listened to, a second time";
  return { cause: { fault: DOUBLED_TURN, look_at } };
}

/** What is at fault where all that is wrong is that the engine got a message several times; for a reply that failed, or any. */
export function askedTwice(how: "failed" | "any"): WithCause {
  const failed = `${ASKED_TWICE} whose reply failed`;
  return {
    cause: {
      fault: how === "any" ? ASKED_TWICE : failed,
      look_at: "what is asked of the engine when a message comes: the reply, once, whatever becomes of it",
      within: how === "any" ? [DOUBLED_TURN] : [ASKED_TWICE, DOUBLED_TURN],
    },
  };
}

/** What is at fault where a cancel has stopped one of the requests that were made for its message, and others went on. */
export function otherRequestsGoOn(): WithCause {
  return {
    cause: {
      fault: "a cancel stops one of several requests for its message",
      look_at: "what a cancel reaches: all that runs for the message",
      within: [ASKED_TWICE, DOUBLED_TURN],
    },
  };
}

/** What is at fault where an engine that was to be stopped works on: in the middle of what it writes, or at another moment. */
export function engineGoesOn(moment: string): WithCause {
  const within = moment === IN_MID_REPLY ? {} : { within: [worksOn(IN_MID_REPLY)] };
  return { cause: { fault: worksOn(moment), ...within } };
}

const IN_MID_REPLY = "mid-reply";

/** What is at fault where an engine that was to be stopped works on until it says something. */
export function engineStopsAtNextPiece(): WithCause {
  const look_at =
    "what a cancel reaches while the engine says nothing: the signal must be on the request itself, not on the loop that reads it";
  return {
    cause: { fault: worksOn("while it says nothing"), look_at, within: [worksOn(IN_MID_REPLY)] },
  };
}

function worksOn(when: string): string {
  return `the engine works on after a cancel (${when})`;
}

/** What is at fault where all that is missing in a prompt are the replies of its conversation. */
export function unsentReplies(): WithCause {
  return {
    cause: {
      fault: "the engine is not given the replies of a conversation with its next message",
      look_at:
        "where the messages for the engine are read: all of this conversation, what the model said, too",
      // What was streamed is no measure for it where that was another's.
      within: [unsaved("whole"), unfinished("whole"), STRAYED, MIXED_STREAMS],
    },
  };
}

/** What is at fault where all that is wrong with a prompt is that it has messages of the person several times. */
export function messagesSentTwice(): WithCause {
  return {
    cause: {
      fault: "the engine is given a message more than once",
      look_at: "where the messages for the engine are read: each of this conversation once",
      within: [DOUBLED_TURN],
    },
  };
}

/**
 * What is at fault where a prompt has messages of the person several times, and others not at all: of turns that were made twice one
 * may ask while the other is not written yet, and there is room for half as many.
 */
export function turnsOutOfStep(): WithCause {
  return {
    cause: {
      fault: "the engine is given a message more than once, and others not",
      look_at: "where the messages for the engine are read: each of this conversation, once",
      within: [DOUBLED_TURN],
    },
  };
}

/** What is at fault where a reply has no end: one that was written, or one in which the engine failed. */
export function noEnd(how: "written" | "failed"): WithCause {
  const failed = "the end of a reply in which the engine failed is not told";
  const look_at = "what tells the end: also after a failure, and whatever the last piece of text was";
  return {
    cause: how === "written" ? { fault: NO_ENDS, look_at } : { fault: failed, look_at, within: [NO_ENDS] },
  };
}

/** What is at fault where the text of a reply comes when it is over; or, of one that fails, not at all. */
export function heldBack(how: "whole" | "failed"): WithCause {
  const faultOf = (of: string): string => `replies are held back until they are over${of}`;
  const look_at = "whatever buffers between engine and reader: each token must be flushed at once";
  return {
    cause:
      how === "whole"
        ? { fault: faultOf(""), look_at }
        : { fault: faultOf(", and one that fails is lost"), look_at, within: [faultOf("")] },
  };
}

/** A conversation's only turn, as it is shown. */
interface OnlyTurn {
  readonly rows: readonly SeenRow[];
  readonly kind: SavedReplyKind;
  /** False of the contract's own wire, by which each claim is judged for itself. */
  readonly isForeign: boolean;
}

/**
 * What is at fault with the rows of a conversation in which one message was said, where that is all that is: its reply is not there, or
 * is there several times with one and the same text, alone or with its message. Nothing where it may be something else.
 */
export function causeInOnlyTurn({ rows, kind, isForeign }: OnlyTurn): WithCause {
  const messages = rows.filter(({ role }) => role === "user");
  const replies = replyRows(rows);
  if (!isForeign || messages.length === 0 || !areAlike(messages) || !areAlike(replies)) return {};
  if (messages.length > 1) return messages.length === replies.length ? doubledTurn() : {};
  if (replies.length === 1) return isUnfinishedRow(replies[0]) ? unfinishedReply(kind) : {};
  return replies.length === 0 ? unsavedReply(kind) : doubledReply(kind);
}

function areAlike(rows: readonly SeenRow[]): boolean {
  const [first] = rows;
  return rows.every(
    ({ content, status }) => isSameText(content, first?.content ?? "") && status === first?.status,
  );
}
