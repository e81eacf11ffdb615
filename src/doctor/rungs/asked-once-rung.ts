import type { Role } from "../../config/service-config.ts";
import { withoutOptions } from "../../contract/options-as-text.ts";
import { replyGeneration, sameGenerations } from "../../targets/reply-generation.ts";
import type { Rung } from "../climb-ladder.ts";
import type { ExaminedStack } from "../doctor-context.ts";
import { brokenRung } from "../symptom-explanations.ts";

/** The engine is asked once for the reply to a message, where that can be seen. */
export function askedOnceRung(service: Role): Rung<ExaminedStack> {
  return {
    id: `${service}/asked-once`,
    service,
    name: "requests at the engine",
    needs: [`${service}/reply`],
    async look({ notes: { reply } }) {
      const generations = (await reply?.record?.generations()) ?? [];
      const own = reply && replyGeneration(generations, withoutOptions(reply.asked));
      if (own === undefined) return undefined;
      const times = 1 + sameGenerations(generations, own).length;
      return times === 1
        ? { status: "holds", text: "one message is one request for its reply at the engine" }
        : brokenRung("asked_twice", { service, times });
    },
  };
}
