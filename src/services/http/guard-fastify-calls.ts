import type { FastifyReply, FastifyRequest } from "fastify";
import { CHANGING_GETS } from "../../contract/routes.ts";
import { type CallerPolicy, callerOf, type Deed, refusalOf } from "../../http-guard/host-and-origin-guard.ts";

/** Lets nobody pass whom the policy refuses; also where there is nothing at the path. */
export function guardFastifyCalls(
  policy: CallerPolicy,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  return async (request) => {
    const refusal = refusalOf(callerOf(request.raw, deedOf(request)), policy);
    if (refusal !== undefined) throw refusal;
  };
}

function deedOf({ method, routeOptions }: FastifyRequest): Deed {
  if (method !== "GET") return "changes";
  // A path can be spelled in many ways, its route in one.
  return CHANGING_GETS.has(routeOptions.url ?? "") ? "changes by GET" : "reads";
}
