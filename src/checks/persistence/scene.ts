import type { GenerationRecord } from "../../contract/engine.ts";
import type { EngineOptions } from "../../contract/gateway.ts";
import type { Message } from "../../contract/hmi.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import type { Broken } from "../../harness/check.ts";
import { textOf } from "../../target/drivers/reply-facts.ts";
import type { SeenStream } from "../../target/http.ts";
import { generationsFor } from "../engine-record.ts";
import { type Reading, readHistory, readReply, readSettledRows, say, tokens } from "../reading.ts";
import { type Context, makeProfile, makeSession } from "../stage.ts";
import { lastWord } from "../stream-words.ts";

/** One message in a conversation of its own: its reply as it was streamed, as it is stored, and as it is read again. */
export interface StoredReply {
  /** What happened to it, in a few words. */
  readonly name: string;
  readonly sessionId: string;
  readonly asked: string;
  readonly stream: SeenStream;
  /** The conversation once nothing in it is written any more. */
  readonly rows: readonly Message[];
  /** What the HMI shows of it then, where the rows are from the store itself; else null. */
  readonly history: readonly Message[] | null;
  /** The reply's stream, asked for again after that. */
  readonly replay: SeenStream;
  /** What the engine was asked for this message; empty where it cannot be watched. */
  readonly generations: readonly GenerationRecord[];
}

/** Text that is changed by whoever trims it, splits it at lines, cuts it into bytes, or drops what was there before. */
const DELICATE = '\n  One line: "two",\n\n- ha ha ha\n- ha ha ha\n\n🏛️ é 漢 data: {}\n\n ';

/** A reply that comes to its end. */
export function completeReply(context: Context): Promise<StoredReply> {
  return storeReply(context, "complete", { num_predict: 200, stand_in_reply: DELICATE });
}

/** A reply that the engine cuts at the length it was given. */
export function cutReply(context: Context): Promise<StoredReply> {
  return storeReply(context, "cut at its length", { num_predict: 8 });
}

/** A reply that is cancelled after some tokens. */
export function cancelledReply(context: Context): Promise<StoredReply> {
  const options = { num_predict: 400, stand_in_tokens: 9, stand_in_pause_after: 4, stand_in_pause_ms: 600 };
  return storeReply(context, "cancelled", options, async (reading, sessionId) => {
    await reading.until("its third token", tokens(3));
    const path = hmiRoutes.cancel.path({ session_id: sessionId });
    await context.target.hmi.call("POST", path, { signal: context.signal });
  });
}

/** A reply whose only reader leaves after some tokens. */
export function unreadReply(context: Context): Promise<StoredReply> {
  const options = { num_predict: 48, stand_in_tokens: 12, stand_in_pause_after: 4, stand_in_pause_ms: 200 };
  return storeReply(context, "left by its reader", options, async (reading) => {
    await reading.until("its third token", tokens(3));
    reading.leave();
  });
}

/** How the engine fails, and after how many tokens; a reply to each. */
const FAILURES = [
  { stand_in_fail: "error", stand_in_fail_after: 3 },
  { stand_in_fail: "cut", stand_in_fail_after: 3 },
  { stand_in_fail: "end", stand_in_fail_after: 3 },
  { stand_in_fail: "error", stand_in_fail_after: 0 },
] as const;

/** Replies in which the engine fails; needs an engine that can be directed. */
export async function failedReplies(context: Context): Promise<readonly StoredReply[]> {
  const replies: StoredReply[] = [];
  for (const options of FAILURES) {
    const name = `failed by ${options.stand_in_fail} after ${options.stand_in_fail_after} tokens`;
    replies.push(await storeReply(context, name, { ...options, stand_in_tokens: 9 }));
  }
  return replies;
}

/** All of them: those that the target's engine can be brought to. */
export async function allReplies(context: Context): Promise<readonly StoredReply[]> {
  const canFail = context.target.capabilities.has("direct the engine");
  return [
    await completeReply(context),
    await cutReply(context),
    await cancelledReply(context),
    await unreadReply(context),
    ...(canFail ? await failedReplies(context) : []),
  ];
}

/** The row of the reply; the last, where there are several. */
export function replyRow({ rows }: StoredReply): Message | undefined {
  return rows.findLast(({ role }) => role === "assistant");
}

/** Broken where the reply is not stored, and read again, with this status and the text as it was streamed. */
export function judgeStored(reply: StoredReply, status: Message["status"]): Broken | undefined {
  const row = replyRow(reply);
  const streamed = textOf(reply.stream);
  const replayed = textOf(reply.replay);
  const shown = reply.history?.findLast(({ role }) => role === "assistant") ?? row;
  const isShown = shown?.status === row?.status && shown?.content === row?.content;
  if (row?.status === status && row.content === streamed && replayed === streamed && isShown)
    return undefined;
  return {
    verdict: "broken",
    expected: `a row ${status} with the ${streamed.length} characters that were streamed, and the same when read again`,
    found: `${inWords(row)}${mark(row?.content, streamed)}; read again ${replayed.length} characters${mark(replayed, streamed)}${isShown ? "" : `; the HMI shows ${inWords(shown)}`}`,
    seen: describe(reply),
    rows: reply.rows,
  };
}

/** `complete: 24 characters streamed, ended with done (stop)` */
export function describe({ name, stream }: StoredReply): string {
  return `${name}: ${textOf(stream).length} characters streamed, ended with ${lastWord(stream)}`;
}

export function inWords(row: Message | undefined): string {
  if (row === undefined) return "no row of a reply";
  return `a row ${row.status} (${row.finish_reason}) with ${row.content.length} characters`;
}

function mark(text: string | undefined, streamed: string): string {
  return text !== streamed && text?.length === streamed.length ? " that differ" : "";
}

async function storeReply(
  context: Context,
  name: string,
  options: EngineOptions,
  meanwhile: (reading: Reading, sessionId: string) => Promise<void> = async () => undefined,
): Promise<StoredReply> {
  return await context.share(name, async () => {
    const sessionId = await makeSession(
      context,
      await makeProfile(context, { name: "persistence", options }),
    );
    const asked = `Count to 200,\n🏛️ please: ${context.canary(name)}`;
    await generationsFor(context, asked);
    await say(context, sessionId, asked);
    const reading = readReply(context, sessionId);
    await meanwhile(reading, sessionId);
    const stream = await reading.ended;
    const rows = await readSettledRows(context, sessionId);
    const history = context.target.store === undefined ? null : await readHistory(context, sessionId);
    const replay = await readReply(context, sessionId).ended;
    return {
      name,
      sessionId,
      asked,
      stream,
      rows,
      history,
      replay,
      generations: await generationsFor(context, asked),
    };
  });
}
