import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { paramsOf } from "../tools/route-params.ts";

/** S8, in the server. */
export const firstMessageByDisplayName: Fault = {
  name: "first-message-by-display-name",
  story: 'A message that makes its conversation and names no model is asked of "Claude Sonnet 4".',
  seenIn: "the seed of the gateway session: hmi_app.py:3538, the default in send_chat_message()",
  caughtBy: ["models/default-used"],
  // They have a general conversation made in this way.
  alsoStops: [
    "model-conversation/accepted",
    "model-conversation/conversation",
    "model-conversation/user-message",
    "model-conversation/reply",
    "model-conversation/context",
    "model-conversation/reload",
  ],
  actsIn: ["model-conversation", "isolation", "models"],
  overrides: (onApplied) => ({
    wire: {
      hmi: {
        request(request) {
          if (paramsOf(hmiRoutes.sendMessage, request) === undefined) return request;
          const body = parse(request.body);
          if (body === undefined || body["session_id"] || body["model"]) return request;
          onApplied();
          const text = JSON.stringify({ ...body, model: "Claude Sonnet 4" });
          return { ...request, body: Buffer.from(text) };
        },
      },
    },
  }),
};

/** Undefined for what is no object: the HMI itself refuses that. */
function parse(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(bytes.toString("utf8"));
    const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
    return isObject ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
