import fc from "fast-check";
import { test } from "vitest";
import { anyKill, type Kill, KilledStack } from "../support/killed-stack.ts";
import { rounds } from "../support/rounds.ts";

/** `SEED=17 npx vitest run test/services/kill.test.ts` makes the choices of that seed. */
const SEED = Number(process.env["SEED"] ?? 1);

/** Stacks that are killed side by side: a start is mostly waiting. */
const STACKS = 3;
const KILLS_EACH = rounds(16, 34);

test(`${STACKS * KILLS_EACH} kills cost nothing that was acknowledged`, { timeout: 600_000 }, async () => {
  const kills = fc.sample(anyKill, { seed: SEED, numRuns: STACKS * KILLS_EACH });
  const stacks = Array.from({ length: STACKS }, () => killAStack(kills.splice(0, KILLS_EACH)));
  // None may start a process after the test.
  const failed = (await Promise.allSettled(stacks)).filter((each) => each.status === "rejected");
  for (const { reason } of failed) throw reason;
});

async function killAStack(kills: readonly Kill[]): Promise<void> {
  const stack = await KilledStack.start();
  for (const [round, kill] of kills.entries()) {
    await stack.round(kill).catch((error: unknown) => {
      throw new Error(`SEED=${SEED}, round ${round}: ${JSON.stringify(kill)}`, { cause: error });
    });
  }
  await stack.judgeAll();
}
