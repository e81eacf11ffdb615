import type { Message } from "../../contract/hmi.ts";
import { type Broken, CouldNotRun, defineCheck } from "../../harness/check.ts";
import type { SeenCall, SeenStream } from "../../target/http.ts";
import { converse, readSettledRows } from "../reading.ts";
import { type Context, makeSession } from "../stage.ts";
import { isWhole, lastWord } from "../stream-words.ts";
import { answerInWords, statusOf } from "./both-ends.ts";
import { cancelOnce, profileWith } from "./scene.ts";

/** A conversation that was cancelled before its first message, and then after each of two replies. */
export interface IdleCancels {
  readonly answers: readonly (SeenCall | null)[];
  readonly streams: readonly SeenStream[];
  readonly rows: readonly Message[];
}

export const idle = defineCheck<Context["target"], IdleCancels>({
  id: "cancel/idle",
  claim: "a cancel where nothing runs answers idle, and changes nothing that was said",
  why: "The contract: it is safe to repeat. A reply that is complete does not become a cancelled one.",
  lookAt: "the cancel of a conversation without a generation, and what it writes",
  needs: [],
  collect: collectIdleCancels,
  judge(evidence) {
    const { answers } = evidence;
    const seen = describe(evidence);
    const wrong = answers.find((answer) => statusOf(answer) !== "idle");
    if (wrong !== undefined) {
      const found = answerInWords(wrong);
      return { verdict: "broken", expected: "200 with status idle", found, seen };
    }
    return judgeRows(evidence, seen) ?? { verdict: "holds", seen };
  },
});

export const idleThenSend = defineCheck<Context["target"], IdleCancels>({
  id: "cancel/idle-then-send",
  claim: "a cancel where nothing runs does not cancel the next message",
  why: "A flag that is set by every cancel, and read by the next generation, cancels that one.",
  lookAt: "where the wish to cancel is kept: with the generation that it is for, not with the conversation",
  needs: [],
  collect: collectIdleCancels,
  judge(evidence) {
    const seen = describe(evidence);
    const words = evidence.streams.map(lastWord);
    if (words.includes("done (error)")) throw new CouldNotRun(`a reply failed: ${seen}`);
    const cancelled = words.find((word) => !isWhole(word));
    if (cancelled === undefined) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: "each reply written to its end",
      found: `one ended with ${cancelled}`,
      seen,
    };
  },
});

async function collectIdleCancels(context: Context): Promise<IdleCancels> {
  return await context.share("idle cancels", async () => {
    const modelId = await profileWith(context, { num_predict: 24 });
    const sessionId = await makeSession(context, modelId);
    const beforeAll = await cancelOnce(context, sessionId);
    const first = await converse(context, sessionId, `Hello ${context.canary("first")}`);
    const between = [await cancelOnce(context, sessionId), await cancelOnce(context, sessionId)];
    const second = await converse(context, sessionId, `Hello again ${context.canary("second")}`);
    return {
      answers: [beforeAll, ...between],
      streams: [first, second],
      rows: await readSettledRows(context, sessionId),
    };
  });
}

function judgeRows({ rows, streams }: IdleCancels, seen: string): Broken | undefined {
  const [row] = rows.filter(({ role }) => role === "assistant");
  const [stream] = streams;
  if (row === undefined || stream === undefined) {
    throw new CouldNotRun("no reply was stored that a cancel could change");
  }
  if (!isWhole(lastWord(stream)) || row.status === "complete") return undefined;
  const found = `${row.status} (${row.finish_reason})`;
  return { verdict: "broken", expected: "the finished reply complete, as it was", found, seen, rows };
}

function describe({ answers, streams }: IdleCancels): string {
  const calls = answers.map((answer) => statusOf(answer) ?? String(answer?.status ?? "none"));
  return `cancels where nothing ran answered ${calls.join(", ")}; the replies ended with ${streams.map(lastWord).join(", ")}`;
}
