import { gatewayRoutes } from "../../contract/routes.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { SeenCall, SeenStream } from "../../targets/http-client.ts";
import { afterWaiting } from "../../targets/unstalled-time.ts";
import { GIVE_UP_MS } from "../cancel-times.ts";
import type { Context } from "../contract-conversations.ts";
import { tokens } from "../contract-replies.ts";
import { lastWord } from "../stream-endings.ts";
import { answerInWords, cancelStatusOf } from "./judge-both-ends.ts";

interface AtGateway {
  readonly running: SeenCall;
  readonly repeated: SeenCall;
  readonly unknown: SeenCall;
  readonly stream: SeenStream;
}

export const gateway = defineCheck<Context["target"], AtGateway>({
  id: "cancel/gateway",
  claim: "the gateway's own cancel answers cancelled, idle when repeated, and 404 for what it does not know",
  why: "The seed's gateway had no such endpoint; an HMI that takes 404 for idle hides one that forgets too early.",
  lookAt: "the gateway's POST /chat/{session_id}/cancel, and how long it knows a conversation that has ended",
  needs: ["speak the contract"],
  async collect(context) {
    const { gateway: service } = context.target;
    const session_id = context.canary("session");
    const cancel = (id: string): Promise<SeenCall> =>
      service.call("POST", gatewayRoutes.cancel.path({ session_id: id }), { signal: context.signal });
    const begun = Promise.withResolvers<void>();
    const isFirst = tokens(1);
    const left = new AbortController();
    const stream = service.stream("POST", gatewayRoutes.chat.path(), {
      signal: AbortSignal.any([context.signal, left.signal]),
      body: {
        session_id,
        message_id: context.canary("message"),
        agent_id: "architect",
        content: "Count to 200.",
        think: false,
        options: { num_predict: 400, stand_in_tokens: 100, stand_in_token_ms: 20 },
      },
      onEvent({ event }) {
        if ("type" in event && isFirst(event)) begun.resolve();
      },
    });
    await Promise.race([begun.promise, stream]);
    const running = await cancel(session_id);
    // A cancel that was refused ends nothing that could be waited for.
    const callOff = afterWaiting(running.status === 200 ? GIVE_UP_MS : 0, () => left.abort());
    const seen = await stream;
    callOff();
    const repeated = await cancel(session_id);
    return { running, repeated, unknown: await cancel(context.canary("unknown")), stream: seen };
  },
  judge({ running, repeated, unknown, stream }) {
    if (stream.status !== 200) throw new CouldNotRun(`${stream.request} answered ${stream.status}`);
    if (cancelStatusOf(running) === "idle")
      throw new CouldNotRun("the reply had ended before it could be cancelled");
    const seen = [
      `while it ran ${answerInWords(running)}, again ${answerInWords(repeated)}, unknown ${unknown.status}`,
      `the stream ended with ${lastWord(stream)}`,
    ].join("; ");
    const isRight =
      cancelStatusOf(running) === "cancelled" &&
      cancelStatusOf(repeated) === "idle" &&
      unknown.status === 404 &&
      lastWord(stream) === "done (cancelled)";
    if (isRight) return { verdict: "holds", seen };
    const expected = "200 cancelled and a stream that ends with it, then 200 idle, then 404";
    const found = [
      `${running.status} ${cancelStatusOf(running)}, ${repeated.status} ${cancelStatusOf(repeated)}, ${unknown.status}`,
      `the stream ${lastWord(stream)}`,
    ].join("; ");
    return { verdict: "broken", expected, found, seen };
  },
});
