import { ErrorBody } from "../../contract/common-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import { firstExchanges } from "./first-exchanges.ts";
import type { ModelExchange } from "./model-exchange.ts";
import { type Context, getStage } from "./staged-profiles.ts";

interface Refusal {
  readonly expectedStatus: number;
  readonly expectedCode: string;
  readonly value: string;
  readonly call: SeenCall;
}

interface Evidence {
  readonly accepted: readonly ModelExchange[];
  readonly refused: readonly Refusal[];
}

export const accepted = defineCheck<Context["target"], Evidence>({
  id: "model-conversation/accepted",
  claim: "a model_id is accepted, and a wrong one refused",
  why: "A parameter that is accepted unseen is a parameter that is used nowhere (BUG-016, lessons learned).",
  lookAt: "the validation of model_id at GET /api/chat/general-stream and POST /api/chat/message",
  needs: ["speak the contract", "keep profiles"],
  async collect(context) {
    // First, because a target that takes what it must refuse writes to the general conversation: the stage's.
    const exchanges = await firstExchanges(context);
    const refused: Refusal[] = [];
    for (const value of ["abc", "0", "-1", "1.5"]) {
      refused.push(...(await sendBoth(context, value, 400, "invalid_model_id")));
    }
    refused.push(...(await sendBoth(context, "999999999", 404, "model_profile_not_found")));
    return { accepted: exchanges, refused };
  },
  judge({ accepted: exchanges, refused }) {
    const broken = firstBroken(exchanges, judgeAccepted) ?? firstBroken(refused, judgeRefused);
    const kinds = new Set(refused.map(({ value }) => value));
    return (
      broken ?? {
        verdict: "holds",
        seen: `a profile's and a general message answered 200; ${[...kinds].join(", ")} refused by both endpoints`,
      }
    );
  },
});

async function sendBoth(context: Context, value: string, status: number, code: string): Promise<Refusal[]> {
  const { hmi } = context.target;
  const { signal } = context;
  const { canary } = await getStage(context);
  const message = `This must be refused, ${canary}`;
  const query = hmiRoutes.generalStream.path(undefined, { message, model_id: value });
  const body = { message, session_id: null, model_id: Number.isNaN(Number(value)) ? value : Number(value) };
  const expected = { expectedStatus: status, expectedCode: code, value };
  return [
    { ...expected, call: await hmi.call("GET", query, { signal }) },
    { ...expected, call: await hmi.call("POST", hmiRoutes.sendMessage.path(), { body, signal }) },
  ];
}

function judgeAccepted({ asked, status, refusal, seen }: ModelExchange): Broken | undefined {
  if (status === 200) return undefined;
  return {
    verdict: "broken",
    expected: `200 for ${describeValue(asked.modelId)}`,
    found: `${status} ${JSON.stringify(refusal)}`,
    seen,
  };
}

function judgeRefused({ call, expectedStatus, expectedCode, value }: Refusal): Broken | undefined {
  const code = ErrorBody.safeParse(call.body).data?.error.code;
  if (call.status === expectedStatus && code === expectedCode) return undefined;
  return {
    verdict: "broken",
    expected: `${expectedStatus} ${expectedCode} for model_id=${value}`,
    found: `${call.status} ${code ?? "without an error code"}`,
    seen: call.request,
  };
}

function describeValue(modelId: number | undefined): string {
  return modelId === undefined ? "no model_id" : `model_id ${modelId}`;
}
