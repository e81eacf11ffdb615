import type { IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import * as z from "zod";
import { EngineError, missingBody } from "./engine-errors.ts";
import { bindGoJson, goBool, goBytes, goInt, goMap, goSlice, goString, goStruct } from "./go/go-bind.ts";
import { LONGEST_MS, parseGoDuration } from "./go/go-duration.ts";
import { goKind } from "./go/go-json.ts";

/** How long a model stays after its last use, in milliseconds; undefined where the request says nothing. */
const keepAlive = z
  .unknown()
  .optional()
  .transform((value, context) => readKeepAlive(value, context));

/** Whether the model is to think aloud, or with which effort; undefined where the request says nothing. */
export type OllamaThink = boolean | ThinkLevel;

/** How hard a model thinks. */
export type ThinkLevel = (typeof EFFORTS)[number];

export const EFFORTS = ["high", "medium", "low", "max"] as const;

const think = z
  .unknown()
  .optional()
  .transform((value, context) => readThink(value, context));

const SHARED_FIELDS = {
  model: goString,
  stream: goBool,
  keep_alive: keepAlive,
  options: goMap,
  think,
  truncate: goBool,
  shift: goBool,
  logprobs: goBool,
  top_logprobs: goInt,
};

/** Pictures: each the bytes of a file. */
const images = goSlice(goBytes("api.ImageData"), "[]api.ImageData");

/** The body of `POST /api/generate`, as far as the stand-in looks at it. */
const GenerateRequest = goStruct("api.GenerateRequest", {
  ...SHARED_FIELDS,
  prompt: goString,
  suffix: goString,
  system: goString,
  template: goString,
  context: goSlice(z.int({ error: "int" }), "[]int"),
  images,
  raw: goBool,
});
export type GenerateRequest = z.infer<typeof GenerateRequest>;

const Message = goStruct("api.Alias", {
  role: goString.transform((role) => role.toLowerCase()),
  content: goString,
  images,
});

/** The body of `POST /api/chat`, as far as the stand-in looks at it. */
const ChatRequest = goStruct("api.ChatRequest", {
  ...SHARED_FIELDS,
  messages: goSlice(Message, "[]api.Message"),
  tools: goSlice(z.unknown(), "api.Tools"),
});
export type OllamaChatRequest = z.infer<typeof ChatRequest>;

/** The body of `POST /api/show`; `name` is the older word for `model`. */
const ShowRequest = goStruct("api.ShowRequest", { model: goString, name: goString });
export type ShowRequest = z.infer<typeof ShowRequest>;

/** Each reads a request's whole body. Throws EngineError 400 with Ollama's text where it is not such a request. */
export const readGenerateRequest = (request: IncomingMessage): Promise<GenerateRequest> =>
  readBody(request, GenerateRequest, "api.GenerateRequest");
export const readChatRequest = (request: IncomingMessage): Promise<OllamaChatRequest> =>
  readBody(request, ChatRequest, "api.ChatRequest");
export const readShowRequest = (request: IncomingMessage): Promise<ShowRequest> =>
  readBody(request, ShowRequest, "api.ShowRequest");

async function readBody<Schema extends z.ZodType>(
  request: IncomingMessage,
  schema: Schema,
  type: string,
): Promise<z.output<Schema>> {
  const body = await readOptionalBody(request, schema, type);
  if (body === undefined) throw missingBody();
  return body;
}

/** As the others, for a struct of another wire; undefined where there is no body. */
export async function readOptionalBody<Schema extends z.ZodType>(
  request: IncomingMessage,
  schema: Schema,
  type: string,
): Promise<z.output<Schema> | undefined> {
  return bindOrRefuse(schema, type, (await buffer(request)).toString("utf8"));
}

function bindOrRefuse<Schema extends z.ZodType>(
  schema: Schema,
  type: string,
  text: string,
): z.output<Schema> | undefined {
  try {
    return bindGoJson(schema, type, text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new EngineError(400, error.message, { cause: error });
    throw error;
  }
}

/** A number is seconds, a negative one is for ever; a string is a Go duration (api/types.go, Duration). */
function readKeepAlive(value: unknown, context: z.RefinementCtx): number | undefined {
  if (value === undefined || value === null) return undefined;
  try {
    const ms = keepAliveMs(value);
    return ms < 0 ? LONGEST_MS : ms;
  } catch (error) {
    return refuse(context, error instanceof Error ? error.message : String(error));
  }
}

function keepAliveMs(value: unknown): number {
  if (typeof value === "number") return value * 1000;
  if (typeof value === "string") return parseGoDuration(value);
  throw new SyntaxError(`Unsupported type: '${GO_TYPES[goKind(value)]}'`);
}

const GO_TYPES: Readonly<Record<string, string>> = {
  bool: "bool",
  array: "[]interface {}",
  object: "map[string]interface {}",
};

const EFFORT_NAMES = '"high", "medium", "low", "max", true, or false';

function readThink(value: unknown, context: z.RefinementCtx): OllamaThink | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return value;
  if (typeof value !== "string")
    return refuse(context, `think must be a boolean or string (${EFFORT_NAMES})`);
  const effort = EFFORTS.find((each) => each === value);
  if (effort !== undefined) return effort;
  return refuse(context, `invalid think value: ${JSON.stringify(value)} (must be ${EFFORT_NAMES})`);
}

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: "custom", message });
  return z.NEVER;
}
