import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { NamedReply } from "../../targets/drivers/chat-client.ts";
import type { SeenRow } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { beginTalk, type Talk } from "../any-wire-conversation.ts";
import type { Context } from "../contract-conversations.ts";
import { settledRowsOf } from "../conversation-rows.ts";
import { hear, nameFor } from "../hear-reply.ts";
import { sayIn } from "../say-and-hear.ts";
import { endInWords, isWholeEnding, lastWord, requireNoneFailed } from "../stream-endings.ts";
import { answerInWords, cancelStatusOf } from "./judge-both-ends.ts";
import { cancelInTime, isAnswered, placeWith, type SeenCancel } from "./running-reply.ts";

/** A conversation that was cancelled before its first message, and then after each of two replies. */
export interface IdleCancels {
  /** As of {@link CancelledReply}. */
  readonly isForeign: boolean;
  readonly answers: readonly SeenCancel[];
  readonly streams: readonly SeenStream[];
  /** Null where the back end shows none. */
  readonly rows: readonly SeenRow[] | null;
}

export const idle = defineCheck<Context["target"], IdleCancels>({
  id: "cancel/idle",
  claim: "a cancel where nothing runs is answered, and changes nothing that was said",
  why: "The contract: it is safe to repeat. A reply that is complete does not become a cancelled one.",
  lookAt: "the cancel of a conversation without a generation, and what it writes",
  needs: ["cancel"],
  collect: collectIdleCancels,
  judge(evidence) {
    const { answers, isForeign } = evidence;
    const seen = describe(evidence);
    // A foreign back end may call it not found, or done: what it must not do is fail.
    const wrong = answers.find((answer) =>
      isForeign
        ? answer === null || (isAnswered(answer) && answer.status >= 500)
        : cancelStatusOf(answer) !== "idle",
    );
    if (wrong !== undefined) {
      const expected = isForeign ? "an answer, and none of a failure" : "200 with status idle";
      return { verdict: "broken", expected, found: answerInWords(wrong), seen };
    }
    return judgeRows(evidence, seen) ?? { verdict: "holds", seen };
  },
});

export const idleThenSend = defineCheck<Context["target"], IdleCancels>({
  id: "cancel/idle-then-send",
  claim: "a cancel where nothing runs does not cancel the next message",
  why: "A flag that is set by every cancel, and read by the next generation, cancels that one.",
  lookAt: "where the wish to cancel is kept: with the generation that it is for, not with the conversation",
  needs: ["cancel"],
  collect: collectIdleCancels,
  judge(evidence) {
    const seen = describe(evidence);
    requireNoneFailed(...evidence.streams);
    const cancelled = evidence.streams.find((stream) => !isWholeEnding(lastWord(stream)));
    if (cancelled === undefined) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: "each reply written to its end",
      found: `one ended with ${endInWords(cancelled)}`,
      seen,
    };
  },
});

async function collectIdleCancels(context: Context): Promise<IdleCancels> {
  return await context.share("idle cancels", async () => {
    const talk = await beginTalk(context, await placeWith(context, { num_predict: 8 }));
    const isForeign = !context.target.capabilities.has("speak the contract");
    // A conversation that a message has yet to make cannot be called for.
    const before = isForeign ? [] : [await cancelIdle(context, talk)];
    const first = await say(context, talk, `Hello ${context.canary("first")}`);
    const between = [await cancelIdle(context, talk, first), await cancelIdle(context, talk, first)];
    if (between.includes("closed")) {
      throw new NotObservable(
        "here a reply is ended by closing its stream, and where nothing runs there is none",
      );
    }
    const second = await say(context, talk, `Hello again ${context.canary("second")}`);
    return {
      isForeign,
      answers: [...before, ...between],
      streams: [first.stream, second.stream],
      rows: context.target.capabilities.has("show rows") ? await settledRowsOf(context, talk) : null,
    };
  });
}

async function say(context: Context, talk: Talk, text: string): Promise<Said> {
  const hearing = hear(context, talk, await sayIn(context, talk, text));
  return { stream: await hearing.ended, name: hearing.name() };
}

interface Said {
  readonly stream: SeenStream;
  readonly name: NamedReply;
}

async function cancelIdle(context: Context, talk: Talk, said?: Said): Promise<SeenCancel> {
  const name = said?.name ?? { conversation: talk.conversation };
  return await cancelInTime(context, (signal) => context.target.chat.cancel(nameFor(context, name), signal));
}

function judgeRows({ rows, streams, isForeign }: IdleCancels, seen: string): Broken | undefined {
  if (rows === null) return undefined;
  requireNoneFailed(...streams.slice(0, 1));
  const [row] = rows.filter(({ role }) => role === "assistant");
  const [stream] = streams;
  if (row === undefined || stream === undefined) {
    throw new CouldNotRun("no reply was stored that a cancel could change");
  }
  // Nobody was seen to write it to its end: then no cancel has changed that.
  if (isForeign && row.status === "streaming") {
    throw new NotObservable(
      "the row of a reply that had ended is one that is being written: nothing was whole that a cancel could change",
    );
  }
  const isComplete = row.status === undefined || row.status === "complete";
  if (!isWholeEnding(lastWord(stream)) || isComplete) return undefined;
  const found = `${row.status}${row.finish_reason == null ? "" : ` (${row.finish_reason})`}`;
  return { verdict: "broken", expected: "the finished reply complete, as it was", found, seen, rows };
}

function describe({ answers, streams }: IdleCancels): string {
  const calls = answers.includes("said")
    ? "were said on a WebSocket, where nothing answers"
    : `answered ${answers.map((answer) => cancelStatusOf(answer) ?? statusIn(answer)).join(", ")}`;
  return `cancels where nothing ran ${calls}; the replies ended with ${streams.map(endInWords).join(", ")}`;
}

function statusIn(answer: SeenCancel): string {
  return isAnswered(answer) ? String(answer.status) : "nothing";
}
