import { PassThrough, type Transform } from "node:stream";
import { SentMessage } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { rewriteJson } from "../tools/rewrite-json.ts";
import { paramsOf } from "../tools/route-params.ts";

/** One list of listeners. */
export const eventsOfEverybody: Fault = {
  name: "events-of-everybody",
  story: "What happens in anybody's conversations is told to everybody who listens.",
  seenIn: "the contract, section 7: every event is its user's",
  caughtBy: ["isolation/another-events"],
  actsIn: ["isolation"],
  overrides(onApplied) {
    const listening = new Set<Transform>();
    const tell = (sent: SentMessage): void => {
      const { status: _, agent_id: __, streaming: ___, ...ids } = sent;
      const event = { type: "reply_started", ...ids, client_message_id: null };
      for (const stream of listening) {
        onApplied();
        stream.push(`data: ${JSON.stringify(event)}\n\n`);
      }
    };
    const telling = rewriteJson(hmiRoutes.sendMessage, SentMessage, (sent) => {
      tell(sent);
      return sent;
    });
    return {
      wire: {
        hmi: {
          ...telling,
          body(answer) {
            if (paramsOf(hmiRoutes.events, answer.request) === undefined) return telling.body?.(answer);
            const stream = new PassThrough();
            listening.add(stream);
            stream.once("close", () => listening.delete(stream));
            return stream;
          },
        },
      },
    };
  },
};
