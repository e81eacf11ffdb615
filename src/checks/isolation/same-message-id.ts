import { DEFAULTS } from "../../contract/contract-defaults.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import type { Context } from "../contract-conversations.ts";
import { generationsFor } from "../engine-generations.ts";
import { followStream } from "../follow-stream.ts";
import { repeatAfterMe, wordFrom } from "./marker-words.ts";

interface Evidence {
  readonly streams: readonly SeenStream[];
  readonly generations: readonly SeenGeneration[];
}

export const sameMessageId = defineCheck<Context["target"], Evidence>({
  id: "isolation/same-message-id",
  claim: "the same message_id sent to the gateway again joins its generation and starts no other",
  why: "A client that retries pays for the reply twice (docs/faults.md, row 27).",
  lookAt: "the gateway's POST /chat/stream: which running generation it looks for before it starts one",
  needs: ["speak the contract", "show what reached the engine"],
  async collect(context) {
    const word = wordFrom(context.canary("gateway"));
    const body = {
      session_id: word,
      message_id: `${word}-reply`,
      agent_id: DEFAULTS.agentId,
      content: repeatAfterMe(word, 8),
      think: false,
      options: { num_predict: 16, stand_in_token_ms: 5 },
    };
    await generationsFor(context, "");
    const path = gatewayRoutes.chat.path();
    const open = (): Promise<SeenStream> =>
      followStream(context, { client: context.target.gateway, method: "POST", path, body });
    const streams = await Promise.all([open(), open()]);
    return { streams, generations: await generationsFor(context, body.content) };
  },
  judge({ streams, generations }) {
    const statuses = streams.map(({ status }) => status).join(", ");
    if (generations.length === 0) throw new CouldNotRun(`nothing reached the engine; answered ${statuses}`);
    const texts = new Set(streams.map(textOf));
    const seen = `${streams[0]?.request ?? "nothing"}, ${streams.length} times with one message_id`;
    const isOne = streams.every(({ status }) => status === 200) && texts.size === 1;
    if (isOne && generations.length === 1) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: "one request at the engine, and the same reply for both",
      found: `requests: ${generations.length}; answered ${statuses}; different replies: ${texts.size}`,
      seen,
      rows: generations,
    };
  },
});
