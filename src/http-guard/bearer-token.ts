import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { bearerTokenIn } from "../contract/caller-headers.ts";
import { WireError } from "../contract/wire-error.ts";

/** A function that tells whose the token is that was shown; undefined where it is nobody's. */
export function tokenOwner<Owner>(
  tokens: readonly (readonly [token: string, owner: Owner])[],
): (shown: string | undefined) => Owner | undefined {
  const expected = tokens.map(([token, owner]) => [digest(token), owner] as const);
  return (shown) => {
    if (shown === undefined) return undefined;
    const actual = digest(shown);
    // Digests have one length, and comparing them tells nothing of how much of a token was right. All are compared,
    // so that the time does not tell whose it is either.
    return expected.filter(([digested]) => timingSafeEqual(digested, actual)).at(0)?.[1];
  };
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
  const ownerOf = tokenOwner([[token, true]]);
  return ({ headers }) => {
    const shown = bearerTokenIn(headers.authorization);
    return ownerOf(shown) ? undefined : unauthorized(shown);
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
