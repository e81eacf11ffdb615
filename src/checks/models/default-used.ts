import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { type AskedByModel, askByModel, describeAsked, plainProfile } from "./ask-by-model.ts";
import { installedModels, listedDefault } from "./model-catalogue.ts";

interface Evidence {
  readonly standard: string | null;
  readonly installed: readonly string[];
  readonly asked: AskedByModel;
}

export const defaultUsed = defineCheck<Context["target"], Evidence>({
  id: "models/default-used",
  claim: "a first message that names no model is answered by the default model",
  why: 'The seed of the gateway session: send_chat_message() fell back to "Claude Sonnet 4", and the engine answered 404.',
  lookAt: "the default of the parameter model at POST /api/chat/message and at POST /chat/stream",
  needs: ["speak the contract", "show what reached the engine"],
  async collect(context) {
    const [standard, installed] = [await listedDefault(context), await installedModels(context)];
    // Without a conversation either: the message makes it, as the first one of a new user does.
    const modelId = await plainProfile(context);
    return { standard, installed, asked: await askByModel(context, { modelId, name: "no model" }) };
  },
  judge({ standard, installed, asked }) {
    // A list that names a wrong default is another claim's.
    const wanted = standard !== null && installed.includes(standard) ? [standard] : installed;
    const seen = describeAsked(asked);
    const [model] = asked.atEngine;
    if (asked.error === null && model !== undefined && wanted.includes(model)) {
      return { verdict: "holds", seen: `${seen}; the engine was asked for ${model}` };
    }
    const said = asked.error === null ? "" : `; ${asked.error.message}`;
    return {
      verdict: "broken",
      expected: `a reply by ${wanted.join(" or ")}`,
      found: `models asked for at the engine: ${asked.atEngine.join(", ") || "none"}${said}`,
      seen,
      rows: [asked.row],
    };
  },
});
