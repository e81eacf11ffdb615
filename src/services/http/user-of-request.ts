import type { FastifyRequest } from "fastify";
import type { CallerUser } from "./caller-identification.ts";

const CALLERS = new WeakMap<FastifyRequest, CallerUser>();

/** Notes who makes a call; see {@link identifyCallers}. */
export function noteCaller(request: FastifyRequest, caller: CallerUser): void {
  CALLERS.set(request, caller);
}

/** Whether it is known who makes the call; of what is open to all it need not be. */
export function hasCaller(request: FastifyRequest): boolean {
  return CALLERS.has(request);
}

/** Who makes the call. Throws for calls of which nobody has asked that: what is open to all is nobody's. */
export function callerUserOf(request: FastifyRequest): CallerUser {
  const caller = CALLERS.get(request);
  if (caller !== undefined) return caller;
  throw new Error(`Nobody has asked who calls ${request.method} ${request.routeOptions.url}.`);
}

/** Whether another copy of this service has passed the call on: it goes no further. */
export function isPassedOn(request: FastifyRequest): boolean {
  return callerUserOf(request).by === "copy";
}

/** The person whose call it is. */
export function userOf(request: FastifyRequest): string {
  return callerUserOf(request).user;
}
