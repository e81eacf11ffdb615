import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { LIMITS } from "../../contract/contract-defaults.ts";
import { REPLICA_ID_HEADER } from "../../contract/replica-headers.ts";
import { WireError } from "../../contract/wire-error.ts";
import { type OwnNames, ownPagesOnly } from "../../http-guard/host-and-origin-policies.ts";
import { answerOddRequests, refuseConnection } from "../../http-guard/malformed-requests.ts";
import type { People } from "./caller-identification.ts";
import { guardFastifyCalls } from "./guard-fastify-calls.ts";
import { identifyCallers } from "./identify-callers-hook.ts";
import { takeJsonBodies } from "./json-body.ts";
import { sendError } from "./send-error.ts";

/** What is the same for all our services: who may call, by which names, and the log. */
export interface ServerOptions extends OwnNames, People {
  /** Where the service writes its log; silent where undefined. */
  readonly logger?: FastifyBaseLogger | undefined;
  /** What each answer calls this copy of the service; left out where it has no others beside it. */
  readonly replicaId?: string | undefined;
}

/** The same, and where it listens. */
export interface ListenerOptions extends ServerOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** The host by which other copies of the service reach it; empty, or left out: see `advertisedHost`. */
  readonly advertiseHost?: string | undefined;
}

/** The longest key, in characters, with every one of them escaped. */
const LONGEST_PARAM = 3 * 200;

/** How long a request may take to arrive, in milliseconds; its answer may take as long as it likes. */
const REQUEST_TIMEOUT_MS = 60_000;

function noSchemas(): never {
  throw new Error("Routes have no JSON schemas: what is sent is checked by their endpoints.");
}

/** Fastify's own compilers of JSON schemas, which nobody needs, would be loaded with each service. */
const NO_SCHEMAS = { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } };

/** An HTTP server with the manners that all our services share: JSON errors, limits, and who may call. */
export function createServer(options: ServerOptions): FastifyInstance {
  const app = Fastify({
    ...(options.logger === undefined ? {} : { loggerInstance: options.logger }),
    bodyLimit: LIMITS.bodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // The guard answers where Host is missing: Node would without a body.
    http: { maxHeaderSize: LIMITS.headBytes, requireHostHeader: false },
    logController: new LogController({ disableRequestLogging: true }),
    // Streams are long: close() cuts them, and whoever reads one knows by the missing `done` that it has not ended.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: LONGEST_PARAM },
    schemaController: NO_SCHEMAS,
    // What fails before a route is found, such as a path that cannot be decoded.
    frameworkErrors: (error, request, reply) => sendError(request, reply, error),
    clientErrorHandler: refuseConnection,
  });
  answerOddRequests(app.server);
  // Whatever a client expects beside 100-continue, a server may ignore (RFC 9110, section 10.1.1).
  app.server.on("checkExpectation", app.routing);
  takeJsonBodies(app);
  tellReplica(app, options.replicaId);
  app.addHook("onRequest", guardFastifyCalls(ownPagesOnly(options, options.token ? "token" : "loopback")));
  app.addHook("onRequest", identifyCallers(options, guardFastifyCalls(ownPagesOnly(options, "never"))));
  app.setErrorHandler((error, request, reply) => sendError(request, reply, error));
  answerUnknownRoutes(app);
  return app;
}

/** Starts to listen; returns the port that was given out where `port` is 0. */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  await app.listen({ host, port });
  const address = app.server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no TCP address.");
  return address.port;
}

/** Says of each answer which copy gave it, also where it is a stream, or refuses the caller. */
function tellReplica(app: FastifyInstance, replicaId: string | undefined): void {
  if (replicaId === undefined) return;
  app.addHook("onRequest", async (_, reply) => void reply.raw.setHeader(REPLICA_ID_HEADER, replicaId));
}

/** A known path with another method is 405 with `Allow`; anything else is 404. */
function answerUnknownRoutes(app: FastifyInstance): void {
  const known: { method: string; matches: RegExp }[] = [];
  app.addHook("onRoute", ({ method, url }) => {
    const matches = new RegExp(`^${url.replace(/:\w+/g, "[^/]+").replace("*", ".*")}$`);
    for (const each of [method].flat()) known.push({ method: each, matches });
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "";
    const methods = new Set(known.filter((route) => route.matches.test(path)).map((route) => route.method));
    if (methods.size === 0) throw new WireError("not_found", `There is nothing at ${path}.`);
    const allowed = [...methods].join(", ");
    reply.header("allow", allowed);
    throw new WireError(
      "method_not_allowed",
      `${request.method} is not allowed at ${path}; it takes ${allowed}.`,
    );
  });
}
