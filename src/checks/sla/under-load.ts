/** The suite `sla` as a load run judges it: by what was measured with the users of its last step. */
import { type Check, defineCheck, type Suite, type Verdict } from "../../harness/define-check.ts";
import type { LoadReport } from "../../harness/load-report.ts";
import type { Target } from "../../targets/open-target.ts";
import type { Context } from "../contract-conversations.ts";
import { betweenTokens } from "./between-tokens.ts";
import { firstToken } from "./first-token.ts";
import { judgeAccepted, judgeBetweenTokens, judgeLoadFirstToken, judgeNoDrops } from "./judge-load.ts";
import { noDrops } from "./no-drops.ts";
import { TARGETS } from "./service-targets.ts";
import { accepted } from "./sla-accepted.ts";

/** Drives the users, and measures; called once for all claims. */
export type DriveLoad = (context: Context) => Promise<LoadReport>;

/** The claims of `sla` with this many users in place of ten: the same ids, and the same targets. */
export function slaUnderLoad(users: number, drive: DriveLoad): Suite<Target> {
  const many = users === 1 ? "one user chats" : `${users} users chat`;
  const { acceptedP95, firstTokenP50, firstTokenP95, gapP50 } = TARGETS;
  const claims = [
    [accepted, `a message is accepted in under ${acceptedP95} ms at P95, while ${many}`, judgeAccepted],
    [
      firstToken,
      `the first token comes in under ${firstTokenP50} ms at P50 and ${firstTokenP95} ms at P95, while ${many}`,
      judgeLoadFirstToken,
    ],
    [
      betweenTokens,
      `from one token to the next it is under ${gapP50} ms in the median, while ${many}`,
      judgeBetweenTokens,
    ],
    [noDrops, `while ${many}, everybody's reply is written to its end`, judgeNoDrops],
  ] as const;
  return {
    name: "sla",
    title: `The service targets, while ${many} (contract, section 6).`,
    checks: claims.map(([check, claim, judge]) => underLoad(check, { claim, judge, drive })),
  };
}

interface UnderLoad {
  readonly claim: string;
  readonly judge: (load: LoadReport) => Verdict;
  readonly drive: DriveLoad;
}

function underLoad(
  { id, why, lookAt, needs }: Check<Target, never>,
  { claim, judge, drive }: UnderLoad,
): Check<Target, never> {
  return defineCheck<Target, LoadReport>({
    id,
    claim,
    why,
    lookAt,
    needs,
    collect: (context) => context.share("load", () => drive(context)),
    judge,
  });
}
