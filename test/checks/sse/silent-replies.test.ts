import { expect, test } from "vitest";
import type { Context } from "../../../src/checks/contract-conversations.ts";
import { type SilentReply, seeSilence } from "../../../src/checks/sse/silent-replies.ts";
import { defineCheck } from "../../../src/harness/define-check.ts";
import { startInProcessStack } from "../../../src/services/in-process-stack.ts";
import { verify } from "../../../src/verify/verify-stack.ts";

/** One heartbeat, and a rest that is worth while not to be waited for. */
const SETTINGS = { heartbeatMs: 200, silenceMs: 380 };
const DOORS = ["general-stream", "gateway"] as const;

/** Replies in which the engine is silent for that long, before its first token. */
async function silences(engineMs: number, heartbeat_ms: number): Promise<readonly SilentReply[]> {
  let seen: readonly SilentReply[] = [];
  const check = defineCheck<Context["target"], readonly SilentReply[]>({
    ...{ id: "sse/silence", claim: "it is silent", why: "w", lookAt: "l", needs: [] },
    collect(context) {
      const options = { stand_in_load_ms: engineMs, stand_in_tokens: 2, stand_in_token_ms: 0 };
      return Promise.all(
        DOORS.map((door) => seeSilence(context, { door, name: `silence ${door}`, options }, SETTINGS)),
      );
    },
    judge(evidence) {
      seen = evidence;
      return { verdict: "holds", seen: "" };
    },
  });
  await using target = await startInProcessStack({ stream: { heartbeat_ms } });
  const report = await verify({ target, checks: [check] });
  expect(report.counts.holds, JSON.stringify(report.results)).toBe(1);
  return seen;
}

test("a silence is stopped once its heartbeat has come, at the engine too", async () => {
  const seen = await silences(60_000, SETTINGS.heartbeatMs);
  expect(seen).toHaveLength(2);
  for (const { stopped_ms, stream, generations } of seen) {
    expect(stopped_ms).toBeGreaterThan(SETTINGS.heartbeatMs);
    expect(stream.events.at(-1)?.event).toMatchObject({ type: "done", finish_reason: "cancelled" });
    expect(generations?.map(({ ended }) => ended)).toEqual(["aborted"]);
  }
});

test("where no heartbeat comes, it is waited for until the engine speaks", async () => {
  const seen = await silences(SETTINGS.silenceMs, 60_000);
  expect(seen).toHaveLength(2);
  for (const { stopped_ms, stream } of seen) {
    expect(stopped_ms).toBeNull();
    expect(stream.events.at(-1)?.event).toMatchObject({ type: "done", finish_reason: "stop" });
  }
});
