import type { FastifyInstance } from "fastify";
import { hmiRoutes } from "../../contract/routes.ts";
import { WireError } from "../../contract/wire-error.ts";
import type { People } from "./caller-identification.ts";
import { isPassedOn, userOf } from "./user-of-request.ts";

/** The calls that send a message to the engine. */
const SENDING: ReadonlySet<string> = new Set(
  [hmiRoutes.sendMessage, hmiRoutes.generalStream, hmiRoutes.regenerate].map(({ pattern }) => pattern),
);

const MINUTE_MS = 60_000;

/**
 * Limits how many messages may be sent in a minute, by whichever calls; 0 for no limit. Where people have names, each has
 * the limit to themselves, wherever they sit: behind a proxy all have one address. Else a client address has it; IPv6
 * clients are told apart by their /64 network. To be called before the endpoints are made.
 */
export async function limitMessages(
  app: FastifyInstance,
  perMinute: number,
  { users = {}, userHeader = "" }: Pick<People, "users" | "userHeader"> = {},
): Promise<void> {
  if (perMinute === 0) return;
  // Most stacks have no limit, and need not load what counts.
  const { default: rateLimit } = await import("@fastify/rate-limit");
  const hasPeople = userHeader !== "" || Object.keys(users).length > 0;
  await app.register(rateLimit, {
    global: false,
    max: perMinute,
    timeWindow: MINUTE_MS,
    // Without a generator of ours the address counts, of IPv6 its network.
    ...(hasPeople && { keyGenerator: userOf }),
  });
  const count = app.createRateLimit();
  app.addHook("onRequest", async (request, reply) => {
    if (!SENDING.has(request.routeOptions.url ?? "")) return;
    // It was counted where it came in.
    if (isPassedOn(request)) return;
    // An EventSource that comes back for its reply sends nothing.
    if (request.method === "GET" && request.headers["last-event-id"]) return;
    const counted = await count(request);
    if (counted.isAllowed || !counted.isExceeded) return;
    const waitSeconds = Math.max(1, counted.ttlInSeconds);
    reply.header("retry-after", waitSeconds);
    throw new WireError(
      "rate_limited",
      `More than ${perMinute} messages in a minute came from ${hasPeople ? userOf(request) : request.ip}.`,
      `Send the message again in ${waitSeconds} s. The limit is the setting http.messages_per_minute.`,
    );
  });
}
