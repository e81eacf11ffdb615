import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { bearerTokenIn } from "../../contract/auth.ts";
import { assetRoute, gatewayRoutes, hmiRoutes, pageRoutes } from "../../contract/routes.ts";
import { WireError } from "../../errors.ts";

/** Open to everybody: whether the process lives, and the pages, which hold nothing but the program. */
const OPEN: ReadonlySet<string> = new Set(
  [hmiRoutes.live, assetRoute, ...Object.values(pageRoutes)].map(({ pattern }) => pattern),
);

/** An EventSource cannot send headers, so these take the token in their query too. */
const EVENT_SOURCES: ReadonlySet<string> = new Set(
  [hmiRoutes.stream, hmiRoutes.generalStream, gatewayRoutes.resume].map(({ pattern }) => pattern),
);

/** Lets nobody pass who does not show the token; also where there is nothing at the path. */
export function requireToken(token: string): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const expected = digest(token);
  return async (request, reply) => {
    const shown = tokenOf(request);
    // The query is parsed by now, and a token in it must not get into a log or a message with the URL.
    request.raw.url = request.url.split("?", 1)[0] ?? "";
    if (OPEN.has(request.routeOptions.url ?? "")) return;
    // Digests have one length, and comparing them tells nothing of how much of the token was right.
    if (shown !== undefined && timingSafeEqual(digest(shown), expected)) return;
    reply.header("www-authenticate", "Bearer");
    throw new WireError(
      "unauthorized",
      shown === undefined
        ? "This service asks for a token, and the call shows none."
        : "The token that the call shows is not the one that this service asks for.",
      "Send the header `Authorization: Bearer <token>` with the setting auth.token of the service.",
    );
  };
}

function tokenOf(request: FastifyRequest): string | undefined {
  const inHeader = bearerTokenIn(request.headers.authorization);
  if (inHeader !== undefined || !EVENT_SOURCES.has(request.routeOptions.url ?? "")) return inHeader;
  const { token } = request.query as Readonly<Record<string, unknown>>;
  return typeof token === "string" ? token : undefined;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
