import { CouldNotRun, defineCheck } from "../../harness/check.ts";
import type { SeenCall, SeenStream } from "../../target/http.ts";
import { readReply, say, tokens } from "../reading.ts";
import { type Context, makeSession } from "../stage.ts";
import { lastWord } from "../stream-words.ts";
import { answerInWords, statusOf } from "./both-ends.ts";
import { cancelOnce, endOf, profileWith } from "./scene.ts";

interface TwoReaders {
  readonly answer: SeenCall | null;
  readonly streams: readonly SeenStream[];
}

export const everyReader = defineCheck<Context["target"], TwoReaders>({
  id: "cancel/every-reader",
  claim: "whoever cancels, every reader of the reply sees that it was cancelled",
  why: "The same conversation is open in two tabs, and the button is in one of them.",
  lookAt: "how the ending reaches subscribers: all of the generation's, not the connection that asked",
  needs: [],
  async collect(context) {
    const options = { num_predict: 400, stand_in_tokens: 100, stand_in_token_ms: 20 };
    const sessionId = await makeSession(context, await profileWith(context, options));
    await say(context, sessionId, `Count to 200. ${context.canary("readers")}`);
    const readings = [readReply(context, sessionId), readReply(context, sessionId)];
    await Promise.all(readings.map((reading) => reading.until("its first token", tokens(1))));
    const start = performance.now();
    const answer = await cancelOnce(context, sessionId);
    // A cancel that was refused ends nothing that could be waited for.
    if (statusOf(answer) === undefined) for (const reading of readings) reading.leave();
    await Promise.all(readings.map((reading) => endOf(reading, start)));
    return { answer, streams: await Promise.all(readings.map(({ ended }) => ended)) };
  },
  judge({ answer, streams }) {
    if (statusOf(answer) === "idle")
      throw new CouldNotRun("the reply had ended before it could be cancelled");
    const ends = streams.map(lastWord);
    const seen = `the cancel answered ${answerInWords(answer)}; two streams of the reply ended with ${ends.join(" and ")}`;
    if (ends.every((end) => end === "done (cancelled)")) return { verdict: "holds", seen };
    return { verdict: "broken", expected: "both end with done (cancelled)", found: ends.join(" and "), seen };
  },
});
