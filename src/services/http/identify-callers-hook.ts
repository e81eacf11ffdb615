import type { FastifyReply, FastifyRequest } from "fastify";
import { bearerTokenIn } from "../../contract/caller-headers.ts";
import { assetRoute, gatewayRoutes, hmiRoutes, pageRoutes } from "../../contract/routes.ts";
import { WireError } from "../../contract/wire-error.ts";
import { createCallerIdentifier, type People } from "./caller-identification.ts";
import { callerOfReplica } from "./replica-caller.ts";
import { noteCaller } from "./user-of-request.ts";

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

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * Finds out who makes each call, and lets nobody pass whom it does not know; also where there is nothing at the path.
 * `guardNamed` looks once more at the callers whom a proxy has named.
 */
export function identifyCallers(people: People, guardNamed: Hook): Hook {
  const identify = createCallerIdentifier(people);
  const header = people.userHeader?.toLowerCase() ?? "";
  const isOwnKey = people.isOwnKey ?? (() => false);
  return async (request, reply) => {
    const shown = tokenOf(request);
    // The query is parsed by now, and a token in it must not get into a log or a message with the URL.
    if (people.token) request.raw.url = request.url.split("?", 1)[0] ?? "";
    const copy = callerOfReplica(request, isOwnKey);
    if (copy !== undefined) return noteCaller(request, copy);
    const { remoteAddress } = request.raw.socket;
    const named = request.raw.headersDistinct[header] ?? [];
    const caller = identify({ token: shown, address: remoteAddress, named });
    const isOpen = OPEN.has(request.routeOptions.url ?? "");
    if (caller instanceof WireError) {
      if (isOpen) return;
      reply.header("www-authenticate", "Bearer");
      throw caller;
    }
    if (caller.by === "proxy") await guardNamed(request, reply);
    noteCaller(request, caller);
  };
}

function tokenOf(request: FastifyRequest): string | undefined {
  const inHeader = bearerTokenIn(request.headers.authorization);
  if (inHeader !== undefined || !EVENT_SOURCES.has(request.routeOptions.url ?? "")) return inHeader;
  const { token } = request.query as Readonly<Record<string, unknown>>;
  return typeof token === "string" ? token : undefined;
}
