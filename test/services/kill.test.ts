import fc from "fast-check";
import { expect, test } from "vitest";
import { anyKill, CONVERSATIONS, type Kill, KilledStack } from "../support/killed-stack.ts";
import { rounds } from "../support/rounds.ts";

/** `SEED=17 npx vitest run test/services/kill.test.ts` makes the choices of that seed. */
const SEED = Number(process.env["SEED"] ?? 1);

/** Stacks that are killed side by side: a start is mostly waiting. */
const STACKS = 3;
const KILLS = rounds(24, 193);

/** A round in which all conversations speak takes seconds on a loaded machine. */
const TIMEOUT_MS = rounds(600_000, 3_600_000);

const MESSAGES = KILLS * CONVERSATIONS;

test(`${KILLS} kills cost nothing of ${MESSAGES} messages and replies`, {
  timeout: TIMEOUT_MS,
}, async () => {
  const kills = fc.sample(anyKill, { seed: SEED, numRuns: KILLS });
  const each = Math.ceil(KILLS / STACKS);
  const stacks = Array.from({ length: STACKS }, () => killAStack(kills.splice(0, each)));
  // None may start a process after the test.
  const ended = await Promise.allSettled(stacks);
  for (const stack of ended) if (stack.status === "rejected") throw stack.reason;
  const acknowledged = ended.map((stack) => (stack.status === "fulfilled" ? stack.value : 0));
  expect(acknowledged.reduce((sum, count) => sum + count, 0)).toBe(MESSAGES);
});

/** Returns how many messages were acknowledged, and how many replies were to be written anew. */
async function killAStack(kills: readonly Kill[]): Promise<number> {
  const stack = await KilledStack.start();
  for (const [round, kill] of kills.entries()) {
    await stack.round(kill).catch((error: unknown) => {
      throw new Error(`SEED=${SEED}, round ${round}: ${JSON.stringify(kill)}`, { cause: error });
    });
  }
  return await stack.judgeAll();
}
