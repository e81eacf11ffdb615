import { ErrorBody } from "../contract/common.ts";
import type { ErrorEvent, FinishReason, Notice, StreamEvent, Usage } from "../contract/events.ts";
import { SentMessage } from "../contract/hmi.ts";
import { hmiRoutes } from "../contract/routes.ts";
import { messageOf, UserError } from "../errors.ts";
import { createHttpClient, type HttpClient, type SeenCall, type SeenEvent } from "./http.ts";
import { tokenRefused } from "./token-refused.ts";

export interface ChatOptions {
  /** URL of the HMI. */
  readonly hmi: string;
  /** What the HMI asks for; empty, or left out, for nothing. */
  readonly token?: string | undefined;
  readonly message: string;
  readonly model?: string | undefined;
  /** The model profile to chat about. */
  readonly modelId?: number | undefined;
  readonly agentId?: string | undefined;
  readonly sessionId?: string | undefined;
  /** Cancels the reply, at the engine too. */
  readonly signal: AbortSignal;
  /** Told of each piece of the reply as it comes. */
  readonly onText: (text: string) => void;
  /** Told of each piece of what the model thinks before it answers. */
  readonly onThought?: (thought: string) => void;
  /** Told of what a person should know of a reply that goes on. */
  readonly onNotice?: (notice: Notice) => void;
}

/** One message and its reply. */
export interface ChatResult {
  readonly session_id: string;
  readonly message_id: string;
  /** The reply's own name. */
  readonly assistant_message_id: string;
  /** The engine's model that is asked; null where the HMI does not tell. */
  readonly model: string | null;
  readonly reply: string;
  /** What the model thought; empty where it thought nothing. */
  readonly thinking: string;
  readonly notices: readonly Notice[];
  readonly finish_reason: FinishReason | null;
  readonly usage: Usage | null;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string | undefined;
  } | null;
  /** From the message being sent to the first piece of the reply, in milliseconds. */
  readonly first_token_ms: number | null;
  readonly duration_ms: number;
}

/** How long the HMI may take, after Ctrl-C, to accept the message and to end its reply. */
const CANCEL_TIMEOUT_MS = 5_000;

/** Sends one message through the HMI and reads its reply to the end. Throws a UserError where it is refused. */
export async function chatOnce(options: ChatOptions): Promise<ChatResult> {
  options.signal.throwIfAborted();
  const hmi = createHttpClient(options.hmi, options.token);
  const giveUp = giveUpSignal(options.signal);
  try {
    const start = performance.now();
    const sent = await send(hmi, options, giveUp);
    const reply = await readReply(hmi, sent, options, { start, giveUp });
    const { session_id, message_id, assistant_message_id } = sent;
    const names = { session_id, message_id, assistant_message_id };
    return { ...names, ...reply, duration_ms: Math.round(performance.now() - start) };
  } finally {
    await hmi.close();
  }
}

/** Aborted some time after `signal`: a call that was cut off might have begun a reply, and nobody could cancel it. */
function giveUpSignal(signal: AbortSignal): AbortSignal {
  const giveUp = new AbortController();
  const wait = (): unknown => setTimeout(() => giveUp.abort(), CANCEL_TIMEOUT_MS).unref();
  signal.addEventListener("abort", wait, { once: true });
  return giveUp.signal;
}

async function send(hmi: HttpClient, options: ChatOptions, giveUp: AbortSignal): Promise<SentMessage> {
  const body = {
    session_id: options.sessionId ?? null,
    message: options.message,
    agent_id: options.agentId,
    model: options.model,
    model_id: options.modelId ?? null,
  };
  let answer: SeenCall;
  try {
    answer = await hmi.call("POST", hmiRoutes.sendMessage.path(), { body, signal: giveUp });
  } catch (error) {
    if (options.signal.aborted) throw options.signal.reason;
    throw new UserError("unreachable", `The HMI at ${options.hmi} does not answer: ${messageOf(error)}.`, {
      hint: "Run `stack up` first, or name another one with --hmi.",
      cause: error,
    });
  }
  const accepted = SentMessage.safeParse(answer.body);
  if (accepted.success) return accepted.data;
  throw answer.status === 401 ? tokenRefused("HMI", options.hmi) : refused(answer);
}

const WHICH_HOP = "`stack doctor` says which hop is broken.";

function refused({ status, body }: SeenCall): UserError {
  const said = ErrorBody.safeParse(body).data?.error;
  const message = said?.message ?? `The HMI answered ${status}: ${JSON.stringify(body).slice(0, 200)}`;
  return new UserError("chat_failed", message, said?.hint === undefined ? {} : { hint: said.hint });
}

type Reply = Omit<ChatResult, keyof SentMessage | "duration_ms">;

async function readReply(
  hmi: HttpClient,
  { session_id, assistant_message_id }: SentMessage,
  options: ChatOptions,
  { start, giveUp }: { start: number; giveUp: AbortSignal },
): Promise<Reply> {
  const { signal } = options;
  const cancel = (): void => {
    // The stream then ends by itself, with `done`; a cancel that fails is overtaken by the time-out.
    const body = { message_id: assistant_message_id };
    hmi.call("POST", hmiRoutes.cancel.path({ session_id }), { body, signal: giveUp }).catch(() => undefined);
  };
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  let first_token_ms: number | null = null;
  try {
    const path = hmiRoutes.stream.path({ session_id }, { message_id: assistant_message_id });
    const stream = await hmi.stream("GET", path, {
      signal: giveUp,
      onEvent: ({ event }) => {
        if (!("type" in event)) return;
        if (event.type === "token") first_token_ms ??= Math.round(performance.now() - start);
        tell(event, options);
      },
    });
    return { first_token_ms, ...saidIn(stream.events), ...endingOf(stream.events, stream.end) };
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

function tell(event: StreamEvent, { onText, onThought, onNotice }: ChatOptions): void {
  if (event.type === "token") onText(event.content);
  if (event.type === "thinking") onThought?.(event.content);
  if (event.type === "notice") onNotice?.(event);
}

function saidIn(seen: readonly SeenEvent[]): Pick<Reply, "model" | "reply" | "thinking" | "notices"> {
  const events = seen.flatMap(({ event }) => ("type" in event ? [event] : []));
  const textOf = (type: "token" | "thinking"): string =>
    events.map((event) => (event.type === type ? event.content : "")).join("");
  const started = events.find((event) => event.type === "started");
  const executing = events.find((event) => event.type === "status_update" && event.status === "executing");
  const asked = executing?.type === "status_update" ? executing.detail : undefined;
  return {
    model: asked ?? started?.model ?? null,
    reply: textOf("token"),
    thinking: textOf("thinking"),
    notices: events.flatMap((event) => {
      if (event.type !== "notice") return [];
      const { type: _, ...notice } = event;
      return [notice];
    }),
  };
}

function endingOf(seen: readonly SeenEvent[], end: string): Pick<Reply, "finish_reason" | "usage" | "error"> {
  const events = seen.flatMap(({ event }) => ("type" in event ? [event] : []));
  const usage = events.findLast((event) => event.type === "usage")?.usage ?? null;
  const finish_reason = events.findLast((event) => event.type === "done")?.finish_reason ?? null;
  const error = events.findLast((event) => event.type === "error");
  if (error !== undefined) return { finish_reason, usage, error: detailsOf(error) };
  if (finish_reason === null) {
    const message = `The reply's stream was ${end} before it said that it is done.`;
    return { finish_reason, usage, error: { code: "stream_cut", message, hint: WHICH_HOP } };
  }
  if (finish_reason !== "error") return { finish_reason, usage, error: null };
  // Some gateways have no `error` event, and say it in the status or not at all.
  const failed = events.findLast((event) => event.type === "status_update" && event.status === "error");
  const message = failedDetail(failed) ?? "The reply failed, and the stack did not say why.";
  return { finish_reason, usage, error: { code: "reply_failed", message, hint: WHICH_HOP } };
}

function failedDetail(event: StreamEvent | undefined): string | undefined {
  return event?.type === "status_update" ? event.detail : undefined;
}

function detailsOf({ code, message, hint }: ErrorEvent): NonNullable<Reply["error"]> {
  return { code, message, hint };
}
