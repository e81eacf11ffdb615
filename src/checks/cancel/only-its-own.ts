import type { EngineOptions } from "../../contract/gateway.ts";
import type { Message } from "../../contract/hmi.ts";
import { CouldNotRun, defineCheck } from "../../harness/check.ts";
import type { SeenCall, SeenStream } from "../../target/http.ts";
import { readReply, readSettledRows, say, tokens } from "../reading.ts";
import { type Context, makeSession } from "../stage.ts";
import { isWhole, lastWord } from "../stream-words.ts";
import { answerInWords, statusOf } from "./both-ends.ts";
import { cancelOnce, profileWith } from "./scene.ts";

interface TwoReplies {
  readonly answer: SeenCall | null;
  readonly cancelled: SeenStream;
  /** Of the conversation that nobody cancelled. */
  readonly other: SeenStream;
  readonly otherRows: readonly Message[];
}

export const onlyItsOwn = defineCheck<Context["target"], TwoReplies>({
  id: "cancel/only-its-own",
  claim: "a cancel ends the reply of its own conversation and no other",
  why: "A service with one 'current generation' cancels whichever began last.",
  lookAt: "how the generation to cancel is found: by the conversation's id alone",
  needs: [],
  async collect(context) {
    const begin = async (name: string, options: EngineOptions) => {
      const sessionId = await makeSession(context, await profileWith(context, options));
      await say(context, sessionId, `Count to 200. ${context.canary(name)}`);
      return { sessionId, reading: readReply(context, sessionId) };
    };
    const own = await begin("own", { num_predict: 400, stand_in_tokens: 100, stand_in_token_ms: 20 });
    // Its silence is the time in which the cancel of the first could hit it.
    const brief = { stand_in_tokens: 9, stand_in_pause_after: 3, stand_in_pause_ms: 250 };
    const other = await begin("other", { num_predict: 80, ...brief });
    await own.reading.until("its first token", tokens(1));
    const answer = await cancelOnce(context, own.sessionId);
    const left = await other.reading.ended;
    // By then it has ended too, unless the cancel went astray.
    own.reading.leave();
    const cancelled = await own.reading.ended;
    return { answer, cancelled, other: left, otherRows: await readSettledRows(context, other.sessionId) };
  },
  judge({ answer, cancelled, other, otherRows }) {
    if (statusOf(answer) === "idle")
      throw new CouldNotRun("the reply had ended before it could be cancelled");
    const ends = { own: lastWord(cancelled), other: lastWord(other) };
    const seen = `of two replies one was cancelled: ${answerInWords(answer)}; it ended with ${ends.own}, the other with ${ends.other}`;
    const row = otherRows.find(({ role }) => role === "assistant");
    const isOtherWhole = isWhole(ends.other) && row?.status === "complete";
    if (isOtherWhole && ends.own === "done (cancelled)") return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: "the one cancelled, the other written to its end",
      found: `${ends.own} and ${ends.other}, the other's row ${row?.status ?? "missing"}`,
      seen,
      rows: otherRows,
    };
  },
});
