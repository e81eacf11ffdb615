import * as z from "zod";
import { DEFAULTS } from "../../contract/defaults.ts";
import { EngineTags, EngineVersion, type InstalledModel } from "../../contract/engine.ts";
import { engineRoutes } from "../../contract/routes.ts";
import { messageOf, WireError } from "../../errors.ts";
import { createUpstream } from "../http/upstream.ts";
import { beginningOf } from "../stream/log-segment.ts";
import { createReplyLimit } from "../stream/reply-limit.ts";
import { createReplyDecoder, type EnginePiece, LONGEST_ERROR } from "./engine-reply.ts";
import { type EngineApi, type EngineRequest, replyCall } from "./reply-call.ts";

/** The engine as the gateway uses it. Every call may throw a WireError `engine_unavailable` or `engine_error`. */
export interface EngineClient {
  version(signal?: AbortSignal): Promise<string>;
  installedModels(signal?: AbortSignal): Promise<InstalledModel[]>;
  /**
   * The reply, in groups: the pieces that arrived together stay together. Ends with the final piece;
   * throws `model_not_found`, `reply_too_long`, and `engine_error` where the stream fails or stops without a
   * final piece.
   */
  chat(request: EngineRequest, signal: AbortSignal): AsyncIterable<readonly EnginePiece[]>;
  close(): Promise<void>;
}

/** A client of Ollama's own wire, which asks for replies by this call, and takes so many characters for one. */
export function createEngineClient(
  url: string,
  api: EngineApi = "chat",
  maxReplyChars: number = DEFAULTS.maxReplyChars,
): EngineClient {
  const engine = createUpstream({
    url,
    name: "engine",
    unavailable: "engine_unavailable",
    hint: "Start it with `ollama serve`, or let `stack up` start one.",
    broken: "engine_error",
    refusal,
  });
  const get = <Schema extends z.ZodType>(path: string, schema: Schema, signal: AbortSignal | undefined) =>
    engine.ask({ method: "GET", path }, schema, signal);
  return {
    version: async (signal) => (await get(engineRoutes.version.path(), EngineVersion, signal)).version,
    installedModels: async (signal) => (await get(engineRoutes.tags.path(), EngineTags, signal)).models,
    async *chat(request, signal) {
      const answer = await engine.send({ method: "POST", ...replyCall(api, request), signal });
      yield* readReply(await engine.bodyOf(answer), maxReplyChars);
    },
    close: () => engine.close(),
  };
}

/** What the engine said instead of a reply, as the contract's error. */
function refusal(status: number, body: string): WireError {
  const said = beginningOf(engineErrorIn(body) ?? (body.slice(0, 500) || `status ${status}`), LONGEST_ERROR);
  if (isUnknownModel(status, said)) return new WireError("model_not_found", said);
  if (status === 503) {
    return new WireError("engine_unavailable", `The engine is busy: ${said}`, "Try again in a moment.");
  }
  const verb = status >= 500 ? "failed" : "refused the request";
  return new WireError("engine_error", `The engine ${verb}: ${said}`);
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

async function* readReply(
  body: AsyncIterable<Uint8Array>,
  maxReplyChars: number,
): AsyncIterable<readonly EnginePiece[]> {
  const decoder = createReplyDecoder(createReplyLimit("engine", maxReplyChars));
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
    const fault = error instanceof SyntaxError ? "is not NDJSON" : "was cut off";
    throw new WireError("engine_error", `The engine's reply ${fault}: ${messageOf(error)}.`, undefined, {
      cause: error,
    });
  }
  yield decoder.take();
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
