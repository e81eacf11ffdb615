import { ErrorBody } from "../../contract/common-schemas.ts";
import { DEFAULTS } from "../../contract/contract-defaults.ts";
import { gatewayRoutes, hmiRoutes } from "../../contract/routes.ts";
import type { WireErrorCode } from "../../contract/wire-error.ts";
import type { Broken } from "../../harness/define-check.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import { abortAfterWaiting } from "../../targets/unstalled-time.ts";
import type { Context } from "../contract-conversations.ts";
import { httpSuiteConversation } from "./http-suite-conversation.ts";

/** A message with something in its body that must not be dropped in silence. */
export interface WrongBody {
  readonly at: "hmi" | "gateway";
  /** What is wrong, in words. */
  readonly what: string;
  readonly call: SeenCall;
}

/** What a check adds to a good message, at each service; left out where it has no place for it. */
export interface Additions {
  readonly what: string;
  readonly hmi?: object;
  readonly gateway?: object;
}

/** A call that is wrongly taken streams: what it is answered with is seen soon. */
const ANSWER_TIMEOUT_MS = 20_000;

/** Sends good messages with these additions. */
export async function sendWith(
  context: Context,
  { what, hmi, gateway }: Additions,
): Promise<readonly WrongBody[]> {
  const { session_id, model_id, word } = await httpSuiteConversation(context);
  const { target } = context;
  const signal = AbortSignal.any([context.signal, abortAfterWaiting(ANSWER_TIMEOUT_MS)]);
  const sent: WrongBody[] = [];
  if (hmi !== undefined) {
    const body = { session_id, model_id, message: `Must be refused, ${word}`, ...hmi };
    const call = await target.hmi.call("POST", hmiRoutes.sendMessage.path(), { body, signal });
    sent.push({ at: "hmi", what, call });
  }
  if (gateway !== undefined) {
    const key = context.canary(what);
    const good = { session_id: key, message_id: key, agent_id: DEFAULTS.agentId, content: "x" };
    const body = { ...good, options: { num_predict: 4 }, ...gateway };
    sent.push({
      at: "gateway",
      what,
      call: await target.gateway.call("POST", gatewayRoutes.chat.path(), { body, signal }),
    });
  }
  return sent;
}

/** Broken where it was not refused with this status and code, or without this word. */
export function judgeRefused(
  { at, what, call }: WrongBody,
  { code, names }: { readonly code: WireErrorCode; readonly names: string },
): Broken | undefined {
  const error = ErrorBody.safeParse(call.body).data?.error;
  const isNamed = new RegExp(`\\b${names}\\b`).test(error?.message ?? "");
  if (call.status === 400 && error?.code === code && isNamed) return undefined;
  const said = error === undefined ? "" : ` ${error.code}: ${error.message}`;
  return {
    verdict: "broken",
    expected: `400 ${code}, with ${names} in its message`,
    found: `${call.status}${said}`,
    seen: `${call.request} of the ${at === "hmi" ? "HMI" : "gateway"} with ${what}`,
  };
}
