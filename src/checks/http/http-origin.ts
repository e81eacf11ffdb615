import { gatewayRoutes, hmiRoutes } from "../../contract/routes.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import { allButLacking, type Context } from "../contract-conversations.ts";
import { httpSuiteConversation } from "./http-suite-conversation.ts";

interface Evidence {
  /** Calls that a page of another origin makes. */
  readonly foreign: readonly SeenCall[];
  /** Calls that our own page makes. */
  readonly own: readonly SeenCall[];
}

/** A page that nobody has (RFC 6761). */
const FOREIGN = "https://attacker.invalid";

export const origin = defineCheck<Context["target"], Evidence>({
  id: "http/origin",
  claim: "a page of another origin can change nothing here, and our own page can",
  why: "Every page that a user has open may call loopback addresses: without this, it can chat and delete.",
  lookAt: "the check of Origin and Sec-Fetch-Site for calls that change something, and the headers of CORS",
  needs: ["speak the contract"],
  async collect(context) {
    const { hmi, gateway, urls } = context.target;
    const { signal } = context;
    const { session_id, model_id, word } = await httpSuiteConversation(context);
    const resume = hmiRoutes.resumeSession.path({ session_id });
    const message = `From another origin, ${word}`;
    const general = hmiRoutes.generalStream.path(undefined, { message, model_id, session_id });
    const byOrigin = { origin: FOREIGN };
    const bySite = { "sec-fetch-site": "cross-site" };
    return {
      foreign: await allButLacking([
        hmi.call("POST", resume, { signal, headers: byOrigin }),
        hmi.call("POST", resume, { signal, headers: bySite }),
        hmi.call("PUT", hmiRoutes.renameSession.path({ session_id }), {
          signal,
          headers: { ...byOrigin, ...bySite },
          body: { title: message },
        }),
        hmi.call("GET", general, { signal, headers: bySite }),
        gateway.call("POST", gatewayRoutes.chat.path(), { signal, headers: byOrigin, body: {} }),
      ]),
      own: [
        await hmi.call("POST", resume, {
          signal,
          headers: { origin: new URL(urls.hmi).origin, "sec-fetch-site": "same-origin" },
        }),
      ],
    };
  },
  judge({ foreign, own }) {
    const broken = firstBroken(foreign, judgeForeign) ?? firstBroken(own, judgeOwn);
    const seen = foreign.map(({ request, status }) => `${request} answered ${status}`);
    return broken ?? { verdict: "holds", seen: seen.join("; ") };
  },
});

function judgeForeign({ request, status, headers }: SeenCall): Broken | undefined {
  const opened = headers["access-control-allow-origin"];
  if (status === 403 && opened === undefined) return undefined;
  return {
    verdict: "broken",
    expected: "403 forbidden, and no Access-Control-Allow-Origin",
    found: opened === undefined ? String(status) : `${status}, Access-Control-Allow-Origin: ${opened}`,
    seen: `${request} from ${FOREIGN}`,
  };
}

function judgeOwn({ request, status }: SeenCall): Broken | undefined {
  if (status === 200) return undefined;
  return {
    verdict: "broken",
    expected: "200",
    found: String(status),
    seen: `${request} from the HMI's own page`,
  };
}
