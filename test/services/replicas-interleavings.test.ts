import fc from "fast-check";
import { test } from "vitest";
import type { InProcessStackOptions } from "../../src/services/in-process-stack.ts";
import { carryOut } from "../support/interleaving.ts";
import { judgeTraffic } from "../support/interleaving-checks.ts";
import { anyPlan } from "../support/interleaving-plan.ts";
import { NO_POSTGRESQL } from "../support/postgresql.ts";
import { useTestSchemas } from "../support/postgresql-test-store.ts";
import { rounds } from "../support/rounds.ts";
import { startBehindOneAddress } from "../support/start-replicas.ts";

const schemas = NO_POSTGRESQL === undefined ? useTestSchemas() : undefined;

/** `SEED=17 npx vitest run test/services/replicas-interleavings.test.ts` runs that one. */
const SEED = process.env["SEED"];
const SEEDS =
  SEED === undefined ? Array.from({ length: rounds(2, 100) }, (_, index) => index + 1) : [Number(SEED)];

test.skipIf(schemas === undefined)(
  `whatever clients do at once to three copies behind one address, what was streamed is what is saved (${SEEDS.length} seeds)`,
  async () => {
    for (const seed of SEEDS) {
      const storeUrl = (await schemas?.empty()) ?? "";
      const start = (options: InProcessStackOptions) => startBehindOneAddress({ ...options, storeUrl });
      const plan = fc.sample(fc.noBias(anyPlan), { seed, numRuns: 1 })[0];
      if (plan === undefined) throw new Error("There is no plan.");
      await carryOut(plan, judgeTraffic, start).catch((cause: unknown) => {
        throw new Error(`SEED=${seed}\n${JSON.stringify(plan)}`, { cause });
      });
    }
  },
  600_000,
);
