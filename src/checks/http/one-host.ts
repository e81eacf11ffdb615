import { hmiRoutes } from "../../contract/routes.ts";
import { defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { type BareCall, callWithHosts } from "../../targets/call-with-hosts.ts";
import type { Context } from "../contract-conversations.ts";

/** A name that nobody has (RFC 6761). */
const FOREIGN = "attacker.invalid";

export const oneHost = defineCheck<Context["target"], readonly BareCall[]>({
  id: "http/one-host",
  claim: "a request with two Host headers is answered 400",
  why: "A proxy that goes by one of them and a service that goes by the other do not mean the same request.",
  lookAt: "the check of the Host header: there must be one (RFC 9112, section 3.2)",
  needs: ["speak the contract"],
  async collect({ target, signal }) {
    const { hmi } = target.urls;
    const own = new URL(hmi).host;
    const path = hmiRoutes.live.path();
    const asked = [
      [own, own],
      [own, FOREIGN],
    ].map((hosts) => callWithHosts(hmi, path, { hosts, signal }));
    return await Promise.all(asked);
  },
  judge(seen) {
    const broken = firstBroken(seen, ({ request, status }) =>
      status === 400
        ? undefined
        : { verdict: "broken", expected: "400", found: String(status), seen: `${request}, two Host headers` },
    );
    const statuses = seen.map(({ request, status }) => `${request} answered ${status}`);
    return broken ?? { verdict: "holds", seen: statuses.join("; ") };
  },
});
