import type { GenerationRecord } from "../../contract/engine.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun, defineCheck } from "../../harness/check.ts";
import type { SeenCall, SeenStream } from "../../target/http.ts";
import { generationsFor } from "../engine-record.ts";
import { readReply, say, tokens } from "../reading.ts";
import { type Context, makeSession } from "../stage.ts";
import { endOf, GIVE_UP_MS, LIMIT_MS, profileWith, unlessStalled, watchEngine } from "./scene.ts";

interface DeletedConversation {
  readonly deletion: SeenCall;
  /** `GET .../messages` after that. */
  readonly after: SeenCall;
  readonly stream: SeenStream;
  readonly readerMs: number | null;
  readonly engineMs: number | null;
  readonly generations: readonly GenerationRecord[];
}

export const deleted = defineCheck<Context["target"], DeletedConversation>({
  id: "cancel/deleted",
  claim: "deleting a conversation in mid-reply stops the engine within 250 ms",
  why: "open-webui/open-webui#9014: the deleted conversation goes on generating, where nobody can stop it any more.",
  lookAt: "the deletion: it must cancel what runs before it takes the rows away",
  needs: ["show what reached the engine"],
  collect: (context) => unlessStalled((attempt) => deleteInMidReply(context, attempt)),
  judge({ deletion, after, readerMs, engineMs, generations }) {
    const ends = generations.map(({ ended }) => ended).join(", ");
    if (ends === "") throw new CouldNotRun("the message never reached the engine");
    const seen = `the deletion answered ${deletion.status}; the engine ${ends}, seen after ${engineMs ?? `more than ${GIVE_UP_MS}`} ms; the messages then answered ${after.status}`;
    const expected = `the engine's request aborted within ${LIMIT_MS} ms, the stream ended, the conversation gone`;
    const isStopped =
      generations.every(({ ended }) => ended === "aborted") && engineMs !== null && engineMs <= LIMIT_MS;
    if (isStopped && readerMs !== null && after.status === 404) return { verdict: "holds", seen };
    const found = `the engine ${ends} (${engineMs ?? "no end"} ms), the stream ${readerMs === null ? "open" : "ended"}, the messages ${after.status}`;
    return { verdict: "broken", expected, found, seen };
  },
});

async function deleteInMidReply(context: Context, attempt: number): Promise<DeletedConversation> {
  const options = { num_predict: 400, stand_in_tokens: 100, stand_in_token_ms: 20 };
  const sessionId = await makeSession(context, await profileWith(context, options));
  await generationsFor(context, "");
  const asked = `Count to 200. ${context.canary(`deleted ${attempt}`)}`;
  await say(context, sessionId, asked);
  const reading = readReply(context, sessionId);
  await reading.until("its third token", tokens(3));
  const start = performance.now();
  const { hmi } = context.target;
  const path = hmiRoutes.deleteSession.path({ session_id: sessionId });
  const [deletion, readerMs, seen] = await Promise.all([
    hmi.call("DELETE", path, { signal: context.signal }),
    endOf(reading, start),
    watchEngine(context, asked, start),
  ]);
  const messages = hmiRoutes.messages.path({ session_id: sessionId });
  return {
    deletion,
    after: await hmi.call("GET", messages, { signal: context.signal }),
    stream: await reading.ended,
    readerMs,
    ...seen,
  };
}
