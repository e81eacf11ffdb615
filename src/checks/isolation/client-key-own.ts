import { SentMessage } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { WholeRow } from "../../targets/drivers/reply-facts.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import { type Context, makeProfile, makeSession } from "../contract-conversations.ts";
import { readReply, readSettledRows } from "../contract-replies.ts";

/** One of two conversations that used the same key, each for a message of its own. */
interface Keyed {
  readonly sessionId: string;
  readonly asked: string;
  readonly answer: SeenCall;
  readonly rows: readonly WholeRow[];
}

export const clientKeyOwn = defineCheck<Context["target"], readonly Keyed[]>({
  id: "isolation/client-key-own",
  claim: "a client_message_id belongs to its conversation: two may use the same, each for its own message",
  why: "Clients count 1, 2, 3: with keys for everybody, the second one's message is answered with the first one's.",
  lookAt: "the unique index of client keys: with the conversation in it",
  needs: ["speak the contract"],
  async collect(context) {
    const options = { num_predict: 4, stand_in_token_ms: 0 };
    const modelId = await makeProfile(context, { name: "isolation", options });
    const key = context.canary("key");
    const { hmi } = context.target;
    const keyed: Keyed[] = [];
    for (const name of ["one", "other"]) {
      const sessionId = await makeSession(context, modelId);
      const asked = `Say: ${context.canary(name)}`;
      const body = { session_id: sessionId, message: asked, client_message_id: key };
      const answer = await hmi.call("POST", hmiRoutes.sendMessage.path(), { body, signal: context.signal });
      if (answer.status === 200) await readReply(context, sessionId).ended;
      keyed.push({ sessionId, asked, answer, rows: await readSettledRows(context, sessionId) });
    }
    return keyed;
  },
  judge: (keyed) =>
    firstBroken(keyed, judgeOne) ?? { verdict: "holds", seen: `conversations with one key: ${keyed.length}` },
});

function judgeOne({ sessionId, asked, answer, rows }: Keyed): Broken | undefined {
  const sent = SentMessage.safeParse(answer.body).data;
  const said = rows.filter(({ role }) => role === "user").map(({ content }) => content);
  if (answer.status === 200 && sent?.session_id === sessionId && said.join() === asked) return undefined;
  return {
    verdict: "broken",
    expected: `200 for conversation ${sessionId}, and its own message in it`,
    found: `${answer.status}, conversation ${sent?.session_id ?? "none"}; messages in ${sessionId}: ${said.length}`,
    seen: `${answer.request} with a key that another conversation has used`,
    rows,
  };
}
