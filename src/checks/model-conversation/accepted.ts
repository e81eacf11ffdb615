import { ErrorBody } from "../../contract/common.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, defineCheck, type Verdict } from "../../harness/check.ts";
import type { SeenCall } from "../../target/http.ts";
import type { Exchange } from "./exchange.ts";
import { firstExchanges } from "./first-exchanges.ts";
import type { Context } from "./stage.ts";

interface Refusal {
  readonly expectedStatus: number;
  readonly expectedCode: string;
  readonly value: string;
  readonly call: SeenCall;
}

interface Evidence {
  readonly accepted: readonly Exchange[];
  readonly refused: readonly Refusal[];
}

export const accepted = defineCheck<Context["target"], Evidence>({
  id: "model-conversation/accepted",
  claim: "a model_id is accepted, and a wrong one refused",
  why: "A parameter that is accepted unseen is a parameter that is used nowhere (BUG-016, lessons learned).",
  lookAt: "the validation of model_id at GET /api/chat/general-stream and POST /api/chat/message",
  needs: [],
  async collect(context) {
    const refused: Refusal[] = [];
    for (const value of ["abc", "0", "-1", "1.5"]) {
      refused.push(...(await sendBoth(context, value, 400, "invalid_model_id")));
    }
    refused.push(...(await sendBoth(context, "999999999", 404, "model_profile_not_found")));
    return { accepted: await firstExchanges(context), refused };
  },
  judge({ accepted: exchanges, refused }) {
    const broken = firstUnaccepted(exchanges) ?? firstUnrefused(refused);
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
  const message = "This must be refused.";
  const query = hmiRoutes.generalStream.path(undefined, { message, model_id: value });
  const body = { message, session_id: null, model_id: Number.isNaN(Number(value)) ? value : Number(value) };
  const expected = { expectedStatus: status, expectedCode: code, value };
  return [
    { ...expected, call: await hmi.call("GET", query, { signal }) },
    { ...expected, call: await hmi.call("POST", hmiRoutes.sendMessage.path(), { body, signal }) },
  ];
}

function firstUnaccepted(exchanges: readonly Exchange[]): Broken | undefined {
  const exchange = exchanges.find(({ status }) => status !== 200);
  return (
    exchange && {
      verdict: "broken",
      expected: `200 for ${describeValue(exchange.asked.modelId)}`,
      found: `${exchange.status} ${JSON.stringify(exchange.refusal)}`,
      seen: exchange.seen,
    }
  );
}

function firstUnrefused(refused: readonly Refusal[]): Verdict | undefined {
  const wrong = refused.find(({ call, expectedStatus, expectedCode }) => {
    const body = ErrorBody.safeParse(call.body);
    return call.status !== expectedStatus || body.data?.error.code !== expectedCode;
  });
  return (
    wrong && {
      verdict: "broken",
      expected: `${wrong.expectedStatus} ${wrong.expectedCode} for model_id=${wrong.value}`,
      found: `${wrong.call.status} ${JSON.stringify(wrong.call.body).slice(0, 200)}`,
      seen: wrong.call.request,
    }
  );
}

function describeValue(modelId: number | undefined): string {
  return modelId === undefined ? "no model_id" : `model_id ${modelId}`;
}
