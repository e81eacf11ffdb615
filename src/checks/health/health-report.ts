import * as z from "zod";
import { Health } from "../../contract/common-schemas.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { answerExcerpt } from "../../targets/answer-excerpt.ts";
import type { Context } from "../contract-conversations.ts";
import { type HealthLook, type Watched, watchReplies } from "./watched-replies.ts";

/** What each service needs, and must therefore tell of. */
const DEPENDENCIES: Readonly<Record<HealthLook["service"], readonly string[]>> = {
  hmi: ["gateway", "store"],
  gateway: ["engine"],
  engine: [],
};

export const report = defineCheck<Context["target"], Watched>({
  id: "health/report",
  claim: "GET /health of HMI and gateway says all that the contract lists, and that all is well",
  why: "A health endpoint that answers {status: ok} whatever happens sends everybody looking elsewhere.",
  lookAt:
    "GET /health: its fields (contract, section 2), and each thing that the service needs among dependencies",
  needs: ["speak the contract"],
  collect: watchReplies,
  judge: ({ before }) =>
    firstBroken(before, judgeOne) ?? {
      verdict: "holds",
      seen: before.map(({ service, call }) => `${service} ${answerExcerpt(call)}`).join("; "),
    },
});

function judgeOne({ service, call }: HealthLook): Broken | undefined {
  const found = faultIn(service, call);
  if (found === undefined) return undefined;
  return {
    verdict: "broken",
    expected: `200, status ok, with service, version, pid, port, uptime_s, timestamp, active_streams and dependencies ${DEPENDENCIES[service].join(", ")}`,
    found,
    seen: `${call.request} of the ${service} answered ${answerExcerpt(call, 300)}`,
  };
}

function faultIn(service: HealthLook["service"], { status, body }: HealthLook["call"]): string | undefined {
  if (status !== 200) return `status ${status}`;
  const parsed = Health.safeParse(body);
  if (!parsed.success) return z.prettifyError(parsed.error).replaceAll("\n", " ");
  const { data } = parsed;
  const missing = DEPENDENCIES[service].filter((name) => data.dependencies[name] === undefined);
  if (missing.length > 0) return `no dependency ${missing.join(", ")}`;
  const down = Object.entries(data.dependencies).filter(([, { status: each }]) => each !== "ok");
  if (down.length > 0) return `${down.map(([name]) => name).join(", ")} unavailable`;
  return data.status === "ok" && data.service === service ? undefined : `${data.service} is ${data.status}`;
}
