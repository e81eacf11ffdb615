import { gatewayRoutes, hmiRoutes } from "../../contract/routes.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { answerExcerpt } from "../../targets/answer-excerpt.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import { allButLacking, type Context } from "../contract-conversations.ts";
import type { ContractService } from "./watched-replies.ts";

interface Probe {
  readonly service: ContractService;
  readonly call: SeenCall;
}

export const probes = defineCheck<Context["target"], readonly Probe[]>({
  id: "health/probes",
  claim: "/health/live answers 200 while a service serves, the gateway's /health/ready while the engine does",
  why: "A supervisor that asks a path which is not there restarts a service that works.",
  lookAt: "the routes /health/live of both and /health/ready of the gateway",
  needs: ["speak the contract"],
  async collect({ target, signal }) {
    const ask = async (service: ContractService, path: string): Promise<Probe> => ({
      service,
      call: await target[service].call("GET", path, { signal }),
    });
    return await allButLacking([
      ask("hmi", hmiRoutes.live.path()),
      ask("gateway", gatewayRoutes.live.path()),
      ask("gateway", gatewayRoutes.ready.path()),
    ]);
  },
  judge: (seen) =>
    firstBroken(seen, judgeOne) ?? {
      verdict: "holds",
      seen: seen.map(({ service, call }) => `${service} ${call.request} ${call.status}`).join("; "),
    },
});

function judgeOne({ service, call }: Probe): Broken | undefined {
  if (call.status === 200) return undefined;
  return {
    verdict: "broken",
    expected: "200",
    found: `${call.status} ${answerExcerpt(call)}`,
    seen: `${call.request} of the ${service}`,
  };
}
