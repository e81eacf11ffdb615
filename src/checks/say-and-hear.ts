import { CouldNotRun } from "../harness/define-check.ts";
import type { ChatPlace, OutgoingMessage, Sent } from "../targets/drivers/chat-client.ts";
import { isRefusalForStream } from "../targets/drivers/error-with-success.ts";
import { refusedWords } from "../targets/drivers/refusal.ts";
import type { SeenStream } from "../targets/http-client.ts";
import { afterWaiting } from "../targets/unstalled-time.ts";
import { learnConversation, type Talk } from "./any-wire-conversation.ts";
import type { Context } from "./contract-conversations.ts";
import { hear } from "./hear-reply.ts";
import { mutePatience } from "./reply-silence.ts";

/** How something is said. */
interface SayOptions extends Pick<OutgoingMessage, "model" | "isOnOneConnection"> {
  readonly signal?: AbortSignal;
}

/** Says something. Throws {@link CouldNotRun} with the answer's own words where it is refused, and where none comes. */
export async function sayIn(
  context: Context,
  talk: Talk,
  text: string,
  { signal = context.signal, ...more }: SayOptions = {},
): Promise<Sent> {
  const { place, conversation } = talk;
  const sent = await unlessMute(context, place, signal, (until) =>
    context.target.chat.send({ place, conversation, text, ...more }, until),
  );
  if (sent.conversation !== null) learnConversation(context, talk, sent.conversation);
  if (!sent.isTaken) throw new CouldNotRun(refusedWords(sent.call));
  return sent;
}

/** The answer to a message may be its reply, and as silent as one: where that would be given up, so is the call. */
async function unlessMute(
  { target }: Context,
  { options }: ChatPlace,
  signal: AbortSignal,
  send: (until: AbortSignal) => Promise<Sent>,
): Promise<Sent> {
  const { ms, isFromStart } = mutePatience(target, options);
  if (!isFromStart) return await send(signal);
  const mute = new AbortController();
  const callOff = afterWaiting(ms, () => mute.abort());
  try {
    return await send(AbortSignal.any([signal, mute.signal]));
  } catch (error) {
    if (signal.aborted || !mute.signal.aborted) throw error;
    throw new CouldNotRun(`the message got no answer in ${Math.round(ms / 1000)} s`);
  } finally {
    callOff();
  }
}

/**
 * Says something on which the engine was told to fail, and hears the reply. Before its first word is out, back ends of others may tell
 * that by a status of 500 and above in place of the reply: that is a reply which failed. Any other refusal throws
 * {@link CouldNotRun}, as {@link sayIn} does.
 */
export async function sayToFail(
  context: Context,
  talk: Talk,
  text: string,
): Promise<{ readonly sent: Sent; readonly stream: SeenStream }> {
  const { place, conversation } = talk;
  const { chat, capabilities } = context.target;
  const sent = await chat.send({ place, conversation, text }, context.signal);
  if (sent.conversation !== null) learnConversation(context, talk, sent.conversation);
  if (sent.isTaken) return { sent, stream: await hear(context, talk, sent).ended };
  const isFailure = sent.call.status >= 500 && !capabilities.has("speak the contract");
  if (!isFailure) throw new CouldNotRun(refusedWords(sent.call));
  talk.said?.push({ asked: sent.text, text: "" });
  return { sent, stream: refusedStream(sent.call) };
}

/** An answer that refuses a message, as the stream of a reply that failed at once. */
export function refusedStream(call: Sent["call"]): SeenStream {
  const message = refusedWords(call);
  return {
    ...call,
    kind: "stream",
    content_type: call.headers["content-type"] ?? "",
    chunks: [],
    events: [],
    facts: [{ kind: "failure", code: `${call.status}`, message, at_ms: call.duration_ms }],
    comments_ms: [],
    end: "closed",
  };
}

/** Says something, and hears its reply to the end. Throws {@link CouldNotRun} where it is refused, as {@link sayIn} does. */
export async function converseIn(
  context: Context,
  talk: Talk,
  text: string,
  options?: Parameters<typeof sayIn>[3],
): Promise<{ readonly sent: Sent; readonly stream: SeenStream }> {
  const sent = await sayIn(context, talk, text, options);
  const stream = await hear(context, talk, sent).ended;
  if (isRefusalForStream(stream)) throw new CouldNotRun(refusedWords(stream));
  return { sent, stream };
}
