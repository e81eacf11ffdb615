import type { Role } from "../config/service-config.ts";
import { ErrorBody } from "../contract/common-schemas.ts";
import { isModelRefused, wordsIn } from "../targets/drivers/refusal.ts";
import type { SeenCall } from "../targets/http-client.ts";
import type { BrokenRung } from "./climb-ladder.ts";
import { type ExaminedStack, examinedService } from "./doctor-context.ts";
import { suspectEngine } from "./suspect-engine.ts";
import { brokenRung } from "./symptom-explanations.ts";

/** Of what a 403 speaks that is about who asks; others refuse with it what nobody may do, or nobody now. */
const WHO_ASKS = /^\W*$|token|auth|credential|log.?in|sign.?in|api.?key|session|forbidden|permission|denied/i;

/** Whether a service refuses who asks, and not what is asked. */
export function isTokenRefused(status: number, said: string): boolean {
  return status === 401 || (status === 403 && WHO_ASKS.test(said));
}

/**
 * A call that a service did not do: for want of its database, of a token that it takes, or whatever it says.
 *
 * @param said its answer, in its own words
 */
export function refusedCall(
  stack: ExaminedStack,
  service: Role,
  { request, status, body }: Pick<SeenCall, "status" | "body"> & { readonly request: string },
  said: string,
): BrokenRung {
  if (isTokenRefused(status, said)) {
    const { url } = examinedService(stack, service);
    return brokenRung("token_refused", {
      service,
      url,
      hasToken: stack.hasToken,
      call: request,
      status,
      said,
    });
  }
  const error = ErrorBody.safeParse(body).data?.error;
  if (error !== undefined && STORE_CODES.has(error.code))
    return storeUnavailable(stack, service, error.message);
  const { model } = stack.notes;
  if (isModelRefused(said, model)) {
    return brokenRung("model_refused", { service, call: request, status, said, model });
  }
  if (status < 500) return brokenRung("call_refused", { service, call: request, status, said });
  const suspicion = suspectEngine(stack, service, said);
  return brokenRung("call_failed", { service, call: request, status, said, suspicion });
}

/** The same of the service that messages are sent to. */
export function refusedByFront(
  stack: ExaminedStack,
  answer: Pick<SeenCall, "request" | "status" | "body" | "said">,
): BrokenRung {
  return refusedCall(stack, stack.front, answer, wordsIn(answer));
}

const STORE_CODES: ReadonlySet<string> = new Set(["store_unavailable", "store_full"]);

/** A service cannot use its database, by its own word. */
export function storeUnavailable(stack: ExaminedStack, service: Role, error: string): BrokenRung {
  const { url, state } = examinedService(stack, service);
  const isOurs = state !== undefined;
  const postgresql = isOurs ? stack.postgresql : undefined;
  return brokenRung("store_unavailable", { service, url, isOurs, error, postgresql });
}
