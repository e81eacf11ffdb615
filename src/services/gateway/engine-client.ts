import { type Dispatcher, Pool } from "undici";
import * as z from "zod";
import { EngineTags, EngineVersion, type InstalledModel } from "../../contract/engine.ts";
import type { EngineMessage, EngineOptions } from "../../contract/gateway.ts";
import { engineRoutes } from "../../contract/routes.ts";
import { messageOf, WireError } from "../../errors.ts";
import { createReplyDecoder, type EnginePiece } from "./engine-reply.ts";

/** What the engine is asked. */
export interface EngineRequest {
  readonly model: string;
  readonly messages: readonly EngineMessage[];
  readonly options?: EngineOptions | undefined;
}

/** The engine as the gateway uses it. Every call may throw a WireError `engine_unavailable` or `engine_error`. */
export interface EngineClient {
  version(signal?: AbortSignal): Promise<string>;
  installedModels(signal?: AbortSignal): Promise<InstalledModel[]>;
  /**
   * The reply, in groups: the pieces that arrived together stay together. Ends with the final piece;
   * throws `model_not_found`, and `engine_error` where the stream fails or stops without a final piece.
   */
  chat(request: EngineRequest, signal: AbortSignal): AsyncIterable<readonly EnginePiece[]>;
  close(): Promise<void>;
}

/** Long enough for a loopback or LAN address, short enough to tell a person that nothing is there. */
const CONNECT_TIMEOUT_MS = 5_000;

/** For the calls that answer at once. */
const ANSWER_TIMEOUT_MS = 10_000;

/** A client of Ollama's own wire. */
export function createEngineClient(url: string): EngineClient {
  const pool = new Pool(url, {
    connect: { timeout: CONNECT_TIMEOUT_MS },
    connections: null,
    // A model may take minutes to load before the first header, and a slow one minutes between tokens.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const get = async <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    signal: AbortSignal | undefined,
  ): Promise<z.output<Schema>> => {
    const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const answer = await send(pool, url, {
      method: "GET",
      path,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    if (answer.statusCode !== 200) throw await refusal(answer);
    const parsed = schema.safeParse(await jsonOf(answer));
    if (parsed.success) return parsed.data;
    throw new WireError(
      "engine_error",
      `The engine's ${path} is not Ollama's: ${z.prettifyError(parsed.error)}`,
    );
  };
  return {
    version: async (signal) => (await get(engineRoutes.version.path(), EngineVersion, signal)).version,
    installedModels: async (signal) => (await get(engineRoutes.tags.path(), EngineTags, signal)).models,
    async *chat(request, signal) {
      const answer = await send(pool, url, {
        method: "POST",
        path: engineRoutes.chat.path(),
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...request, stream: true }),
        signal,
      });
      if (answer.statusCode !== 200) throw await refusal(answer);
      yield* readReply(answer.body);
    },
    close: () => pool.destroy(),
  };
}

async function send(
  pool: Pool,
  url: string,
  options: Dispatcher.RequestOptions,
): Promise<Dispatcher.ResponseData> {
  try {
    return await pool.request(options);
  } catch (error) {
    if (options.signal instanceof AbortSignal && options.signal.aborted && !isTimeout(options.signal))
      throw error;
    throw new WireError(
      "engine_unavailable",
      `The engine at ${url} does not answer: ${messageOf(error)}.`,
      "Start it with `ollama serve`, or let `stack up` start one.",
      { cause: error },
    );
  }
}

/** The body's value; undefined where it is not JSON, which no schema takes. */
async function jsonOf(answer: Dispatcher.ResponseData): Promise<unknown> {
  return await answer.body.json().catch(() => undefined);
}

function isTimeout(signal: AbortSignal): boolean {
  return signal.reason instanceof DOMException && signal.reason.name === "TimeoutError";
}

/** What the engine said instead of a reply, as the contract's error. */
async function refusal(answer: Dispatcher.ResponseData): Promise<WireError> {
  const text = await answer.body.text();
  const said = engineErrorIn(text) ?? (text.slice(0, 500) || `status ${answer.statusCode}`);
  if (isUnknownModel(answer.statusCode, said)) return new WireError("model_not_found", said);
  if (answer.statusCode === 503) {
    return new WireError("engine_unavailable", `The engine is busy: ${said}`, "Try again in a moment.");
  }
  return new WireError("engine_error", `The engine refused the request: ${said}`);
}

/** Also where the name is none that a model could have, such as a display name. */
function isUnknownModel(status: number, said: string): boolean {
  return (status === 404 && /model/.test(said)) || said === "invalid model name";
}

function engineErrorIn(text: string): string | undefined {
  try {
    const body = EngineErrorLine.safeParse(JSON.parse(text));
    return body.success ? body.data.error : undefined;
  } catch {
    return undefined;
  }
}

const EngineErrorLine = z.object({ error: z.string() });

async function* readReply(body: AsyncIterable<Uint8Array>): AsyncIterable<readonly EnginePiece[]> {
  const decoder = createReplyDecoder();
  try {
    for await (const bytes of body) {
      decoder.push(bytes);
      yield decoder.take();
    }
    decoder.end();
  } catch (error) {
    // A failure costs nothing of what came before it.
    yield decoder.take();
    if (error instanceof WireError || isAbort(error)) throw error;
    throw new WireError("engine_error", `The engine's reply was cut off: ${messageOf(error)}.`, undefined, {
      cause: error,
    });
  }
  yield decoder.take();
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
