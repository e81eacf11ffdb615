import { gatewayRoutes, hmiRoutes, pageRoutes } from "../../contract/routes.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import { allButLacking, type Context } from "../contract-conversations.ts";

/** A name that nobody has (RFC 6761). */
const FOREIGN = "attacker.invalid";

export const host = defineCheck<Context["target"], readonly SeenCall[]>({
  id: "http/host",
  claim: "a call that names another host is refused",
  why: "A page can point its own name at 127.0.0.1, and then reads everything as if it were its own (DNS rebinding).",
  lookAt: "the check of the Host header: it must be a loopback name, or one that is configured",
  needs: ["speak the contract"],
  async collect({ target, signal }) {
    const headers = { host: FOREIGN };
    return await allButLacking([
      target.hmi.call("GET", hmiRoutes.sessions.path(), { signal, headers }),
      target.hmi.call("GET", pageRoutes.llm.path(), { signal, headers }),
      target.gateway.call("GET", gatewayRoutes.models.path(), { signal, headers }),
    ]);
  },
  judge: (seen) =>
    firstBroken(seen, judgeOne) ?? {
      verdict: "holds",
      seen: seen.map(({ request, status }) => `${request} answered ${status}`).join("; "),
    },
});

function judgeOne({ request, status }: SeenCall): Broken | undefined {
  if (status >= 400 && status < 500) return undefined;
  return {
    verdict: "broken",
    expected: "403 forbidden",
    found: String(status),
    seen: `${request}, Host: ${FOREIGN}`,
  };
}
