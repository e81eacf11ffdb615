import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from "fastify";
import { urlOf } from "../../contract/address.ts";
import type { DependencyHealth, Health } from "../../contract/common.ts";
import { type CancelAnswer, ChatRequest, ResumeQuery } from "../../contract/gateway.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import { WireError } from "../../errors.ts";
import { endpoint } from "../http/endpoint.ts";
import { probeDependency, type RunningService, reportHealth } from "../http/health.ts";
import { createServer, listen } from "../http/server.ts";
import { sendLog } from "../stream/send.ts";
import type { EngineClient } from "./engine-client.ts";
import type { Generation } from "./generation.ts";
import { Generations } from "./generations.ts";
import { listModels } from "./models.ts";
import { type Conversations, resumeGeneration } from "./resume.ts";

export interface GatewayOptions {
  host: string;
  /** 0 for any free one. */
  port: number;
  engine: EngineClient;
  /** Where the engine is, for the health report. */
  engineUrl: string;
  /** The model of a request that names none, if the engine has it. */
  defaultModel: string;
  /** Longest silence on a stream, in milliseconds. */
  heartbeatMs: number;
  /** How long a generation goes on after its last reader left, in milliseconds. */
  orphanGraceMs: number;
  /** How long a finished generation is kept for late readers, in milliseconds. */
  keepFinishedMs: number;
  conversations: Conversations;
  version: string;
  logger?: FastifyBaseLogger | undefined;
}

/** The gateway (contract, section 2): turns a chat request into an event stream, and can stop it. */
export async function startGateway(options: GatewayOptions): Promise<RunningService> {
  const { engine, conversations } = options;
  const app = createServer(options);
  const generations = new Generations(options);

  endpoint(
    app,
    gatewayRoutes.health,
    {},
    async (): Promise<Health> =>
      reportHealth(app, {
        service: "gateway",
        version: options.version,
        activeStreams: generations.activeCount,
        dependencies: { ollama: await probeEngine(engine, options.engineUrl) },
      }),
  );
  endpoint(app, gatewayRoutes.live, {}, () => ({ status: "ok" }));
  endpoint(app, gatewayRoutes.ready, {}, async () => {
    await engine.version();
    return { status: "ok" };
  });
  endpoint(app, gatewayRoutes.models, {}, () => listModels(engine, options.defaultModel));

  const stream = async (
    generation: Generation,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> => {
    generations.joined(generation);
    await sendLog(request, reply, generation.log, options);
    generations.left(generation);
  };
  endpoint(app, gatewayRoutes.chat, { body: ChatRequest }, ({ body, request, reply }) =>
    stream(generations.start(body), request, reply),
  );
  endpoint(app, gatewayRoutes.resume, { query: ResumeQuery }, async ({ params, query, request, reply }) => {
    const session_id = params["session_id"] ?? "";
    await stream(
      await resumeGeneration(generations, conversations, session_id, query.message_id),
      request,
      reply,
    );
  });

  endpoint(app, gatewayRoutes.cancel, {}, async ({ params }): Promise<CancelAnswer> => {
    const session_id = params["session_id"] ?? "";
    const generation = generations.find(session_id);
    if (generation !== undefined && !generation.log.ended) {
      generation.cancel();
      return { status: "cancelled", session_id, message_id: generation.request.message_id };
    }
    if (generation !== undefined || (await conversations.isKnown(session_id))) {
      return { status: "idle", session_id };
    }
    throw new WireError("conversation_not_found", `There is no conversation "${session_id}".`);
  });

  const port = await listen(app, options.host, options.port);
  return {
    url: urlOf({ host: options.host, port }),
    port,
    close: async () => {
      generations.close();
      await app.close();
      await engine.close();
    },
  };
}

async function probeEngine(engine: EngineClient, url: string): Promise<DependencyHealth> {
  return await probeDependency(url, () => engine.version());
}
