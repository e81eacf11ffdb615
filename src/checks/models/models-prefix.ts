import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { type AskedByModel, askAnew, describeAsked } from "./ask-by-model.ts";
import { triedModels } from "./model-catalogue.ts";

interface Evidence {
  readonly plain: string;
  readonly asked: AskedByModel;
}

const PREFIX = "ollama/";

export const prefix = defineCheck<Context["target"], Evidence>({
  id: "models/prefix",
  claim: "a prefix ollama/ before a model's name is accepted, and dropped before the engine",
  why: "Clients of litellm and others write ollama/llama3.1:8b; the engine knows no such name.",
  lookAt: "the gateway, where the engine's request is built: drop the prefix there, once",
  needs: ["speak the contract", "show what reached the engine"],
  async collect(context) {
    const [plain = ""] = await triedModels(context);
    return { plain, asked: await askAnew(context, { model: `${PREFIX}${plain}`, name: "prefixed" }) };
  },
  judge({ plain, asked }) {
    const seen = describeAsked(asked);
    const isDropped = asked.atEngine.length > 0 && asked.atEngine.every((name) => name === plain);
    if (isDropped && asked.error === null) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: `a reply by ${plain}`,
      found: `at the engine: ${asked.atEngine.join(", ") || "nothing"}; ${asked.error?.message ?? "no error"}`,
      seen,
      rows: [asked.row],
    };
  },
});
