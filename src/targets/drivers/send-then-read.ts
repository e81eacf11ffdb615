import { setTimeout as delay } from "node:timers/promises";
import type { StreamDescription } from "../../contract/wire-description.ts";
import type { OpenStream, SeenCall, SeenStream } from "../http-client.ts";
import type { ReplyNames, ReplyNaming } from "./channel-decoder.ts";
import type { SayOnSocket, Sent } from "./chat-client.ts";
import type { SaidNow } from "./conversation-histories.ts";
import { type DescribedCall, type DescribedCalls, TOLD_IDS, type ToldIdName } from "./described-calls.ts";
import { isRefusedWithSuccess } from "./error-with-success.ts";
import type { PlaceholderValues } from "./fill-placeholders.ts";
import { hasPlaceholder } from "./has-placeholder.ts";
import { idToldBy } from "./json-place.ts";
import { Refusal } from "./refusal.ts";

/** What a message is sent with, and its reply heard. */
interface DescribedSender {
  readonly calls: DescribedCalls;
  readonly stream: StreamDescription;
  /** What was said, and what its reply is called, is known to the next message. */
  remember(conversation: string | null, said: SaidNow, seen: SeenStream): SeenStream;
}

/** A message whose reply comes by a call of its own. */
interface MessageInTwoCalls {
  readonly sending: DescribedCall;
  readonly reading: DescribedCall;
  /** Null where the answer tells it. */
  readonly conversation: string | null;
}

/**
 * Sends a message by one call, and has its reply streamed by another one, opened before the message is sent where its beginning
 * would be lost otherwise.
 */
export async function sendThenRead(
  { calls, stream, remember }: DescribedSender,
  { sending, reading, conversation: given }: MessageInTwoCalls,
  values: PlaceholderValues & SaidNow,
  signal: AbortSignal,
): Promise<Sent> {
  const isChannel = stream.channel !== undefined;
  // What is not bound to this reply must be open before it is asked for, or its beginning is lost.
  const isOpenBefore = (isChannel || reading.request.startsWith("WS ")) && !needsAnswer(reading, values);
  // What is asked for again and again, or by a name that only the answer tells, nobody can open sooner.
  const isPolled = stream.framing === "polled";
  const mayBeLate = !isOpenBefore && !isPolled && !needsAnswer(reading, values);
  const naming = Promise.withResolvers<ReplyNames>();
  let isAsked = false;
  const named: ReplyNaming = { named: naming.promise, isAsked: () => isAsked };
  const opening = isOpenBefore ? calls.begin(reading, values, signal, { named }) : undefined;
  // Whoever waits for it is told.
  opening?.catch(() => undefined);
  // Some answer nothing, not even that they have opened, until there is an event.
  const before = await (isChannel
    ? Promise.race([opening, delay(OPENED_WITHIN_MS, undefined, { ref: false })])
    : opening);
  const isOpen = before === undefined || isAccepted(before.head);
  const leave = (): void =>
    void opening?.then(
      (begun) => begun.leave(),
      () => undefined,
    );
  isAsked = true;
  const call = isOpen
    ? await calls.call(sending, values, signal).catch((error: unknown) => {
        leave();
        throw error;
      })
    : await callOf(before);
  const told = (name: ToldIdName): string | null => idToldBy(call, sending.told?.[name]);
  const conversation = told("conversation") ?? given;
  const names = { conversation: conversation ?? undefined, message: told("message"), reply: told("reply") };
  const isTaken = isOpen && call.status < 300 && !isRefusedWithSuccess(call, TOLD_IDS.map(told));
  naming.resolve(isTaken ? { conversation, message: names.message, reply: names.reply } : NO_NAMES);
  const begun = isTaken ? await opening : undefined;
  if (!isTaken) leave();
  let say: SayOnSocket | undefined = begun?.say;
  return {
    call,
    isTaken,
    text: values.text,
    conversation,
    message: names.message,
    reply: names.reply,
    say: (frame) => say?.(frame) === true,
    read: (options) => {
      if (!isTaken) throw new Refusal(call);
      const onOpened = (opened: OpenStream): void => {
        say = opened.say;
      };
      const read =
        begun?.read(options) ?? calls.read(reading, { ...values, ...names }, options, { named, onOpened });
      const ended = read.ended.then((seen) => {
        const kept = remember(conversation, values, seen);
        return mayBeLate ? { ...kept, isOpenedLate: true } : kept;
      });
      // Whoever waits for the end is told; nobody may.
      ended.catch(() => undefined);
      return { ...read, ended };
    },
  };
}

/** Whether a stream has begun: a WebSocket by its own status alone, as who answers with a page takes no message by it. */
export function isAccepted({ request, status }: OpenStream["head"]): boolean {
  return request.startsWith("WS ") ? status === SWITCHED : status < 300;
}

const SWITCHED = 101;

/** An answer that refuses a stream, as a call: it is short, and its words are what is asked for next. */
export async function callOf({ head, ended }: OpenStream): Promise<SeenCall> {
  return { kind: "call", ...head, body: (await ended).body };
}

/** How long a stream that is open for all replies is waited for before a message is sent, in milliseconds. */
const OPENED_WITHIN_MS = 1_000;

const NO_NAMES: ReplyNames = { conversation: null, message: null, reply: null };

/** Whether a call is about what only the answer to the message tells. */
function needsAnswer(reading: DescribedCall, values: PlaceholderValues): boolean {
  return TOLD_IDS.some((id) => hasPlaceholder(reading, id) && (values[id] ?? null) === null);
}
