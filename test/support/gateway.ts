import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";
import type { StreamSettings } from "../../src/config/config-schema.ts";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { LOCAL_USER } from "../../src/contract/caller-headers.ts";
import type { EngineApi } from "../../src/contract/contract-defaults.ts";
import { GenerationList, type GenerationRecord } from "../../src/contract/engine-schemas.ts";
import { engineRoutes, gatewayRoutes } from "../../src/contract/routes.ts";
import { createEngineClient } from "../../src/services/gateway/engine-client.ts";
import { type GatewayOptions, startGateway } from "../../src/services/gateway/start-gateway.ts";
import type { ListenerOptions } from "../../src/services/http/http-server.ts";
import { type StandInOptions, startStandIn } from "../../src/services/stand-in-engine/start-stand-in.ts";
import { type Answer, call } from "./http.ts";
import { openStream, type StreamReader } from "./streams.ts";

export interface TestGateway {
  readonly url: string;
  /** Sends a message; what is not given is made up. */
  chat(body?: object, headers?: Record<string, string>): Promise<StreamReader>;
  cancel(sessionId?: string, messageId?: string): Promise<Answer>;
  /** Stops it before the test ends. */
  close(): Promise<void>;
  /** What the stand-in was asked, and how each generation ended. */
  generations(): Promise<GenerationRecord[]>;
  /** Its first generation. */
  generation(): Promise<GenerationRecord | undefined>;
}

export interface TestGatewayOptions extends Partial<Omit<GatewayOptions, "server" | "stream">> {
  server?: Partial<ListenerOptions>;
  stream?: Partial<StreamSettings>;
  /** Settings of the stand-in. */
  standIn?: StandInOptions;
  /** Which of the engine's calls replies are asked by. */
  engineApi?: EngineApi;
  /** The key that the engine is shown. */
  apiKey?: string;
  /** Most that the engine may send for one reply, in characters. */
  maxReplyChars?: number;
}

/** A gateway before the stand-in, or before the engine at `engineUrl`; both stop after the test. */
export async function startTestGateway({
  standIn,
  engineApi = "chat",
  apiKey,
  maxReplyChars,
  server,
  stream,
  ...options
}: TestGatewayOptions = {}): Promise<TestGateway> {
  const engineUrl = options.engineUrl ?? (await startTestEngine(standIn));
  const gateway = await startGateway({
    server: { host: "127.0.0.1", port: 0, ...server },
    stream: {
      ...DEFAULT_CONFIG.stream,
      heartbeat_ms: 60_000,
      orphan_grace_ms: 60_000,
      max_reply_ms: 0,
      keep_finished_ms: 60_000,
      keep_finished_bytes: 64 * 1024 * 1024,
      stalled_reader_ms: 60_000,
      ...stream,
    },
    engine: createEngineClient(engineApi, { url: engineUrl, apiKey, maxReplyChars }),
    engineUrl,
    defaultModel: "llama3.1:8b",
    maxConcurrent: 0,
    conversations: {
      userOf: async (sessionId) => (sessionId === "known" ? LOCAL_USER : undefined),
      pendingRequest: async () => undefined,
    },
    version: "0.0.0",
    ...options,
  });
  onTestFinished(() => gateway.close());
  const request = { session_id: "80", message_id: "1", agent_id: "architect", content: "Count to 5" };
  const generations = () => generationsOf(engineUrl);
  return {
    url: gateway.url,
    chat: (body = {}, headers = {}) =>
      openStream(gateway.url, gatewayRoutes.chat.path(), { body: { ...request, ...body }, headers }),
    cancel: (session_id = "80", message_id) =>
      call(gateway.url, gatewayRoutes.cancel.path({ session_id }), {
        method: "POST",
        ...(message_id !== undefined && { body: { message_id } }),
      }),
    close: () => gateway.close(),
    generations,
    generation: async () => (await generations())[0],
  };
}

/** Options of a reply that begins at once and is written for half an hour: whatever is to happen in its middle is not too late. */
export const LONG_REPLY = { stand_in_tokens: 100_000, stand_in_token_ms: 20 } as const;

/** Options of a reply that says its first word at once, and nothing after that. */
export const SILENT_REPLY = { stand_in_token_ms: 600_000 } as const;

export async function startTestEngine(options: StandInOptions = {}): Promise<string> {
  const engine = await startStandIn(options);
  onTestFinished(() => engine.close());
  return engine.url;
}

export async function generationsOf(engineUrl: string): Promise<GenerationRecord[]> {
  const { json } = await call(engineUrl, engineRoutes.generations.path());
  return GenerationList.parse(json).generations;
}

/** An engine that replies as the test says, by either call; it has the model `m`, or whatever `tags` says. */
export async function startFakeEngine(
  reply: (request: IncomingMessage, response: ServerResponse) => void,
  tags: string | object = { models: [{ name: "m", model: "m" }] },
): Promise<string> {
  const server = createServer((request, response) => {
    if (REPLY_PATHS.has(request.url)) reply(request, response);
    else if (request.url === engineRoutes.tags.path())
      response.end(typeof tags === "string" ? tags : JSON.stringify(tags));
    else if (request.url === engineRoutes.version.path()) response.end('{"version":"0.0.0"}');
    else response.writeHead(404).end("404 page not found");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return `http://127.0.0.1:${address.port}`;
}

const REPLY_PATHS: ReadonlySet<string | undefined> = new Set([
  engineRoutes.chat.path(),
  engineRoutes.generate.path(),
]);

/** A line of an engine's reply that is not its last. */
export function engineLine(content: string): string {
  return `${JSON.stringify({ model: "m", message: { role: "assistant", content }, done: false })}\n`;
}

/** The last line of a whole reply. */
export const FINAL_LINE = `${JSON.stringify({
  model: "m",
  message: { role: "assistant", content: "" },
  done: true,
  done_reason: "stop",
  prompt_eval_count: 3,
  eval_count: 2,
})}\n`;
