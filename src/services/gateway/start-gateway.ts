import type { FastifyRequest } from "fastify";
import type { StreamSettings } from "../../config/config-schema.ts";
import { urlOf } from "../../contract/address.ts";
import type { DependencyHealth, Health } from "../../contract/common-schemas.ts";
import { LIMITS } from "../../contract/contract-defaults.ts";
import { conversationNotFound } from "../../contract/conversation-not-found.ts";
import { parseEventId } from "../../contract/event-id.ts";
import { Cancel, type CancelAnswer, ChatRequest, ResumeQuery } from "../../contract/gateway-schemas.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import { endpoint } from "../http/define-endpoint.ts";
import { Draining } from "../http/draining.ts";
import { createServer, type ListenerOptions, listen } from "../http/http-server.ts";
import { PROBE_PATIENCE_MS, probeDependency, reportHealth } from "../http/report-health.ts";
import type { RunningService } from "../http/running-service.ts";
import { callerUserOf } from "../http/user-of-request.ts";
import { advertisedUrl } from "../replicas/advertised-url.ts";
import { CANCEL_PATIENCE, READER_PATIENCE, tryHereOrAtOwner } from "../replicas/forward-to-owner.ts";
import { type GenerationDirectory, NO_OTHER_GATEWAYS } from "../replicas/generation-directory.ts";
import { CallForwarder } from "../replicas/replica-call-forwarder.ts";
import { lastEventIdOf } from "../stream/last-event-id.ts";
import { sendLog } from "../stream/send-event-stream.ts";
import type { EngineAccess } from "./ask-engine.ts";
import { cancelGeneration } from "./cancel-generation.ts";
import { DefaultModel } from "./default-model.ts";
import type { EngineClient } from "./engine-client.ts";
import { EnginePriorityQueue } from "./engine-priority-queue.ts";
import { createMetrics } from "./gateway-metrics.ts";
import { listModels } from "./list-models.ts";
import { requireCapability } from "./require-capability.ts";
import { type Conversations, resumeGeneration } from "./resume-generation.ts";
import { RunningGenerations } from "./running-generations.ts";

export interface GatewayOptions {
  readonly server: ListenerOptions;
  readonly stream: StreamSettings;
  readonly engine: EngineClient;
  /** Where the engine is, for the health report. */
  readonly engineUrl: string;
  /** The setting `chat.model`. */
  readonly defaultModel: string;
  /** The setting `engine.max_concurrent`. */
  readonly maxConcurrent: number;
  readonly conversations: Conversations;
  /** {@link EngineAccess.onReplied} */
  readonly onReplied?: EngineAccess["onReplied"];
  readonly version: string;
  /** Which gateway has which generation, where several share a database; left out where this one is alone. */
  readonly directory?: GenerationDirectory | undefined;
}

/** The gateway (contract, section 2): turns a chat request into an event stream, and can stop it. */
export async function startGateway(options: GatewayOptions): Promise<RunningService> {
  const { server, stream, engine, conversations, directory = NO_OTHER_GATEWAYS } = options;
  const app = createServer({ ...server, isOwnKey: (key) => directory.isOwnKey(key) });
  const passer = new CallForwarder();
  const draining = new Draining(app);
  const metrics = await createMetrics();
  const defaultModel = new DefaultModel(engine, options.defaultModel);
  const queue = new EnginePriorityQueue(options.maxConcurrent);
  const access = { engine, defaultModel, queue, onReplied: options.onReplied };
  const generations = new RunningGenerations({
    access,
    stream,
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
    if (generation !== undefined) await sendLog(request, reply, generation.log, stream);
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
    if (generation !== undefined) await sendLog(request, reply, generation.log, stream);
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

  const { host } = server;
  const port = await listen(app, host, server.port);
  directory.announce(advertisedUrl({ host, port }, server.advertiseHost));
  return {
    url: urlOf({ host, port }),
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
  return await probeDependency(url, () => engine.identify(), PROBE_PATIENCE_MS.gateway);
}
