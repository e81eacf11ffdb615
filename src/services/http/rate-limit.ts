import type { FastifyInstance } from "fastify";
import { hmiRoutes } from "../../contract/routes.ts";
import { WireError } from "../../errors.ts";

/** The calls that send a message to the engine. */
const SENDING: ReadonlySet<string> = new Set(
  [hmiRoutes.sendMessage, hmiRoutes.generalStream, hmiRoutes.regenerate].map(({ pattern }) => pattern),
);

const MINUTE_MS = 60_000;

/**
 * Limits how many messages one client address may send in a minute, by whichever calls; 0 for no limit.
 * To be called before the endpoints are made. IPv6 clients are told apart by their /64 network.
 */
export async function limitMessages(app: FastifyInstance, perMinute: number): Promise<void> {
  if (perMinute === 0) return;
  // Most stacks have no limit, and need not load what counts.
  const { default: rateLimit } = await import("@fastify/rate-limit");
  await app.register(rateLimit, { global: false, max: perMinute, timeWindow: MINUTE_MS });
  const count = app.createRateLimit();
  app.addHook("onRequest", async (request, reply) => {
    if (!SENDING.has(request.routeOptions.url ?? "")) return;
    // An EventSource that comes back for its reply sends nothing.
    if (request.method === "GET" && request.headers["last-event-id"]) return;
    const counted = await count(request);
    if (counted.isAllowed || !counted.isExceeded) return;
    const waitSeconds = Math.max(1, counted.ttlInSeconds);
    reply.header("retry-after", waitSeconds);
    throw new WireError(
      "rate_limited",
      `More than ${perMinute} messages in a minute came from ${request.ip}.`,
      `Send the message again in ${waitSeconds} s. The limit is the setting http.messages_per_minute.`,
    );
  });
}
