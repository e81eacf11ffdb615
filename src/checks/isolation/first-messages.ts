import { type Message, SentMessage } from "../../contract/hmi.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { defineCheck } from "../../harness/check.ts";
import type { SeenCall } from "../../target/http.ts";
import { readSettledRows } from "../reading.ts";
import { type Context, makeProfile } from "../stage.ts";

interface Evidence {
  readonly asked: readonly string[];
  readonly answers: readonly SeenCall[];
  /** Of each conversation that an answer named. */
  readonly conversations: readonly (readonly Message[])[];
}

/** So many first messages at once. */
const AT_ONCE = 8;

export const firstMessages = defineCheck<Context["target"], Evidence>({
  id: "isolation/first-messages",
  claim: "first messages that are sent at once, each without a conversation, make a conversation each",
  why: "Two tabs that begin at the same moment find themselves in one conversation, each with the other's question.",
  lookAt: "POST /api/chat/message with session_id null: it makes a conversation, it does not look for one",
  needs: [],
  async collect(context) {
    const options = { num_predict: 8, stand_in_token_ms: 0 };
    const model_id = await makeProfile(context, { name: context.canary("first"), options });
    const asked = Array.from({ length: AT_ONCE }, (_, index) => `Say: ${context.canary(`${index}`)}`);
    const { hmi } = context.target;
    const path = hmiRoutes.sendMessage.path();
    const answers = await Promise.all(
      asked.map((message) => {
        const body = { session_id: null, model_id, message };
        return hmi.call("POST", path, { body, signal: context.signal });
      }),
    );
    const named = answers.flatMap(({ body }) => SentMessage.safeParse(body).data?.session_id ?? []);
    const conversations = await Promise.all([...new Set(named)].map((id) => readSettledRows(context, id)));
    return { asked, answers, conversations };
  },
  judge({ asked, answers, conversations }) {
    const said = conversations.map((rows) =>
      rows.filter(({ role }) => role === "user").map(({ content }) => content),
    );
    const statuses = [...new Set(answers.map(({ status }) => status))].join(", ");
    const seen = `${asked.length} first messages at once, answered ${statuses}; conversations: ${conversations.length}`;
    const isOneEach =
      said.every((messages) => messages.length === 1) &&
      said.flat().toSorted().join() === asked.toSorted().join();
    if (asked.length > 0 && isOneEach) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: `${asked.length} conversations, each with one message`,
      found: `${conversations.length}, with ${said.map(({ length }) => length).join(", ") || "no"} messages`,
      seen,
      rows: conversations.flat(),
    };
  },
});
