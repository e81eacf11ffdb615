import type { FastifyRequest } from "fastify";
import { LOCAL_USER } from "../../contract/auth.ts";

/** The person whose call it is. */
export function userOf(_request: FastifyRequest): string {
  return LOCAL_USER;
}
