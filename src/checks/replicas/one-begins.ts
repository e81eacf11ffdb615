import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { describeSent, isOneExchange, type SentAtOnce, sendAtOnce } from "./at-several-replicas.ts";
import { requireWell, SEVERAL_HMIS } from "./met-replicas.ts";

export const oneBegins = defineCheck<Context["target"], SentAtOnce>({
  id: "replicas/one-begins",
  claim:
    "of two messages to one conversation that arrive at two copies at once, one begins a reply and one is told to wait",
  why: "A lock in one process's memory holds nobody back at another: two replies are written into one conversation, or one of them elsewhere.",
  lookAt:
    "what lets a conversation have one streaming reply: a rule of the database, and 409 generation_in_progress where it is broken",
  needs: SEVERAL_HMIS,
  collect: (context) => sendAtOnce(context, "two at once", () => undefined),
  judge(sent) {
    const statuses = sent.answers.map(({ status }) => status).toSorted((one, other) => one - other);
    requireWell(statuses);
    if (!statuses.includes(200)) throw new CouldNotRun(`both were answered ${statuses.join(" and ")}`);
    const seen = describeSent(sent);
    if (statuses.join() === "200,409" && isOneExchange(sent)) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: "200 and 409, one message and one reply, one request at the engine",
      found: seen,
      seen: "two messages to one conversation, at two copies at once",
      rows: sent.rows,
    };
  },
});
