import type { FastifyReply, FastifyRequest } from "fastify";
import { bearerTokenIn } from "../../contract/auth.ts";
import { assetRoute, gatewayRoutes, hmiRoutes, pageRoutes } from "../../contract/routes.ts";
import { tokenMatcher, unauthorized } from "../../http-guard/bearer-token.ts";

/** Open to everybody: whether the process lives, and the pages, which hold nothing but the program. */
const OPEN: ReadonlySet<string> = new Set(
  [hmiRoutes.live, assetRoute, ...Object.values(pageRoutes)].map(({ pattern }) => pattern),
);

/** An EventSource cannot send headers, so these take the token in their query too. */
const EVENT_SOURCES: ReadonlySet<string> = new Set(
  [hmiRoutes.stream, hmiRoutes.generalStream, hmiRoutes.events, gatewayRoutes.resume].map(
    ({ pattern }) => pattern,
  ),
);

/** Lets nobody pass who does not show the token; also where there is nothing at the path. */
export function requireToken(token: string): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const isRight = tokenMatcher(token);
  return async (request, reply) => {
    const shown = tokenOf(request);
    // The query is parsed by now, and a token in it must not get into a log or a message with the URL.
    request.raw.url = request.url.split("?", 1)[0] ?? "";
    if (OPEN.has(request.routeOptions.url ?? "")) return;
    if (isRight(shown)) return;
    reply.header("www-authenticate", "Bearer");
    throw unauthorized(shown);
  };
}

function tokenOf(request: FastifyRequest): string | undefined {
  const inHeader = bearerTokenIn(request.headers.authorization);
  if (inHeader !== undefined || !EVENT_SOURCES.has(request.routeOptions.url ?? "")) return inHeader;
  const { token } = request.query as Readonly<Record<string, unknown>>;
  return typeof token === "string" ? token : undefined;
}
