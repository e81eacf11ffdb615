import * as z from "zod";
import type { ExportedImage, ExportedMessage } from "../../../contract/chat-export.ts";
import { LIMITS } from "../../../contract/contract-defaults.ts";
import { type Timings, type Usage, usageOf } from "../../../contract/event-schemas.ts";
import { MessageImage } from "../../../contract/hmi-schemas.ts";
import { splitReasoning } from "./open-webui-reasoning.ts";

const OpenWebuiFile = z.looseObject({ type: z.string().optional(), url: z.string().optional() });
type OpenWebuiFile = z.infer<typeof OpenWebuiFile>;

/** A message as Open WebUI exports it, as far as it is read; the fields are Open WebUI's own. */
export const OpenWebuiMessage = z.object({
  parentId: z.string().nullish(),
  role: z.enum(["user", "assistant", "system"]),
  content: z.string(),
  /** Seconds since 1970. */
  timestamp: z.number().nullish(),
  model: z.string().nullish(),
  /** Of a user's message: those that were asked. */
  models: z.array(z.string()).nullish(),
  done: z.boolean().nullish(),
  error: z.unknown().optional(),
  usage: z.looseObject({}).nullish(),
  /** What the reply was made of, thoughts too. */
  output: z.array(z.looseObject({ type: z.string().optional(), content: z.unknown().optional() })).nullish(),
  files: z.array(OpenWebuiFile).nullish(),
});
export type OpenWebuiMessage = z.infer<typeof OpenWebuiMessage>;

/** A message in our shape, without its place. `otherwise` is its time where it has none; `note` is told what is lost. */
export function convertOpenWebuiMessage(
  message: OpenWebuiMessage,
  otherwise: string,
  note: (words: string) => void,
): Omit<ExportedMessage, "message_id" | "parent_id" | "chosen"> {
  const { role, model, models, timestamp } = message;
  const isReply = role === "assistant";
  const { content, thinking, seconds } = isReply
    ? splitReasoning(message.content, message.output ?? [])
    : { content: message.content, thinking: "", seconds: null };
  const error = isReply ? errorOf(message.error) : null;
  const status = error !== null ? "error" : isReply && message.done === false ? "interrupted" : "complete";
  return {
    role,
    message_type: "chat",
    content: content.toWellFormed(),
    thinking: thinking === "" ? null : thinking.toWellFormed(),
    thinking_ms: seconds === null ? null : Math.round(seconds * 1000),
    images: picturesOf(message, note),
    model_name: model || models?.find((each) => each !== "") || null,
    status,
    usage: isReply ? toUsage(message.usage) : null,
    timings: isReply ? toTimings(message.usage) : null,
    notices: [],
    finish_reason: {
      complete: isReply ? ("stop" as const) : null,
      error: "error" as const,
      interrupted: null,
    }[status],
    error,
    timestamp: timestamp == null ? otherwise : rfc3339OfSeconds(timestamp),
    covers_until: null,
  };
}

/** RFC 3339 of seconds since 1970; what is far too large was counted in smaller parts of a second. */
export function rfc3339OfSeconds(seconds: number): string {
  const milliseconds = [1e3, 1, 1e-3, 1e-6].map((factor) => seconds * factor).find((ms) => ms < LATEST_MS);
  return new Date(Math.max(0, Math.round(milliseconds ?? 0))).toISOString();
}

/** In the year 3000. */
const LATEST_MS = 32_503_680_000_000;

function picturesOf({ role, files }: OpenWebuiMessage, note: (words: string) => void): ExportedImage[] {
  const read = (files ?? []).map(pictureFrom);
  for (const each of read) if (typeof each === "string") note(each);
  const pictures = read.filter((each) => typeof each !== "string");
  if (role !== "user" && pictures.length > 0) {
    note("Pictures in replies are left out.");
    return [];
  }
  if (pictures.length > LIMITS.imagesOfMessage) {
    note(`A message has ${LIMITS.imagesOfMessage} pictures here at most; more are left out.`);
  }
  return pictures.slice(0, LIMITS.imagesOfMessage);
}

const DATA_URL = /^data:([\w/+.-]{1,100});base64,/;

/** The picture that a file is; else why it is left out. */
function pictureFrom({ type, url = "" }: OpenWebuiFile): ExportedImage | string {
  if (type !== "image") return "Files that were attached are left out.";
  const [head, media] = DATA_URL.exec(url) ?? [];
  if (head === undefined) return "Pictures that Open WebUI keeps as files of its own are not in its export.";
  const { data: media_type } = MessageImage.shape.media_type.safeParse(media);
  if (media_type === undefined) return "Pictures that are no PNG, JPEG, WebP or GIF are left out.";
  return { media_type, data: url.slice(head.length) };
}

function errorOf(error: unknown): ExportedMessage["error"] {
  if (error === undefined || error === null || error === false) return null;
  const content = typeof error === "object" && "content" in error ? error.content : error;
  const message = typeof content === "string" && content !== "" ? content : "The reply failed in Open WebUI.";
  return { code: "open_webui_error", message: message.toWellFormed() };
}

const Count = z.int().min(0).nullable().catch(null).default(null);

function toUsage(usage: OpenWebuiMessage["usage"]): Usage | null {
  const { prompt_tokens, completion_tokens } = z
    .object({ prompt_tokens: Count, completion_tokens: Count })
    .parse(usage ?? {});
  return prompt_tokens === null && completion_tokens === null
    ? null
    : usageOf(prompt_tokens, completion_tokens);
}

/** Of Ollama's own figures, which are nanoseconds; null where there are none. */
function toTimings(usage: OpenWebuiMessage["usage"]): Timings | null {
  const { load_duration, prompt_eval_duration, eval_duration, eval_count } = z
    .object({
      load_duration: Count,
      prompt_eval_duration: Count,
      eval_duration: Count,
      eval_count: Count,
    })
    .parse(usage ?? {});
  if (eval_duration === null) return null;
  const milliseconds = (ns: number | null): number | null => (ns === null ? null : ns / 1e6);
  const seconds = eval_duration / 1e9;
  return {
    queue_ms: null,
    load_ms: milliseconds(load_duration),
    prompt_ms: milliseconds(prompt_eval_duration),
    reply_ms: milliseconds(eval_duration),
    tokens_per_second: eval_count === null || seconds === 0 ? null : eval_count / seconds,
  };
}
