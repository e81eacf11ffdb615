import { ErrorBody } from "../../contract/common-schemas.ts";
import { DEFAULTS } from "../../contract/contract-defaults.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import type { Context } from "../contract-conversations.ts";
import { followStream } from "../follow-stream.ts";
import { repeatAfterMe, wordFrom } from "./marker-words.ts";

interface Evidence {
  readonly first: SeenStream;
  /** Another content with the same message_id. */
  readonly second: SeenStream;
}

export const messageIdReused = defineCheck<Context["target"], Evidence>({
  id: "isolation/message-id-reused",
  claim: "a message_id that was used for another content is refused by the gateway with 409",
  why: "The gateway joins a reply by its message_id: a new question with an old id is answered with the old reply.",
  lookAt: "the gateway's POST /chat/stream: what is compared before a known message_id joins its reply",
  needs: ["speak the contract"],
  async collect(context) {
    const word = wordFrom(context.canary("first"));
    const path = gatewayRoutes.chat.path();
    const ask = (content: string): Promise<SeenStream> => {
      const body = {
        session_id: word,
        message_id: `${word}-reply`,
        agent_id: DEFAULTS.agentId,
        content: repeatAfterMe(content, 2),
        think: false,
        options: { num_predict: 4, stand_in_token_ms: 0 },
      };
      return followStream(context, { client: context.target.gateway, method: "POST", path, body });
    };
    return { first: await ask(word), second: await ask(wordFrom(context.canary("second"))) };
  },
  judge({ first, second }) {
    if (first.status !== 200) throw new CouldNotRun(`${first.request} answered ${first.status}`);
    const code = ErrorBody.safeParse(second.body).data?.error.code;
    const seen = `${second.request} with a used message_id and another content answered ${second.status}`;
    if (second.status === 409 && code === "key_reused") return { verdict: "holds", seen };
    const said = textOf(second);
    const what = said !== "" && said === textOf(first) ? ", the reply to the first" : "";
    return { verdict: "broken", expected: "409 key_reused", found: `${second.status}${what}`, seen };
  },
});
