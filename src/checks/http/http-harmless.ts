import { MessageList } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { conversationNotNamed } from "../../targets/drivers/conversation-not-named.ts";
import type { SeenRow } from "../../targets/drivers/reply-facts.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import { isConversationGone } from "../../targets/is-conversation-gone.ts";
import type { PlainHttpCalls } from "../../targets/plain-http-calls.ts";
import { startTalk } from "../any-wire-conversation.ts";
import { type Context, expectAnswer, makeSession } from "../contract-conversations.ts";
import { settledRowsOf } from "../conversation-rows.ts";
import { converseIn } from "../say-and-hear.ts";
import { httpSuiteConversation } from "./http-suite-conversation.ts";

interface Evidence {
  /** The rows before the calls, on a wire where no empty conversation can be looked at; else there are none. */
  readonly before?: readonly SeenRow[];
  readonly calls: readonly Pick<SeenCall, "request" | "status">[];
  /** The rows of the conversation that the calls were about; null where it is gone. */
  readonly rows: readonly SeenRow[] | null;
}

export const harmless = defineCheck<Context["target"], Evidence>({
  id: "http/harmless",
  claim: "HEAD and OPTIONS change nothing",
  why: "Frameworks answer HEAD by running GET, and there are streams that a GET with a message begins.",
  lookAt: "routes that frameworks add by themselves for HEAD and OPTIONS",
  needs: ["show rows", "remember conversations"],
  async collect(context) {
    const { hmi, plainHttp } = context.target;
    const { signal } = context;
    if (plainHttp !== undefined) return await askForeign(context, plainHttp);
    const { model_id, word } = await httpSuiteConversation(context);
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
  judge({ calls, rows, before = [] }) {
    const seen = calls.map(({ request, status }) => `${request} answered ${status}`).join("; ");
    return judgeRows(rows, before, seen) ?? { verdict: "holds", seen };
  },
});

/** HEAD and OPTIONS, to every call of the wire that is about a conversation in which something was said. */
async function askForeign(context: Context, front: PlainHttpCalls): Promise<Evidence> {
  const { chat } = context.target;
  const { signal } = context;
  const talk = await startTalk(context, { name: "http", options: { num_predict: 4 } });
  await converseIn(context, talk, `Say OK, ${context.canary("harmless")}`);
  await settledRowsOf(context, talk, undefined, { judgesRoles: true });
  const { conversation } = talk;
  if (conversation === null) throw conversationNotNamed();
  const before = await chat.rows(conversation, signal);
  if (before.length === 0)
    throw new NotObservable("what was said was not saved: there is nothing that could be harmed");
  const about = { conversation, text: `By HEAD, ${context.canary("harmless")}` };
  const ats = CALLS.flatMap((name) => front.callOf(name, about) ?? []);
  const calls = [];
  for (const method of ["HEAD", "OPTIONS"] as const) {
    for (const { path } of ats) calls.push(await front.call({ method, path }, { signal }));
  }
  const isGone = await isConversationGone(chat, conversation, signal);
  const rows = isGone ? null : await chat.rows(conversation, signal);
  return { before, calls: calls.map(({ request, status }) => ({ request, status })), rows };
}

const CALLS = ["send", "rows", "delete_conversation"] as const;

function judgeRows(rows: Evidence["rows"], before: readonly SeenRow[], seen: string): Broken | undefined {
  if (rows !== null && rows.length === before.length) return undefined;
  const found = rows === null ? "no conversation any more" : `messages: ${rows.length}`;
  const expected = before.length === 0 ? "an empty conversation" : `the ${before.length} messages`;
  return { verdict: "broken", expected: `${expected}, as before`, found, seen, rows: rows ?? [] };
}
