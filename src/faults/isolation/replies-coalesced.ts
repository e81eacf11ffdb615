import type { EngineRequest } from "../../services/gateway/engine-request.ts";
import type { Fault } from "../fault.ts";
import { countReplies } from "../tools/count-replies.ts";

/** How many replies at once: those of the check that looks for this. */
const MANY = 6;

/** Row 39. */
export const repliesCoalesced: Fault = {
  name: "replies-coalesced",
  story: "Under load a request is answered with the reply to one that looks alike, whoever that is from.",
  seenIn: "BerriAI/litellm#13551",
  caughtBy: ["isolation/streams", "isolation/rows", "isolation/prompts", "isolation/one-request"],
  actsIn: ["persistence", "isolation", "sla"],
  overrides: (onApplied) => ({
    engine: (client) => {
      /** The requests that are being answered, by what they look like. */
      const answered = new Map<string, EngineRequest>();
      return countReplies(client, async function* (running, request, signal) {
        const key = looksOf(request);
        const alike = answered.get(key);
        if (alike !== undefined && running() >= MANY) {
          onApplied();
          yield* client.chat(alike, signal);
          return;
        }
        answered.set(key, request);
        yield* client.chat(request, signal);
      });
    },
  }),
};

/** The mistake: the words themselves are not part of it. */
function looksOf({ model, messages, options }: EngineRequest): string {
  return JSON.stringify([model, messages.map(({ role, content }) => [role, content.length]), options]);
}
