import { WireError } from "../../contract/wire-error.ts";
import { type EngineRefusal, engineRefusalError } from "./engine-failure.ts";

/** What an OpenAI-compatible server says that went wrong. */
export interface OpenAiError {
  readonly message: string;
  /** Its `code` and `type`, where it has them: `model_not_found`, `invalid_request_error`. */
  readonly kinds: readonly string[];
}

/**
 * The error in a body or a chunk, in the shapes that there are: OpenAI's `{error: {message, type, code}}`,
 * LM Studio's `{error: "..."}`, vLLM's older `{object: "error", message}`, FastAPI's `{detail}`.
 */
export function openAiErrorIn(value: unknown): OpenAiError | undefined {
  const body = fieldsOf(value);
  const error = body["error"];
  if (typeof error === "string") return { message: error, kinds: [] };
  if (typeof error === "object" && error !== null) return errorOf(fieldsOf(error), error);
  if (body["object"] === "error") return errorOf(body, body);
  const { detail } = body;
  return detail === undefined ? undefined : { message: wordsOf(detail), kinds: [] };
}

/** What such a server answered instead of a reply, as the contract's error. */
export function openAiRefusal(answer: Omit<EngineRefusal, "said"> & { readonly body: string }): WireError {
  const { status, body } = answer;
  const error = openAiErrorIn(parse(body));
  if (error !== undefined && isUnknownModel(status, error)) {
    return new WireError("model_not_found", error.message);
  }
  // LiteLLM says so of a key that it does not know.
  const isKeyUnknown = status === 400 && error?.kinds.includes("no_db_connection") === true;
  return engineRefusalError({ ...answer, status: isKeyUnknown ? 401 : status, said: error?.message ?? body });
}

function isUnknownModel(status: number, { message, kinds }: OpenAiError): boolean {
  if (kinds.includes("model_not_found")) return true;
  return (status === 404 || status === 400) && /model/i.test(message) && UNKNOWN.test(message);
}

const UNKNOWN = /not found|does not exist|invalid model name|unknown model|no such model/i;

function errorOf(fields: Readonly<Record<string, unknown>>, whole: unknown): OpenAiError {
  const { message, code, type } = fields;
  return {
    message: typeof message === "string" ? message : wordsOf(whole),
    kinds: [code, type].filter((kind) => typeof kind === "string"),
  };
}

function wordsOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
