import type { EngineOptions } from "../../contract/gateway.ts";
import { CouldNotRun, defineCheck } from "../../harness/check.ts";
import type { SeenCall, SeenStream } from "../../target/http.ts";
import { converse, readReply, say, tokens } from "../reading.ts";
import { type Context, makeSession } from "../stage.ts";
import { isWhole, lastWord } from "../stream-words.ts";
import { statusOf } from "./both-ends.ts";
import { cancelOnce, endOf, profileWith } from "./scene.ts";

/** More than anybody keeps in reserve. */
const CANCELS = 24;

/** So many messages at the same time after that. */
const MESSAGES = 8;

interface Slots {
  readonly cancels: readonly (SeenCall | null)[];
  /** The replies after all the cancels, in conversations of their own. */
  readonly streams: readonly SeenStream[];
}

export const slots = defineCheck<Context["target"], Slots>({
  id: "cancel/slots",
  claim: "a cancel gives back what the generation held: many of them leave room for as many messages",
  why: "BerriAI/litellm#27955: each cancelled stream keeps a slot, and in the end nothing is answered.",
  lookAt:
    "what a generation takes (a slot, a connection, a counter), and that every way to its end gives it back",
  needs: [],
  async collect(context) {
    const slow = { num_predict: 400, stand_in_tokens: 100, stand_in_token_ms: 20 };
    const cancels: (SeenCall | null)[] = [];
    for (let count = 1; count <= CANCELS; count += 1) {
      const { answer, isOver } = await cancelOne(context, slow, `${count}`);
      cancels.push(answer);
      // A reply that goes on in spite of its cancel was not cancelled, and nor would the next be.
      if (!isOver) break;
    }
    const modelId = await profileWith(context, { num_predict: 8 });
    const sessions: string[] = [];
    for (let count = 1; count <= MESSAGES; count += 1) sessions.push(await makeSession(context, modelId));
    const streams = sessions.map((id) => converse(context, id, `Hello ${context.canary(id)}`));
    return { cancels, streams: await Promise.all(streams) };
  },
  judge({ cancels, streams }) {
    const cancelled = cancels.filter((answer) => statusOf(answer) === "cancelled").length;
    if (cancelled < CANCELS / 2)
      throw new CouldNotRun(`only ${cancelled} of ${cancels.length} replies were cancelled`);
    const ends = streams.map(lastWord);
    const whole = ends.filter(isWhole).length;
    const seen = `${cancelled} replies cancelled, then ${streams.length} messages at once: ${whole} answered whole`;
    if (streams.length > 0 && whole === streams.length) return { verdict: "holds", seen };
    const found = `${whole}; others ended with ${[...new Set(ends.filter((end) => !isWhole(end)))].join(", ")}`;
    return { verdict: "broken", expected: `${streams.length} replies written to their ends`, found, seen };
  },
});

async function cancelOne(
  context: Context,
  options: EngineOptions,
  name: string,
): Promise<{ answer: SeenCall | null; isOver: boolean }> {
  const sessionId = await makeSession(context, await profileWith(context, options));
  await say(context, sessionId, `Count to 200. ${context.canary(name)}`);
  const reading = readReply(context, sessionId);
  // A stack that has no slot left ends the reply instead.
  await Promise.race([reading.until("its first token", tokens(1)), reading.ended]);
  const start = performance.now();
  const answer = await cancelOnce(context, sessionId);
  // A cancel that was refused leaves a reply that nobody has the time to wait for.
  if (answer?.status !== 200) reading.leave();
  const isOver = answer?.status !== 200 || (await endOf(reading, start)) !== null;
  await reading.ended;
  return { answer, isOver };
}
