import type { FastifyRequest } from "fastify";
import { LOCAL_USER } from "../../contract/caller-headers.ts";
import { REPLICA_KEY_HEADER, REPLICA_USER_HEADER, userOfHeader } from "../../contract/replica-headers.ts";
import { WireError } from "../../contract/wire-error.ts";
import type { CallerUser } from "./caller-identification.ts";

/**
 * For whom another copy of this service passes a call on; undefined where no copy does. Throws `misdirected` for a key
 * that is not this copy's own: the one that is meant has ended, or somebody has made it up.
 *
 * @param isOwnKey whether a key is this copy's, as it is now
 */
export function callerOfReplica(
  request: FastifyRequest,
  isOwnKey: (key: string) => boolean,
): CallerUser | undefined {
  const key = request.headers[REPLICA_KEY_HEADER];
  if (key === undefined) return undefined;
  if (typeof key !== "string" || !isOwnKey(key)) {
    throw misdirected();
  }
  const named = request.headers[REPLICA_USER_HEADER];
  if (named === undefined) return { user: LOCAL_USER, actsForAll: true, by: "copy" };
  const user = typeof named === "string" ? userOfHeader(named) : undefined;
  if (user === undefined) throw new WireError("bad_request", `${REPLICA_USER_HEADER}: cannot be read.`);
  return { user, actsForAll: false, by: "copy" };
}

/** Tells a copy that has passed a call on to the wrong one that it is to look again. */
export function misdirected(): WireError {
  return new WireError(
    "misdirected",
    "The call is meant for another copy of this service, which is not here.",
  );
}
