import type { IncomingMessage, Server } from "node:http";
import { engineRoutes, type Route } from "../../contract/routes.ts";
import { messageOf } from "../../errors/thrown-error.ts";
import { createGuardedServer, deedOf } from "../../http-guard/guarded-server.ts";
import { asOllama } from "../../http-guard/host-and-origin-policies.ts";
import { isLoopbackAddress } from "../../http-guard/local-names.ts";
import { type RecordAccess, recordGuard } from "../../http-guard/record-guard.ts";
import { setCrossOriginHeaders } from "./cross-origin.ts";
import { EngineError } from "./engine-errors.ts";
import type { EngineExchange, EngineHandler } from "./engine-handler.ts";
import {
  generations,
  openAiModelNamed,
  openAiModels,
  ps,
  root,
  show,
  tags,
  version,
} from "./engine-information.ts";
import type { Engine } from "./engine-instance.ts";
import { ScriptedFailureError } from "./injected-failures.ts";
import { chat, generate } from "./ollama-inference.ts";
import { chatCompletions } from "./openai-completions.ts";
import { jsonLine, OPENAI_JSON_TYPE, openAiError } from "./openai-format.ts";
import { sendJson, sendStatus, sendText } from "./send-answer.ts";

interface Endpoint {
  readonly route: Route;
  readonly handler: EngineHandler;
  /** Whether HEAD is answered too; Ollama does so on few paths. */
  readonly head?: true;
}

const SERVED: readonly Endpoint[] = [
  { route: engineRoutes.root, handler: root, head: true },
  { route: engineRoutes.version, handler: version, head: true },
  { route: engineRoutes.tags, handler: tags, head: true },
  { route: engineRoutes.ps, handler: ps },
  { route: engineRoutes.show, handler: show },
  { route: engineRoutes.generate, handler: generate },
  { route: engineRoutes.chat, handler: chat },
  { route: engineRoutes.openAiModels, handler: openAiModels },
  { route: engineRoutes.openAiModel, handler: openAiModelNamed },
  { route: engineRoutes.openAiChat, handler: chatCompletions },
  { route: engineRoutes.generations, handler: generations },
];

const ENDPOINTS = SERVED.map((endpoint) => ({ ...endpoint, path: pathPattern(endpoint.route) }));

/** Where the wire is OpenAI's, with its errors. */
const OPENAI_FOLDER = "/v1/";

/** Where the stand-in tells what it was asked: these paths are not Ollama's, and no page may read them. */
const OWN_FOLDER = "/stand-in/";

/**
 * The HTTP server of one stand-in. Bare node:http, because Ollama's plain-text errors, its headers and the
 * moment they leave are part of what is stood in for.
 *
 * @param access who may read what it was asked
 */
export function createEngineServer(engine: Engine, access: RecordAccess): Server {
  const ollama = { policy: asOllama(() => isExposed(server)) };
  const record = recordGuard(access);
  const isForRecord = ({ url = "" }: IncomingMessage): boolean => pathAndQuery(url)[0].startsWith(OWN_FOLDER);
  const server = createGuardedServer({
    guard: (request) => ({ ...(isForRecord(request) ? record : ollama), deed: deedOf(request) }),
    // Ollama says no word.
    refuse: ({ status }, response) => sendStatus(response, status),
    answer(request, response) {
      response.setHeader("server", "chat-stack stand-in");
      const left = new AbortController();
      response.once("close", () => left.abort());
      const [path, query] = pathAndQuery(request.url ?? "/");
      setCrossOriginHeaders(request, response);
      const rest = { params: {}, query: new URLSearchParams(query), signal: left.signal };
      void answer({ engine, request, response, ...rest }, path);
    },
  });
  // As Ollama: an idle connection stays, so that a client's pool never races against its closing.
  server.keepAliveTimeout = 0;
  return server;
}

/** Bound beyond loopback. */
function isExposed(server: Server): boolean {
  const address = server.address();
  return typeof address === "object" && address !== null && !isLoopbackAddress(address.address);
}

function pathAndQuery(target: string): [path: string, query: string] {
  const [path = "", query = ""] = target.split("?", 2);
  return [path, query];
}

async function answer(exchange: EngineExchange, path: string): Promise<void> {
  try {
    await route(exchange, path);
  } catch (error) {
    sendFailure(exchange, path, error);
  }
}

async function route(exchange: EngineExchange, path: string): Promise<void> {
  const { request, response } = exchange;
  const known = ENDPOINTS.filter((endpoint) => endpoint.path.test(path));
  const endpoint = known.find((each) => methodsOf(each).includes(request.method ?? ""));
  if (endpoint === undefined && known.length > 0) {
    response.setHeader("allow", known.flatMap(methodsOf).join(", "));
  }
  if (request.method === "OPTIONS") {
    sendStatus(response, 204);
  } else if (endpoint !== undefined) {
    await endpoint.handler({ ...exchange, params: paramsIn(path, endpoint.path) });
  } else if (known.length > 0) {
    sendText(response, 405, "text/plain", "405 method not allowed");
  } else {
    sendText(response, 404, "text/plain", "404 page not found");
  }
}

/** A path of this pattern, with what stands for each `:name` as a group. */
function pathPattern({ pattern }: Route): RegExp {
  return new RegExp(`^${pattern.replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`);
}

function paramsIn(path: string, pattern: RegExp): Record<string, string> {
  const groups = pattern.exec(path)?.groups ?? {};
  return Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, unescaped(text)]));
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function methodsOf({ route, head }: Endpoint): string[] {
  return head === undefined ? [route.method] : ["HEAD", route.method];
}

function sendFailure({ request, response, signal }: EngineExchange, path: string, error: unknown): void {
  // The client left: there is nobody to tell.
  if (signal.aborted || request.errored !== null || error instanceof ScriptedFailureError) return;
  const { status, retryAfterS } =
    error instanceof EngineError ? error : { status: 500, retryAfterS: undefined };
  if (retryAfterS !== undefined) response.setHeader("retry-after", retryAfterS);
  const message = messageOf(error);
  if (path.startsWith(OPENAI_FOLDER)) {
    sendText(response, status, OPENAI_JSON_TYPE, jsonLine(openAiError(status, message)));
  } else {
    sendJson(response, status, { error: message });
  }
}
