import { SentMessage } from "../../contract/hmi-schemas.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { describeSent, isOneExchange, type SentAtOnce, sendAtOnce } from "./at-several-replicas.ts";
import { requireWell, SEVERAL_HMIS } from "./met-replicas.ts";

export const sameKey = defineCheck<Context["target"], SentAtOnce>({
  id: "replicas/same-key",
  claim:
    "one message that arrives at several copies with one client_message_id, at once and again after its reply, is one message, and all answer the same",
  why: "A proxy that tries another copy, or a client that does, sends again what the first has taken: docs/faults.md, row 27, at two processes.",
  lookAt:
    "client_message_id: a unique column of the database, and what is answered where another copy was first",
  needs: SEVERAL_HMIS,
  collect: (context) => sendAtOnce(context, "same key", (_, word) => word),
  judge(sent) {
    const answers = [...sent.answers, ...(sent.later ?? [])];
    const statuses = answers.map(({ status }) => status);
    requireWell(statuses);
    if (!statuses.includes(200)) throw new CouldNotRun(`all were answered ${statuses.join(" and ")}`);
    const replies = answers.map(({ body }) => SentMessage.safeParse(body).data?.assistant_message_id);
    if (replies.every((id) => id === undefined)) throw new CouldNotRun("no answer names its reply");
    const seen = describeSent(sent);
    const isSame = statuses.every((status) => status === 200) && new Set(replies).size === 1;
    if (isSame && isOneExchange(sent)) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: "200 with one reply's name each time, one message and one reply, one request at the engine",
      found: `${seen}; replies: ${replies.map((id) => id ?? "none").join(" and ")}`,
      seen: "one message with one client_message_id, at two copies at once, and again after its reply",
      rows: sent.rows,
    };
  },
});
