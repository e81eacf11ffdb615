import { gatewayRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { rewriteBody, without } from "../tools/rewrite-body.ts";

/** Two questions in one request. */
export const lastMessageUnchecked: Fault = {
  name: "last-message-unchecked",
  story: "A history whose last message is not the content is taken, and one of the two is answered.",
  seenIn: "the contract, section 2: its last the user's content, else 400",
  caughtBy: ["http/last-message"],
  actsIn: ["http"],
  overrides: (onApplied) => ({
    wire: {
      gateway: rewriteBody([gatewayRoutes.chat], (body) => {
        const last = (body["messages"] as { content?: string }[] | undefined)?.at(-1);
        if (last === undefined || last.content === body["content"]) return body;
        onApplied();
        return without(body, (field) => field === "messages");
      }),
    },
  }),
};
