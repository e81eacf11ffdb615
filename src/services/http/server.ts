import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { LIMITS } from "../../contract/defaults.ts";
import { WireError } from "../../errors.ts";
import { sendError } from "./error-body.ts";
import { guardOrigin } from "./guard.ts";

export interface ServerOptions {
  /** The host that it will listen on: a name that callers may use, beside the loopback ones. */
  host: string;
  /** Where the service writes its log; silent where undefined. */
  logger?: FastifyBaseLogger | undefined;
}

/** The longest key, in characters, with every one of them escaped. */
const LONGEST_PARAM = 3 * 200;

/** An HTTP server with the manners that all our services share: JSON errors, limits, and the loopback guard. */
export function createServer(options: ServerOptions): FastifyInstance {
  const app = Fastify({
    ...(options.logger === undefined ? {} : { loggerInstance: options.logger }),
    bodyLimit: LIMITS.bodyBytes,
    logController: new LogController({ disableRequestLogging: true }),
    // Streams are long: close() must not wait for them, and each is told its end before.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: LONGEST_PARAM },
    // What fails before a route is found, such as a path that cannot be decoded.
    frameworkErrors: (error, request, reply) => sendError(request, reply, error),
  });
  // A page of any site may send text/plain without asking first; JSON it may not.
  app.removeContentTypeParser("text/plain");
  app.addHook("onRequest", guardOrigin(options.host));
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
