import type { FastifyRequest } from "fastify";
import { urlOf } from "../../contract/address.ts";
import type { DependencyHealth, Health } from "../../contract/common-schemas.ts";
import { LIMITS } from "../../contract/contract-defaults.ts";
import { conversationNotFound } from "../../contract/conversation-not-found.ts";
import { parseEventId } from "../../contract/event-id.ts";
import { Cancel, type CancelAnswer, ChatRequest, ResumeQuery } from "../../contract/gateway-schemas.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import { callerUserOf } from "../http/caller-user.ts";
import { endpoint } from "../http/define-endpoint.ts";
import { Draining } from "../http/draining.ts";
import { createServer, listen, type ServerOptions } from "../http/http-server.ts";
import { probeDependency, type RunningService, reportHealth } from "../http/report-health.ts";
import { advertisedUrl } from "../replicas/advertised-url.ts";
import { CallPasser } from "../replicas/forward-call.ts";
import { CANCEL_PATIENCE, READER_PATIENCE, tryHereOrAtOwner } from "../replicas/forward-to-owner.ts";
import { type GenerationDirectory, NO_OTHER_GATEWAYS } from "../replicas/generation-directory.ts";
import type { FinishedLogsSettings } from "../stream/retain-finished-logs.ts";
import { lastEventIdOf, type ReaderSettings, sendLog } from "../stream/send-event-stream.ts";
import { cancelGeneration } from "./cancel-generation.ts";
import { DefaultModel } from "./default-model.ts";
import type { EngineClient } from "./engine-client.ts";
import { EngineQueue } from "./engine-queue.ts";
import { createMetrics } from "./gateway-metrics.ts";
import { listModels } from "./list-models.ts";
import { requireCapability } from "./require-capability.ts";
import { type Conversations, resumeGeneration } from "./resume-generation.ts";
import { Generations } from "./running-generations.ts";

export interface GatewayOptions extends ServerOptions, ReaderSettings, FinishedLogsSettings {
  /** 0 for any free one. */
  port: number;
  engine: EngineClient;
  /** Where the engine is, for the health report. */
  engineUrl: string;
  /** The model of a request that names none, if the engine has it. */
  defaultModel: string;
  /** How long a generation goes on after its last reader left, in milliseconds. */
  orphanGraceMs: number;
  /** How long a reply may be written, in milliseconds; 0: as long as it takes. */
  maxReplyMs: number;
  /** So many replies are asked of the engine at a time; 0: as many as come. */
  maxConcurrent: number;
  conversations: Conversations;
  version: string;
  /** Which gateway has which generation, where several share a database; left out where this one is alone. */
  directory?: GenerationDirectory | undefined;
  /** The host by which other gateways reach it; empty, or left out: see `advertisedHost`. */
  advertiseHost?: string | undefined;
}

/** The gateway (contract, section 2): turns a chat request into an event stream, and can stop it. */
export async function startGateway(options: GatewayOptions): Promise<RunningService> {
  const { engine, conversations, directory = NO_OTHER_GATEWAYS } = options;
  const app = createServer({ ...options, isOwnKey: (key) => directory.isOwnKey(key) });
  const passer = new CallPasser();
  const draining = new Draining(app);
  const metrics = await createMetrics();
  const defaultModel = new DefaultModel(engine, options.defaultModel);
  const queue = new EngineQueue(options.maxConcurrent);
  const access = { engine, defaultModel, queue };
  const generations = new Generations({
    ...options,
    ...access,
    directory,
    draining,
    metrics,
    logger: app.log,
  });

  endpoint(
    app,
    gatewayRoutes.health,
    {},
    async (): Promise<Health> =>
      reportHealth(app, {
        service: "gateway",
        version: options.version,
        activeStreams: generations.activeCount,
        dependencies: { engine: await probeEngine(engine, options.engineUrl) },
      }),
  );
  endpoint(app, gatewayRoutes.live, {}, () => ({ status: "ok" }));
  endpoint(app, gatewayRoutes.ready, {}, async () => {
    draining.refuse();
    await engine.identify();
    return { status: "ok" };
  });
  endpoint(app, gatewayRoutes.models, {}, () => listModels(engine, options.defaultModel));
  endpoint(app, gatewayRoutes.metrics, {}, ({ reply }) => {
    reply.type(metrics.contentType);
    return metrics.expose();
  });

  /** Throws `conversation_not_found` where a person asks for what is not theirs; the HMI has asked whose it is. */
  const requireTheirs = async (request: FastifyRequest, sessionId: string): Promise<void> => {
    const { user, actsForAll } = callerUserOf(request);
    if (actsForAll || (await conversations.userOf(sessionId)) === user) return;
    throw conversationNotFound(sessionId);
  };

  // There may be pictures: those of the HMI's largest message, beside all that was said before.
  const bytes = LIMITS.imageBodyBytes + LIMITS.bodyBytes;
  const largeWith = { fields: ["images", "messages"], bytes };
  const chat = { body: ChatRequest, largeWith };
  endpoint(app, gatewayRoutes.chat, chat, async ({ body, request, reply }) => {
    const { session_id: sessionId, message_id: messageId } = body;
    await requireTheirs(request, sessionId);
    const isBack = parseEventId(lastEventIdOf(request) ?? "")?.messageId === messageId;
    // A reply that is there already has been found able.
    if (!isBack && generations.find(sessionId, messageId) === undefined)
      await requireCapability(access, body);
    const tryHere = () =>
      isBack
        ? resumeGeneration(generations, conversations, { sessionId, messageId, mayStart: false })
        : generations.start(body, personOf(request));
    const generation = await tryHereOrAtOwner(passer, { request, reply }, tryHere, READER_PATIENCE);
    if (generation !== undefined) await sendLog(request, reply, generation.log, options);
  });
  endpoint(app, gatewayRoutes.resume, { query: ResumeQuery }, async ({ params, query, request, reply }) => {
    const sessionId = params["session_id"] ?? "";
    await requireTheirs(request, sessionId);
    const asked = {
      sessionId,
      messageId: query.message_id,
      mayStart: lastEventIdOf(request) === undefined,
    };
    const tryHere = () => resumeGeneration(generations, conversations, asked);
    const generation = await tryHereOrAtOwner(passer, { request, reply }, tryHere, READER_PATIENCE);
    if (generation !== undefined) await sendLog(request, reply, generation.log, options);
  });

  endpoint(
    app,
    gatewayRoutes.cancel,
    { body: Cancel },
    async ({ params, body, request, reply }): Promise<CancelAnswer | undefined> => {
      const session_id = params["session_id"] ?? "";
      await requireTheirs(request, session_id);
      const tryHere = () => cancelGeneration(generations, conversations, session_id, body.message_id);
      return await tryHereOrAtOwner(passer, { request, reply }, tryHere, CANCEL_PATIENCE);
    },
  );

  const port = await listen(app, options.host, options.port);
  const url = urlOf({ host: options.host, port });
  directory.announce(advertisedUrl({ host: options.host, port }, options.advertiseHost));
  return {
    url,
    port,
    drain: (ms) => draining.drain(ms, () => !generations.areInUse),
    close: async () => {
      // First the readers' connections, so that none takes what the engine says to its abort for an end.
      await app.close();
      generations.close();
      await Promise.all([engine.close(), directory.close(), passer.close()]);
    },
  };
}

/** The person who calls with a token of their own; undefined for whoever may act for all, as the HMI. */
function personOf(request: FastifyRequest): string | undefined {
  const { user, actsForAll } = callerUserOf(request);
  return actsForAll ? undefined : user;
}

async function probeEngine(engine: EngineClient, url: string): Promise<DependencyHealth> {
  return await probeDependency(url, () => engine.identify());
}
