import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import type { Message } from "../../contract/hmi-schemas.ts";
import type { Broken } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { answerExcerpt } from "../../targets/answer-excerpt.ts";
import { isSameButForSpace } from "../../targets/compare-texts.ts";
import type { Sent } from "../../targets/drivers/chat-client.ts";
import { refusedWords } from "../../targets/drivers/refusal.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { wrongRolesIn } from "../../targets/judge-saved-turn.ts";
import { findReplyRow } from "../../targets/reply-rows.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { startTalk, type Talk } from "../any-wire-conversation.ts";
import { causeInOnlyTurn, isUnfinishedRow, otherSpacing, type SavedReplyKind } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { StillWritten, settledRowsOf, shownRowsOf } from "../conversation-rows.ts";
import { generationsOf } from "../engine-generations.ts";
import { fewerOnRealEngine } from "../engine-workload.ts";
import { type Hearing, hear, hearAgain, nameFor } from "../hear-reply.ts";
import { untilHeard } from "../heard-pieces.ts";
import { requireMiddle } from "../held-back-replies.ts";
import { requireRightRoles } from "../require-right-roles.ts";
import {
  holdsWhatCame,
  isSavedAsStreamed,
  isSavedButForSpace,
  whiteSpaceWords,
} from "../saved-as-streamed.ts";
import { sayIn, sayToFail } from "../say-and-hear.ts";
import { endedInWords, lastWord } from "../stream-endings.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";

/** One message in a conversation of its own: its reply as it was streamed, as it is stored, and as it is read again. */
export interface StoredReply {
  /** What happened to it, in a few words. */
  readonly name: string;
  /** What was said. */
  readonly asked: string;
  readonly stream: SeenStream;
  /** The conversation once nothing in it is written any more. */
  readonly rows: readonly SeenRow[];
  /** What the HMI shows of it then, where the rows are from the store itself; else null. */
  readonly history: readonly SeenRow[] | null;
  /** The reply's stream, asked for again after that; null where nobody promises that it can be. */
  readonly replay: SeenStream | null;
  /** What the engine was asked for this message; null where it is not watched. */
  readonly generations: readonly SeenGeneration[] | null;
  /** What a cancel of it was answered, in words; left out where none was asked for, or the stream was closed instead. */
  readonly cancelAnswer?: string;
  /** Whether the target says of itself that it follows the contract: what its rows say of an ending is judged to the word. */
  readonly speaksContract: boolean;
}

/** Text that is changed by whoever trims it, splits it at lines, cuts it into bytes, or drops what was there before. */
const DELICATE = '\n  One line: "two",\n\n- ha ha ha\n- ha ha ha\n\n🏛️ é 漢 data: {}\n\n ';

/** What happens to a reply, as {@link StoredReply.name} has it. */
const CANCELLED = "cancelled";
const LEFT = "left by its reader";
const FAILED = "failed";

/** A reply that comes to its end, under whatever roles it is stored. */
export function completeReplyOfAnyRole(context: Context): Promise<StoredReply> {
  const options = { num_predict: fewerOnRealEngine(context, 24, 80), stand_in_reply: DELICATE };
  return storeReply(context, "complete", options, { upTo: 5 });
}

/** A reply that comes to its end. */
export async function completeReply(context: Context): Promise<StoredReply> {
  return inItsRole(await completeReplyOfAnyRole(context));
}

/** For claims that find a reply by its role. Throws {@link WrongRoles} where that is another one's. */
function inItsRole(reply: StoredReply): StoredReply {
  const { rows, asked, stream, speaksContract } = reply;
  if (!speaksContract) requireRightRoles(rows, [{ asked, text: textOf(stream) }]);
  return reply;
}

/** A reply that the engine cuts at the length it was given; needs a wire that can say it. */
export async function cutReply(context: Context): Promise<StoredReply> {
  return inItsRole(await storeReply(context, "cut at its length", { num_predict: 8 }));
}

/** A reply that is cancelled after some tokens; needs a wire that can. */
export async function cancelledReply(context: Context): Promise<StoredReply> {
  const options = { num_predict: 400, stand_in_tokens: 9, stand_in_pause_after: 4, stand_in_pause_ms: 600 };
  const reply = await storeReply(context, CANCELLED, options, {
    async meanwhile(hearing) {
      await untilHeard(context, hearing, 3);
      const { chat } = context.target;
      const answer = await chat.cancel(nameFor(context, hearing.name()), context.signal).catch((error) => {
        // Of a reply that cannot be named nothing more is to be seen.
        hearing.leave();
        throw error;
      });
      if (answer === null) return void hearing.leave();
      if (answer === "said") return "the cancel was said on the reply's WebSocket";
      return `${answer.request} answered ${answer.status} ${answerExcerpt(answer)}`.trim();
    },
  });
  return inItsRole(reply);
}

/** A reply whose only reader leaves after some tokens. */
export async function unreadReply(context: Context): Promise<StoredReply> {
  const options = { num_predict: 24, stand_in_tokens: 12, stand_in_pause_after: 4, stand_in_pause_ms: 200 };
  const reply = await storeReply(context, LEFT, options, {
    async meanwhile(hearing) {
      await untilHeard(context, hearing, 3);
      return void hearing.leave();
    },
    isStored: (row, read) => row.content.length > read.length,
  });
  return inItsRole(reply);
}

/** How the engine fails, and after how many tokens; a reply to each. */
const FAILURES = [
  { stand_in_fail: "error", stand_in_fail_after: 3 },
  { stand_in_fail: "cut", stand_in_fail_after: 3 },
  { stand_in_fail: "end", stand_in_fail_after: 3 },
  { stand_in_fail: "error", stand_in_fail_after: 0 },
] as const;

/** Replies in which the engine fails; needs an engine that can be directed. */
export async function failedStoredReplies(context: Context): Promise<readonly StoredReply[]> {
  const store = async (options: (typeof FAILURES)[number]): Promise<StoredReply> => {
    const name = `${FAILED} by ${options.stand_in_fail} after ${options.stand_in_fail_after} tokens`;
    const scene = { mayBeRefused: true };
    return inItsRole(await storeReply(context, name, { ...options, stand_in_tokens: 9 }, scene));
  };
  // What is waited for with one of them is waited for with all.
  if (context.target.capabilities.has("answer many at once")) return await Promise.all(FAILURES.map(store));
  const replies: StoredReply[] = [];
  for (const options of FAILURES) replies.push(await store(options));
  return replies;
}

/** All of them: those that the target, and its engine, can be brought to. */
export async function allReplies(context: Context): Promise<readonly StoredReply[]> {
  const { capabilities } = context.target;
  return [
    await completeReply(context),
    ...(capabilities.has("hand options on") ? [await cutReply(context)] : []),
    ...(capabilities.has("cancel") ? await unlessNotTold(cancelledReply(context)) : []),
    ...(capabilities.has("outlive its reader") ? await unlessNotTold(unreadReply(context)) : []),
    ...(capabilities.has("direct the engine") ? await failedStoredReplies(context) : []),
  ];
}

/** Where it is not told how one is brought about, claims about the others are judged all the same. */
async function unlessNotTold(reply: Promise<StoredReply>): Promise<StoredReply[]> {
  try {
    return [await reply];
  } catch (error) {
    if (error instanceof NotObservable && !(error instanceof StillWritten)) return [];
    throw error;
  }
}

/**
 * The row of the reply to a conversation's only message; the last, where there are several and nothing more is known of it. Where
 * it stands beside its message is for the claim about their order.
 */
export function storedReplyRow({
  rows,
  asked,
  stream,
}: Pick<StoredReply, "rows"> & Partial<Pick<StoredReply, "asked" | "stream">>): SeenRow | undefined {
  const text = stream && textOf(stream);
  return findReplyRow(rows, { asked, text }) ?? findReplyRow(rows, { text });
}

/**
 * Broken where the reply is not stored with the text as it was streamed, and with this status as far as rows tell one;
 * or is shown, or read again, as another one.
 */
export function judgeStored(reply: StoredReply, status: Message["status"]): Broken | undefined {
  const row = storedReplyRow(reply);
  const streamed = textOf(reply.stream);
  const shown = reply.history?.findLast(({ role }) => role === "assistant") ?? row;
  const rule = { isForeign: !reply.speaksContract };
  const isTextShown =
    shown?.content === row?.content || isSavedAsStreamed(shown?.content, row?.content ?? "", rule);
  const isShown = isSame(shown?.status, row?.status) && isTextShown;
  const replayed = reply.replay === null ? streamed : textOf(reply.replay);
  const isSaved = isSavedAsStreamed(row?.content, streamed, rule) || isCutLater(reply, row, streamed);
  const isStored = isSame(row?.status, status) && isSaved;
  if (isStored && replayed === streamed && isShown) return undefined;
  const again =
    reply.replay === null ? "" : `; read again ${replayed.length} characters${mark(replayed, streamed)}`;
  return {
    verdict: "broken",
    expected: `a row ${status} with the ${streamed.length} characters that were streamed${reply.replay === null ? "" : ", and the same when read again"}`,
    found: `${rolesInWords(reply, streamed)}${storedRowInWords(row)}${isSaved ? "" : mark(row?.content, streamed)}${again}${isShown ? "" : `; what is shown of it is ${storedRowInWords(shown)}`}`,
    seen: describeStored(reply),
    rows: reply.rows,
    ...streamedAndStored(isSaved ? replayed : streamed, row?.content),
    ...(isShown && replayed === streamed && isSame(row?.status, status) && causeInSpacing(reply, row)),
    ...causeWithoutText(reply, row),
  };
}

/** What is at fault with the text of a row whose reply is else as it was streamed. */
export function causeInSpacing(
  { name, stream, speaksContract }: StoredReply,
  row: SeenRow | undefined,
): Pick<Broken, "cause"> {
  const isCut = kindOf(name) !== "whole";
  const isOnlySpace =
    !speaksContract && row !== undefined && isSavedButForSpace(row.content, textOf(stream), { isCut });
  return isOnlySpace ? otherSpacing(kindOf(name)) : {};
}

/** What is at fault with the rows of this reply, where nothing else is. */
export function causeInRows({
  rows,
  name,
  speaksContract,
}: Pick<StoredReply, "rows" | "name" | "speaksContract">): Pick<Broken, "cause"> {
  return causeInOnlyTurn({ rows, kind: kindOf(name), isForeign: !speaksContract });
}

/** The same for a claim about a reply's text: that there are several is not what it finds wrong. */
export function causeWithoutText(reply: StoredReply, row: SeenRow | undefined): Pick<Broken, "cause"> {
  return row === undefined || isUnfinishedRow(row) ? causeInRows(reply) : {};
}

function kindOf(name: string): SavedReplyKind {
  if (name === CANCELLED) return "cancelled";
  if (name === LEFT) return "left";
  return name.startsWith(FAILED) ? "failed" : "whole";
}

/**
 * Whether a reply whose reader left holds what the reader got, and a little more: of a back end that promises nothing, that was
 * on its way. Where the engine was seen to write it to its end, nothing was cut.
 */
function isCutLater(
  { stream, generations, speaksContract }: StoredReply,
  row: SeenRow | undefined,
  streamed: string,
): boolean {
  const isCut = !speaksContract && lastWord(stream) === "given-up" && row?.status !== "complete";
  // What was asked before it, and is over, is another request's.
  const isWritten = generations?.at(-1)?.ended === "done";
  return isCut && !isWritten && holdsWhatCame(row?.content ?? "", streamed);
}

/** What is not told is not another one. */
function isSame(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}

/** `complete: 24 characters streamed, ended with done (stop)` */
export function describeStored(reply: Pick<StoredReply, "name" | "stream" | "rows">): string {
  const { name, stream } = reply;
  if (stream.status >= 300) return `${name}: ${refusedWords(stream)}`;
  const saved = whiteSpaceWords(storedReplyRow(reply)?.content, textOf(stream));
  return `${name}: ${textOf(stream).length} characters streamed, and the stream ${endedInWords(stream)}${saved}`;
}

/** `a row complete (stop) with 24 characters`, as far as it tells that. */
export function storedRowInWords(row: SeenRow | undefined): string {
  if (row === undefined) return "no row of a reply";
  const { status, finish_reason, content } = row;
  const reason = finish_reason === undefined ? "" : ` (${finish_reason})`;
  return `a row${status === undefined ? "" : ` ${status}`}${reason} with ${content.length} characters`;
}

function rolesInWords({ rows, asked }: StoredReply, text: string): string {
  const wrong = wrongRolesIn(rows, { asked, text });
  return wrong === undefined ? "" : `${wrong}: `;
}

function mark(text: string | undefined, streamed: string): string {
  return text !== streamed && text?.length === streamed.length ? " that differ" : "";
}

/** How one reply is brought about. */
interface StoredScene {
  /** Done while it is streamed; tells what a cancel was answered. */
  readonly meanwhile?: (hearing: Hearing) => Promise<string | undefined>;
  /** Whether its row is as it must be in the end: it is waited for where rows do not say themselves that they are. */
  readonly isStored?: (row: SeenRow, read: string) => boolean;
  /** How far the engine is asked to count, where nothing else directs it: what is not broken off is to be short. */
  readonly upTo?: number;
  /** Whether it fails before its reader has a word, as it may: that may be told by an answer that refuses the message. */
  readonly mayBeRefused?: boolean;
}

async function storeReply(
  context: Context,
  name: string,
  options: EngineOptions,
  {
    meanwhile,
    isStored = ({ content }, read) => isSameButForSpace(content, read),
    upTo = 200,
    mayBeRefused = false,
  }: StoredScene = {},
): Promise<StoredReply> {
  return await context.share(name, async () => {
    if (meanwhile !== undefined) requireMiddle(context, options);
    await generationsOf(context, "");
    const talk = await startTalk(context, { name: "persistence", options });
    const text = `Count to ${upTo},\n🏛️ please: ${context.canary(name)}`;
    const { sent, stream, cancelAnswer }: Heard = mayBeRefused
      ? await sayToFail(context, talk, text)
      : await sayAndDo(context, talk, text, meanwhile);
    const isEnough = (seen: readonly SeenRow[]): boolean => {
      const row = storedReplyRow({ rows: seen });
      return row !== undefined && (row.status !== undefined || isStored(row, textOf(stream)));
    };
    const left = { asked: sent.text, stream };
    const rows = await settledRowsOf(context, talk, isEnough, { judgesRoles: true, left });
    const speaksContract = context.target.capabilities.has("speak the contract");
    return {
      name,
      asked: sent.text,
      stream,
      ...(cancelAnswer !== undefined && { cancelAnswer }),
      rows,
      history: await shownRowsOf(context, talk),
      replay: speaksContract ? await hearAgain(context, talk, sent).ended : null,
      generations: await generationsOf(context, sent.text),
      speaksContract,
    };
  });
}

/** A message, and its reply as it was heard to its end. */
interface Heard {
  readonly sent: Sent;
  readonly stream: SeenStream;
  /** What a cancel of it was answered. */
  readonly cancelAnswer?: string | undefined;
}

async function sayAndDo(
  context: Context,
  talk: Talk,
  text: string,
  meanwhile: StoredScene["meanwhile"],
): Promise<Heard> {
  const sent = await sayIn(context, talk, text);
  const hearing = hear(context, talk, sent);
  const cancelAnswer = await meanwhile?.(hearing);
  return { sent, stream: await hearing.ended, cancelAnswer };
}
