import { ErrorBody } from "../contract/common.ts";
import type { FinishReason } from "../contract/events.ts";
import { textOf } from "../target/drivers/reply-facts.ts";
import type { SeenStream } from "../target/http.ts";
import { ownWords } from "../target/own-words.ts";
import { broken } from "./diagnose.ts";
import type { Finding } from "./ladder.ts";
import type { Scene } from "./scene.ts";

/** How long a short reply may take beside the engine's own time, in milliseconds. */
const REPLY_MS = 30_000;

/** So many times what one token took at the engine itself a short reply may take there: its prompt is longer, too. */
const REPLY_CHATS = 6;

/** How long a short reply may take with this engine, in milliseconds: a slow one is not broken. */
export function replyTimeout({ notes }: Scene): number {
  return REPLY_MS + REPLY_CHATS * notes.chatMs;
}

/** A reply's stream, as far as it is judged here. */
export interface Reply {
  readonly text: string;
  readonly finish: FinishReason | undefined;
  /** What failed; undefined where nothing did. */
  readonly failure:
    | { readonly code: string; readonly message: string; readonly hint: string | undefined }
    | undefined;
}

/** Reads what a stream said. */
export function readReply(stream: SeenStream): Reply {
  const events = stream.events.flatMap(({ event }) => ("type" in event ? [event] : []));
  const finish = events.findLast((event) => event.type === "done")?.finish_reason;
  const error = events.findLast((event) => event.type === "error");
  // Some gateways have no `error` event, and say it in the status.
  const failed = events.findLast((event) => event.type === "status_update" && event.status === "error");
  const detail = failed?.type === "status_update" ? failed.detail : undefined;
  const isFailed = error !== undefined || finish === "error";
  const message = error?.message ?? detail ?? "it failed, and nobody said why";
  const failure = isFailed ? { code: error?.code ?? "", message, hint: error?.hint } : undefined;
  return { text: textOf(stream), finish, failure };
}

/** What is wrong with a short reply; undefined where nothing is. `model`: what it was asked of, if that is known. */
export function judgeReply(
  stream: SeenStream,
  service: "gateway" | "hmi",
  { notes }: Scene,
  model?: string | null,
): Finding | undefined {
  const call = stream.request.split("?")[0] ?? "";
  if (stream.status !== 200) {
    const said = ErrorBody.safeParse(stream.body).data?.error.message ?? ownWords(stream);
    return broken("call_refused", { service, call, status: stream.status, said });
  }
  const { finish, failure } = readReply(stream);
  // It came through all, and what it says is true: the model answered, and said nothing.
  if (failure?.code === "empty_reply") return { status: "skipped", text: `${EMPTY}: ${failure.message}` };
  if (failure === undefined) {
    return finish === undefined ? broken("reply_cut", { service, call, end: stream.end }) : undefined;
  }
  const unknown = unknownModel(failure, model ?? undefined, notes.installed);
  if (unknown !== undefined) {
    const { installed, folder } = notes;
    return broken("wrong_default_model", { service, installed, folder: folder[service], ...unknown });
  }
  return broken("reply_failed", { service, call, said: failure.message, hint: failure.hint });
}

const EMPTY = "there is nothing to judge, as the model said nothing";

/** The model that a reply failed for; `model` undefined in it where only the engine's 404 came through. */
function unknownModel(
  { code, message }: NonNullable<Reply["failure"]>,
  asked: string | undefined,
  installed: readonly string[],
): { model: string | undefined } | undefined {
  if (asked !== undefined && !installed.includes(asked)) return { model: asked };
  const named = /model ["']([^"']+)["']/.exec(message)?.[1];
  if (code === "model_not_found") return { model: named };
  if (/\b404\b/.test(message) && /\/api\/(?:chat|generate)\b|not found/i.test(message))
    return { model: named };
  return undefined;
}
