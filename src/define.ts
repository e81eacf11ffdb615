import type { Fault } from "./faults/fault.ts";
import { type Check, type CollectContext, defineCheck as eraseEvidence } from "./harness/define-check.ts";
import type { FileReporter } from "./reporters/file-reporter.ts";
import type { Target } from "./targets/open-target.ts";

/** What a check of a chat stack is given to collect its evidence with. */
export type CheckContext = CollectContext<Target>;

/**
 * A check of your own, for `verify({ checks })` and `stack verify --check FILE`.
 *
 * @example
 *   export default defineCheck<number>({
 *     id: "billing/health",
 *     claim: "the HMI says that it is well",
 *     why: "The shop's status page reads it.",
 *     lookAt: "GET /health of the HMI",
 *     needs: [],
 *     collect: async ({ target, signal }) => (await target.hmi.call("GET", "/health", { signal })).status,
 *     judge: (status) =>
 *       status === 200
 *         ? { verdict: "holds", seen: "GET /health answered 200" }
 *         : { verdict: "broken", expected: "200", found: String(status), seen: "GET /health" },
 *   });
 */
export function defineCheck<Evidence>(check: Check<Target, Evidence>): Check<Target, never> {
  return eraseEvidence(check);
}

/** A deliberate bug of your own, for `startStack({ fault })`, `verify({ fault })` and `stack verify --fault FILE`. */
export function defineFault(fault: Fault): Fault {
  return fault;
}

/** A report format of your own, for `--report MODULE=FILE`. */
export function defineReporter(reporter: FileReporter): FileReporter {
  return reporter;
}
