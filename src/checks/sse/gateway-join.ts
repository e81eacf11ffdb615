import { gatewayRoutes } from "../../contract/routes.ts";
import { defineCheck } from "../../harness/define-check.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { describeStream, textIn } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { followStream } from "../follow-stream.ts";
import { prepare } from "../seen-reply.ts";

interface Evidence {
  /** The stream of the call that began the reply. */
  readonly begun: SeenStream;
  /** That of the GET that came later. */
  readonly joined: SeenStream;
}

export const gatewayJoin = defineCheck<Context["target"], Evidence>({
  id: "sse/gateway-join",
  claim: "GET /chat/stream/{session_id} of the gateway joins the reply that runs, from its first event",
  why: "The seed's gateway answers 501 there (docs/faults.md, row S9); whoever lost its connection has nothing to come back to.",
  lookAt: "the gateway's GET /chat/stream/{session_id}; the HMI falls back on the POST where it is missing",
  needs: ["speak the contract"],
  async collect(context) {
    const prepared = await prepare(context, { door: "gateway", name: "join", options: { num_predict: 16 } });
    const path = gatewayRoutes.resume.path({ session_id: prepared.sessionId });
    let joining: Promise<SeenStream> | undefined;
    const join = (): Promise<SeenStream> =>
      followStream(context, { client: context.target.gateway, method: "GET", path });
    const begun = await followStream(context, {
      ...(await prepared.open()),
      onEvent() {
        joining ??= join();
        // Awaited below; until then a failure is not one that nobody handles.
        joining.catch(() => undefined);
      },
    });
    return { begun, joined: await (joining ?? join()) };
  },
  judge({ begun, joined }) {
    const seen = `${describeStream(begun)}; ${describeStream(joined)}`;
    const expected = JSON.stringify(textIn(begun.events));
    const found = joined.status === 200 ? JSON.stringify(textIn(joined.events)) : `status ${joined.status}`;
    return expected === found ? { verdict: "holds", seen } : { verdict: "broken", expected, found, seen };
  },
});
