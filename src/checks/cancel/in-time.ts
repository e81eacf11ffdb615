import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, defineCheck } from "../../harness/check.ts";
import { firstBroken } from "../../harness/judge.ts";
import type { SeenCall } from "../../target/http.ts";
import { readReply, say, tokens } from "../reading.ts";
import { type Context, makeSession } from "../stage.ts";
import { profileWith } from "./scene.ts";

/** A call that ends a reply of which nothing more comes. */
interface TimedCall {
  readonly what: "cancel" | "delete";
  /** Null where it was not answered within {@link PATIENCE_MS}. */
  readonly call: SeenCall | null;
}

/** Within so many milliseconds either call is answered (contract, section 3). */
const LIMIT_MS = 1_000;
const PATIENCE_MS = 2_000;

export const inTime = defineCheck<Context["target"], readonly TimedCall[]>({
  id: "cancel/in-time",
  claim: "cancel and delete answer within 1 s, also while nothing comes of the reply any more",
  why: "A Stop that waits for what does not answer is the one thing that must not happen to it.",
  lookAt: "what the HMI's cancel waits for: after a moment it must end the reply itself",
  needs: ["direct the engine"],
  isTimed: true,
  collect: async (context) => [await endStalled(context, "cancel"), await endStalled(context, "delete")],
  judge: (calls) =>
    firstBroken(calls, judgeOne) ?? {
      verdict: "holds",
      seen: calls.map(({ what, call }) => `${what} after ${call?.duration_ms} ms`).join("; "),
    },
});

async function endStalled(context: Context, what: TimedCall["what"]): Promise<TimedCall> {
  const options = { num_predict: 400, stand_in_tokens: 100, stand_in_fail: "stall", stand_in_fail_after: 4 };
  const session_id = await makeSession(context, await profileWith(context, options));
  await say(context, session_id, `Count to 200. ${context.canary(what)}`);
  const reading = readReply(context, session_id);
  await reading.until("its third token", tokens(3));
  const { hmi } = context.target;
  const tooLate = AbortSignal.timeout(PATIENCE_MS);
  const signal = AbortSignal.any([context.signal, tooLate]);
  try {
    const call =
      what === "cancel"
        ? await hmi.call("POST", hmiRoutes.cancel.path({ session_id }), { signal })
        : await hmi.call("DELETE", hmiRoutes.deleteSession.path({ session_id }), { signal });
    return { what, call };
  } catch (error) {
    if (!tooLate.aborted || context.signal.aborted) throw error;
    return { what, call: null };
  } finally {
    reading.leave();
    await reading.ended;
  }
}

function judgeOne({ what, call }: TimedCall): Broken | undefined {
  if (call !== null && call.status === 200 && call.duration_ms <= LIMIT_MS) return undefined;
  return {
    verdict: "broken",
    expected: `200 within ${LIMIT_MS} ms`,
    found:
      call === null ? `no answer within ${PATIENCE_MS} ms` : `${call.status} after ${call.duration_ms} ms`,
    seen: `${what} while the engine is silent for ever`,
  };
}
