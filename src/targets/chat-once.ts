import { ErrorBody } from "../contract/common-schemas.ts";
import { type Usage, usageOf } from "../contract/event-schemas.ts";
import { UserError } from "../errors/user-error.ts";
import { connectChat, connectChatWithModel } from "./connect-chat.ts";
import type { ChatClient, Sent } from "./drivers/chat-client.ts";
import { isModelRefused, isRefusal, refusedWords, wordsIn } from "./drivers/refusal.ts";
import { failureOf, lastFact, type TimedFact, type Told, textOf, thoughtsOf } from "./drivers/reply-facts.ts";
import { replyNameOf } from "./drivers/reply-name.ts";
import { endReply } from "./end-reply.ts";
import type { SeenStream } from "./http-client.ts";
import type { TargetUrls } from "./open-target.ts";
import { resendWhileDraining } from "./resend-while-draining.ts";
import { SERVICE_TITLES } from "./service-titles.ts";
import { doesNotAnswer } from "./target-connections.ts";
import { tokenRefused } from "./token-refused.ts";

export interface ChatOnceOptions {
  /** The stack, by the driver that it says. */
  readonly target: TargetUrls;
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
  readonly onNotice?: (notice: Told) => void;
}

/** One message and its reply; null is what the back end does not tell. */
export interface ChatResult {
  readonly session_id: string | null;
  readonly message_id: string | null;
  /** The reply's own name. */
  readonly assistant_message_id: string | null;
  /** The engine's model that is asked. */
  readonly model: string | null;
  readonly reply: string;
  /** What the model thought; empty where it thought nothing. */
  readonly thinking: string;
  readonly notices: readonly Told[];
  /** In the back end's own word. */
  readonly finish_reason: string | null;
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

/** How long the stack may take, after Ctrl-C, to accept the message and to end its reply. */
const CANCEL_TIMEOUT_MS = 5_000;

/** Sends one message and reads its reply to the end. Throws a UserError where it is refused. */
export async function chatOnce(options: ChatOnceOptions): Promise<ChatResult> {
  const { target, model, signal, onText, onThought, onNotice } = options;
  signal.throwIfAborted();
  const { chat, front, client } = await (model === undefined
    ? connectChatWithModel(target, { isStandIn: false }, signal)
    : connectChat(target, { isStandIn: false }));
  const giveUp = giveUpSignal(signal);
  try {
    const start = performance.now();
    const since = (): number => Math.round(performance.now() - start);
    const unreachable = (error: unknown): UserError => doesNotAnswer(front, client.url, error, target);
    const sent = await resendWhileDraining(() => send(chat, options, giveUp, unreachable), {
      signal,
      onWait: () => onNotice?.(DRAINS),
    });
    if (!sent.isTaken)
      throw sent.call.status === 401
        ? tokenRefused(SERVICE_TITLES[front], client.url)
        : refused(sent, model ?? target.model);
    let first_token_ms: number | null = null;
    const tell = (fact: TimedFact): void => {
      if (fact.kind === "text") {
        first_token_ms ??= since();
        onText(fact.text);
      }
      if (fact.kind === "thought") onThought?.(fact.text);
      if (fact.kind === "notice") onNotice?.(fact.notice);
    };
    const stream = await readReply(chat, sent, { signal, giveUp, tell });
    const started = lastFact(stream, "started");
    return {
      session_id: sent.conversation ?? started?.conversation ?? null,
      message_id: sent.message ?? started?.message ?? null,
      assistant_message_id: sent.reply ?? started?.reply ?? null,
      model: lastFact(stream, "model")?.name ?? null,
      reply: textOf(stream),
      thinking: thoughtsOf(stream),
      notices: stream.facts.flatMap((fact) => (fact.kind === "notice" ? [fact.notice] : [])),
      ...endingOf(stream, signal.aborted),
      first_token_ms,
      duration_ms: since(),
    };
  } finally {
    await client.close();
  }
}

const DRAINS: Told = {
  code: "draining",
  message: "This copy of the stack is being stopped, and takes no message: it is sent again until one does.",
};

/** Aborted some time after `signal`: a call that was cut off might have begun a reply, and nobody could cancel it. */
function giveUpSignal(signal: AbortSignal): AbortSignal {
  const giveUp = new AbortController();
  const wait = (): unknown => setTimeout(() => giveUp.abort(), CANCEL_TIMEOUT_MS).unref();
  signal.addEventListener("abort", wait, { once: true });
  return giveUp.signal;
}

async function send(
  chat: ChatClient,
  { message, model, modelId, agentId, sessionId, signal }: ChatOnceOptions,
  giveUp: AbortSignal,
  unreachable: (error: unknown) => UserError,
): Promise<Sent> {
  const place = { modelId: modelId ?? null, options: {} };
  try {
    const conversation = sessionId ?? null;
    const outgoing = {
      place,
      conversation,
      text: message,
      model,
      agent: agentId,
      saysProfile: modelId !== undefined,
    };
    return await chat.send(outgoing, giveUp);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw isRefusal(error) ? new UserError("chat_failed", error.message, WHICH_HOP) : unreachable(error);
  }
}

const WHICH_HOP = { hint: "`stack doctor` says which hop is broken." };

const WHICH_MODEL = { hint: "--model, or chat.model, names another model." };

function refused({ call }: Sent, model: string | undefined): UserError {
  const said = ErrorBody.safeParse(call.body).data?.error;
  const isForModel = isModelRefused(wordsIn(call), model ?? null);
  const otherwise = isForModel ? WHICH_MODEL : WHICH_HOP;
  if (said === undefined) return new UserError("chat_failed", `${refusedWords(call)}.`, otherwise);
  const hint = said.hint ?? (isForModel ? WHICH_MODEL.hint : undefined);
  return new UserError("chat_failed", said.message, hint === undefined ? {} : { hint });
}

interface ReadingSignals {
  readonly signal: AbortSignal;
  readonly giveUp: AbortSignal;
  readonly tell: (fact: TimedFact) => void;
}

/** Reads the reply to its end; where somebody wants no more of it, it is cancelled, and read on until it says so. */
async function readReply(
  chat: ChatClient,
  sent: Sent,
  { signal, giveUp, tell }: ReadingSignals,
): Promise<SeenStream> {
  const name = replyNameOf(sent);
  const reading = sent.read({
    signal: giveUp,
    onFact(fact) {
      name.learn(fact);
      tell(fact);
    },
  });
  const onAbort = (): void => void endReply(chat, name.told(), reading, giveUp);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await reading.ended;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function endingOf(
  stream: SeenStream,
  isCancelled: boolean,
): Pick<ChatResult, "finish_reason" | "usage" | "error"> {
  const counted = lastFact(stream, "usage");
  const usage = counted === undefined ? null : usageOf(counted.prompt, counted.completion);
  const dones = stream.facts.filter((fact) => fact.kind === "done");
  const finish_reason = dones.find(({ reason }) => reason !== null)?.reason ?? null;
  const failure = failureOf(stream);
  if (failure !== undefined) {
    const { code, message, hint } = failure;
    return {
      finish_reason,
      usage,
      error: { code: code ?? "reply_failed", message, ...(code === null ? WHICH_HOP : { hint }) },
    };
  }
  // Where closing the connection ends a reply, nobody is there to be told the end.
  if (dones.length === 0 && isCancelled) return { finish_reason: "cancelled", usage, error: null };
  if (dones.length === 0) {
    const message = `The reply's stream was ${stream.end} before it said that it is done.`;
    return { finish_reason, usage, error: { code: "stream_cut", message, ...WHICH_HOP } };
  }
  if (finish_reason !== "error") {
    const isEmpty = !isCancelled && textOf(stream) === "";
    const error = { code: "empty_reply", message: "The reply ended without a word.", ...WHICH_HOP };
    return { finish_reason, usage, error: isEmpty ? error : null };
  }
  const message = "The reply failed, and the stack did not say why.";
  return { finish_reason, usage, error: { code: "reply_failed", message, ...WHICH_HOP } };
}
