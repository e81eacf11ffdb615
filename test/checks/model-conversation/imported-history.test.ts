import { expect, test } from "vitest";
import { summary } from "../../../src/checks/model-conversation/model-conversation-summary.ts";
import { startStack } from "../../../src/start-stack.ts";
import { verify } from "../../../src/verify/verify-stack.ts";
import { everythingIn } from "../../support/hmi.ts";

/** Of an engine that nobody says to be the stand-in, so that it may be slow. */
async function judgeWithUnknownEngine(fault?: string) {
  await using stack = await startStack({ fault });
  const { hmi, gateway } = stack;
  const { results } = await verify({ checks: [summary], target: { hmi, gateway } });
  return { outcome: results[0]?.outcome, left: await everythingIn(hmi) };
}

test("behind an engine that may be slow, the summary is judged of a history that was imported", async () => {
  expect(await judgeWithUnknownEngine()).toEqual({
    outcome: { verdict: "holds", seen: expect.stringContaining("grew to 62 messages and got its summary") },
    left: expect.objectContaining({ profiles: [], sessions: [], total: 0 }),
  });
});

test("one that is written elsewhere is seen there, too", async () => {
  const { outcome } = await judgeWithUnknownEngine("summary-without-model-id");
  expect(outcome).toMatchObject({ verdict: "broken", found: expect.stringContaining("model_id null") });
});
