import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { bearerTokenIn } from "../contract/auth.ts";
import { WireError } from "../errors.ts";

/** A function that tells whether what was shown is this token. */
export function tokenMatcher(token: string): (shown: string | undefined) => boolean {
  const expected = digest(token);
  // Digests have one length, and comparing them tells nothing of how much of the token was right.
  return (shown) => shown !== undefined && timingSafeEqual(digest(shown), expected);
}

/** The error of a call that shows no token, or a wrong one; goes with the header `WWW-Authenticate: Bearer`. */
export function unauthorized(shown: string | undefined): WireError {
  return new WireError(
    "unauthorized",
    shown === undefined
      ? "This service asks for a token, and the call shows none."
      : "The token that the call shows is not the one that this service asks for.",
    "Send the header `Authorization: Bearer <token>` with the setting auth.token of the service.",
  );
}

/** A function that tells why a call may not pass, by its `Authorization`; undefined where no token is asked for. */
export function bearerGuard(
  token: string | undefined,
): ((request: IncomingMessage) => WireError | undefined) | undefined {
  if (!token) return undefined;
  const isRight = tokenMatcher(token);
  return ({ headers }) => {
    const shown = bearerTokenIn(headers.authorization);
    return isRight(shown) ? undefined : unauthorized(shown);
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
