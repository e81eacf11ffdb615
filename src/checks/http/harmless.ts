import { type Message, MessageList } from "../../contract/hmi.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, defineCheck } from "../../harness/check.ts";
import type { SeenCall } from "../../target/http.ts";
import { type Context, expectAnswer, makeSession } from "../stage.ts";
import { ownPlace } from "./own.ts";

interface Evidence {
  readonly calls: readonly Pick<SeenCall, "request" | "status">[];
  /** The rows of the conversation that the calls were about; null where it is gone. */
  readonly rows: readonly Message[] | null;
}

export const harmless = defineCheck<Context["target"], Evidence>({
  id: "http/harmless",
  claim: "HEAD and OPTIONS change nothing",
  why: "Frameworks answer HEAD by running GET, and the general stream is a GET that sends a message.",
  lookAt: "routes that frameworks add by themselves for HEAD and OPTIONS",
  needs: ["speak the contract"],
  async collect(context) {
    const { hmi } = context.target;
    const { signal } = context;
    const { model_id, word } = await ownPlace(context);
    const session_id = await makeSession(context, model_id);
    const general = hmiRoutes.generalStream.path(undefined, {
      message: `By HEAD, ${word}`,
      model_id,
      session_id,
    });
    const calls = [
      await hmi.call("HEAD", general, { signal }),
      await hmi.call("OPTIONS", general, { signal }),
      await hmi.call("OPTIONS", hmiRoutes.deleteSession.path({ session_id }), { signal }),
      await hmi.call("HEAD", hmiRoutes.deleteSession.path({ session_id }), { signal }),
    ];
    const list = await hmi.call("GET", hmiRoutes.messages.path({ session_id }), { signal });
    const rows = list.status === 404 ? null : expectAnswer(list, MessageList).messages;
    return { calls: calls.map(({ request, status }) => ({ request, status })), rows };
  },
  judge({ calls, rows }) {
    const seen = calls.map(({ request, status }) => `${request} answered ${status}`).join("; ");
    return judgeRows(rows, seen) ?? { verdict: "holds", seen };
  },
});

function judgeRows(rows: Evidence["rows"], seen: string): Broken | undefined {
  if (rows !== null && rows.length === 0) return undefined;
  const found = rows === null ? "no conversation any more" : `messages: ${rows.length}`;
  return { verdict: "broken", expected: "an empty conversation, as before", found, seen, rows: rows ?? [] };
}
