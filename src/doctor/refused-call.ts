import type { Role } from "../config/service-config.ts";
import { ErrorBody } from "../contract/common-schemas.ts";
import type { SeenCall } from "../targets/http-client.ts";
import type { BrokenRung } from "./climb-ladder.ts";
import { type ExaminedStack, examinedService } from "./examined-stack.ts";
import { broken } from "./explain-symptom.ts";

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
  if (status === 401) {
    const { url } = examinedService(stack, service);
    return broken("token_refused", { service, url, hasToken: stack.hasToken });
  }
  const error = ErrorBody.safeParse(body).data?.error;
  return error !== undefined && STORE_CODES.has(error.code)
    ? storeUnavailable(stack, service, error.message)
    : broken("call_refused", { service, call: request, status, said });
}

const STORE_CODES: ReadonlySet<string> = new Set(["store_unavailable", "store_full"]);

/** A service cannot use its database, by its own word. */
export function storeUnavailable(stack: ExaminedStack, service: Role, error: string): BrokenRung {
  const { url, state } = examinedService(stack, service);
  const isOurs = state !== undefined;
  const postgresql = isOurs ? stack.postgresql : undefined;
  return broken("store_unavailable", { service, url, isOurs, error, postgresql });
}
