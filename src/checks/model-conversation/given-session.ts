import { ErrorBody } from "../../contract/common-schemas.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { strayedReply } from "../common-causes.ts";
import { exchangesOnAnyWire } from "./any-wire-exchange.ts";
import { hasProfiles, rowPlaces, unjudgedIn } from "./first-exchanges.ts";
import { exchangeByModel, type ModelExchange, type SendEndpoint } from "./model-exchange.ts";
import { type Context, createSession, getStage } from "./staged-profiles.ts";

interface Evidence {
  /** Sent to the older of two conversations of a profile. */
  readonly given: readonly ModelExchange[];
  /** Sent to that conversation with another profile's model_id. */
  readonly mismatched: readonly ModelExchange[];
}

export const givenSession = defineCheck<Context["target"], Evidence>({
  id: "model-conversation/given-session",
  claim: "a given conversation is used as given; under another profile it is refused",
  why: "BUG-016: /m/184/c/80 sent to conversation 80, and the backend used another one.",
  lookAt: "the call that finds the conversation: it must look session_id up, not the newest of the profile",
  foreignWords: {
    claim: "a given conversation is used as given",
    why: "A page that shows one conversation sends to it, and the back end answers in the newest one.",
    lookAt: "the call that finds the conversation: by the id that was given, not the newest one",
  },
  needs: ["show rows", "remember conversations"],
  async collect(context) {
    if (!hasProfiles(context)) {
      return { given: [(await exchangesOnAnyWire(context)).given], mismatched: [] };
    }
    const { canary, profileA, profileB } = await getStage(context);
    const sessionId = await createSession(context, profileA.modelId, canary);
    await createSession(context, profileA.modelId, canary);
    const ask = (endpoint: SendEndpoint, modelId: number): Promise<ModelExchange> =>
      exchangeByModel(context, {
        endpoint,
        modelId,
        sessionId,
        message: `To the older one, ${canary} ${endpoint}`,
      });
    return {
      given: [await ask("general-stream", profileA.modelId), await ask("message", profileA.modelId)],
      mismatched: [await ask("general-stream", profileB.modelId), await ask("message", profileB.modelId)],
    };
  },
  judge({ given, mismatched }) {
    const isForeign = given.every((exchange) => exchange.isForeign);
    const broken =
      firstBroken(given, judgeGiven) ?? (isForeign ? undefined : firstBroken(mismatched, judgeMismatched));
    return (
      broken ?? { verdict: "holds", seen: `${given.map(({ seen }) => seen).join("; ")}${unjudgedIn(given)}` }
    );
  },
});

/** Rows of the profile's own conversations only: one that went astray altogether is another check's business. */
function judgeGiven(exchange: ModelExchange): Broken | undefined {
  const { sessionId = null, modelId } = exchange.asked;
  const places = new Set(
    exchange.newRows
      .filter((row) => exchange.isForeign || row.model_id === modelId)
      .map((row) => row.session_id),
  );
  if (places.size === 1 && places.has(String(sessionId))) return undefined;
  return {
    verdict: "broken",
    expected: `the exchange in conversation ${sessionId}`,
    found: places.size === 0 ? "nothing there" : `rows in conversation ${[...places].join(" and ")}`,
    seen: exchange.seen,
    rows: rowPlaces(exchange.newRows),
    ...(exchange.isForeign && isReplyAlone(exchange, sessionId) && strayedReply()),
  };
}

/** Whether nothing but the reply is elsewhere. */
function isReplyAlone({ newRows }: ModelExchange, sessionId: string | null): boolean {
  const elsewhere = newRows.filter((row) => row.session_id !== String(sessionId));
  const isMessageThere = newRows.some(({ role, session_id }) => role === "user" && session_id === sessionId);
  return isMessageThere && elsewhere.length > 0 && elsewhere.every(({ role }) => role === "assistant");
}

function judgeMismatched(exchange: ModelExchange): Broken | undefined {
  const code = ErrorBody.safeParse(exchange.refusal).data?.error.code;
  if (exchange.status === 409 && code === "model_mismatch" && exchange.newRows.length === 0) return undefined;
  return {
    verdict: "broken",
    expected: "409 model_mismatch, and no row written",
    found: `${exchange.status} ${code ?? "without an error code"}, rows written: ${exchange.newRows.length}`,
    seen: exchange.seen,
    rows: rowPlaces(exchange.newRows),
  };
}
