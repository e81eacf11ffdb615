/** How checks talk to a target, whatever wire it speaks: conversations of their own, deleted at the end. */
import type { EngineOptions, Think } from "../contract/gateway-schemas.ts";
import { CouldNotRun } from "../harness/define-check.ts";
import { NotObservable } from "../harness/target-errors.ts";
import type {
  ChatPlace,
  NamedReply,
  OutgoingMessage,
  Reading,
  Sent,
} from "../targets/drivers/chat-client.ts";
import { conversationNotNamed } from "../targets/drivers/conversation-not-named.ts";
import { isRefusalForStream } from "../targets/drivers/error-with-success.ts";
import { isRefusal, refusedWords } from "../targets/drivers/refusal.ts";
import { failureOf, type ReplyFact, type SeenRow, textOf } from "../targets/drivers/reply-facts.ts";
import { replyNameOf } from "../targets/drivers/reply-name.ts";
import type { SeenStream } from "../targets/http-client.ts";
import { beginningNotRead, isWithoutBeginning } from "../targets/late-reading.ts";
import { haveOneReplyEach } from "../targets/reply-rows.ts";
import { rowsAtRest } from "../targets/rows-at-rest.ts";
import { RUN_PROFILE_NAME, runProfileDescription } from "../targets/run-journal.ts";
import { afterWaiting } from "../targets/unstalled-time.ts";
import { generationsOf, requireMadeByEngine } from "./engine-generations.ts";
import { foundOn } from "./found-in-run.ts";
import { noteIfHeldBack } from "./held-back-replies.ts";
import type { Context } from "./profiles-and-sessions.ts";
import { patienceOf } from "./read-replies.ts";
import { mutePatience, ReplySilence } from "./reply-silence.ts";
import { areRolesWrong, requireRightRoles, type SaidSoFar } from "./require-right-roles.ts";
import { requireKnownRoles } from "./rows-lack-field.ts";
import { requireNoneFailed } from "./stream-endings.ts";
import { StreamWaiter } from "./stream-waiter.ts";

/** What a check talks about, and how the engine is to answer. */
export interface TalkDraft {
  /**
   * A word by which a person can tell where it comes from; the same throughout a suite, where no claim needs another one:
   * engines keep what their last prompt began with, and read what follows.
   */
  readonly name: string;
  readonly instructions?: string;
  /** What reaches the engine with every message, where the wire can say it; a real one ignores the stand-in's own names. */
  readonly options: EngineOptions;
  /** False where this is left out: thoughts take up what a reply may be long. */
  readonly think?: Think;
}

/** A conversation of a check's own. */
export interface Talk {
  readonly place: ChatPlace;
  /** Its id; null until the back end has told one. */
  conversation: string | null;
  /** What was read of it by streams that were opened late. */
  readonly lateStreams?: SeenStream[];
  /** What was said in it, in order. */
  readonly said?: SaidSoFar[];
}

/** What is made is not bound to Ctrl-C: of what was cut off, nobody would know whether it is there. In milliseconds. */
const CREATE_TIMEOUT_MS = 30_000;

/** Opens a place of its own, to be closed at the end with all that was said there. */
export async function openPlace(context: Context, draft: TalkDraft): Promise<ChatPlace> {
  const { chat, journal } = context.target;
  // Before anything is said: what the engine is asked counts from here.
  await generationsOf(context, "");
  const { name, instructions = "Answer in a few words.", options, think = false } = draft;
  const place = await understood(
    chat.openPlace(
      {
        name: `${RUN_PROFILE_NAME}${name}`,
        description: runProfileDescription(journal.runId),
        instructions,
        options,
        think,
      },
      AbortSignal.timeout(CREATE_TIMEOUT_MS),
    ),
  );
  if (place.modelId !== null) {
    context.defer(`deleting profile ${place.modelId}`, (signal) => chat.closePlace(place, signal));
  }
  return place;
}

/** Begins a conversation there, to be deleted at the end. */
export async function beginTalk(context: Context, place: ChatPlace): Promise<Talk> {
  const { chat } = context.target;
  const id = await understood(chat.openConversation(place, AbortSignal.timeout(CREATE_TIMEOUT_MS)));
  const talk: Talk = { place, conversation: null, lateStreams: [], said: [] };
  if (id !== null) learnConversation(context, talk, id);
  return talk;
}

/** Opens a place, and begins a conversation there. */
export async function startTalk(context: Context, draft: TalkDraft): Promise<Talk> {
  return await beginTalk(context, await openPlace(context, draft));
}

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

/** A reply while it is heard. */
export interface Hearing extends Reading {
  /**
   * Rejects with {@link CouldNotRun} where the stream ends before such a fact is told; with {@link NotObservable}, where it
   * did so because the engine that is watched was not asked for the reply.
   */
  until(what: string, isIt: (fact: ReplyFact) => boolean): Promise<void>;
  readonly hasEnded: boolean;
  /** What the reply is called, as far as it was told by now: when the message was taken, or by the stream. */
  name(): NamedReply;
}

/** Hears the reply to what was just said. A stream that has begun to talk and then is silent for too long is given up. */
export function hear(context: Context, talk: Talk, sent: Sent): Hearing {
  return attend(context, talk, sent, (options) => sent.read(options));
}

/** Hears a conversation's reply as somebody who did not ask for it, while it runs or after its end. */
export function hearAgain(context: Context, talk: Talk, sent: Sent): Hearing {
  const { chat } = context.target;
  const { conversation, message, reply } = sent;
  const name = nameFor(context, { conversation: talk.conversation ?? conversation, message, reply });
  return attend(context, talk, sent, (options) => chat.readAgain(name, options));
}

/** How a reply is called for: by our own wire as a page does, by its conversation; else by whatever a path may need. */
export function nameFor({ target }: Context, { conversation, ...names }: NamedReply): NamedReply {
  return target.capabilities.has("speak the contract") ? { conversation } : { conversation, ...names };
}

function attend(
  context: Context,
  talk: Talk,
  sent: Sent,
  read: (options: Parameters<Sent["read"]>[0]) => Reading,
): Hearing {
  const silent = new AbortController();
  const silence = new ReplySilence(context, talk.place.options, sent.text);
  const waiter = new StreamWaiter<ReplyFact>(silence.firstMs, async () => {
    if (waiter.hasEnded) return;
    const moreMs = await silence.moreMs();
    if (moreMs === undefined) silent.abort();
    else if (moreMs > 0) waiter.waitOn(moreMs);
  });
  if (silence.isFromStart) waiter.expectTalk();
  const name = replyNameOf(sent);
  const said = { asked: sent.text, text: "" };
  talk.said?.push(said);
  const { ended: streamEnded, leave } = read({
    signal: AbortSignal.any([context.signal, silent.signal]),
    onFact(fact) {
      if (fact.kind === "text") said.text += fact.text;
      silence.take(fact);
      name.learn(fact);
      if (fact.kind === "started" && fact.conversation !== null) {
        learnConversation(context, talk, fact.conversation);
      }
      waiter.take(fact, { isTalk: fact.kind !== "started" && fact.kind !== "model" });
    },
  });
  let heldBack: string | undefined;
  const ended = waiter.endWith(
    streamEnded.then(async (seen) => {
      const stream = noteIfLate(talk, silence.end(seen, silent.signal.aborted));
      heldBack = await noteIfHeldBack(context, sent.text, { stream, stalledMs: silence.stalledMs });
      return stream;
    }),
  );
  return {
    ended,
    leave,
    get hasEnded() {
      return waiter.hasEnded;
    },
    name: () => ({ ...name.told(), conversation: talk.conversation }),
    async until(what, isIt) {
      try {
        await waiter.until(ended, { what, of: "the reply" }, isIt);
      } catch (error) {
        if (error instanceof CouldNotRun) {
          const stream = await ended;
          await requireMadeByEngine(context, sent.text, stream);
          requireNoneFailed(stream);
          if (heldBack !== undefined) throw new NotObservable(heldBack);
        }
        throw error;
      }
    },
  };
}

/** Of a reply of which nothing was read by who came late, nothing is known. */
function noteIfLate({ lateStreams }: Talk, stream: SeenStream): SeenStream {
  if (stream.isOpenedLate !== true || stream.status >= 300) return stream;
  if (textOf(stream) === "" && failureOf(stream) === undefined) throw beginningNotRead(stream);
  lateStreams?.push(stream);
  return stream;
}

/** The stream of a reply that has more at its beginning, by its row, than was read where it was opened late. */
function lateStreamOf({ lateStreams = [] }: Talk, rows: readonly SeenRow[]): SeenStream | undefined {
  return lateStreams.find((stream) =>
    rows.some(({ role, content }) => role === "assistant" && isWithoutBeginning(textOf(stream), content)),
  );
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

/** Is true of the fact with which that many pieces of text have come. */
export function texts(count: number): (fact: ReplyFact) => boolean {
  let came = 0;
  return (fact) => {
    if (fact.kind === "text") came += 1;
    return came >= count;
  };
}

/** How rows are looked at. */
export interface RowsOptions {
  /** True where under which role each stands is judged: else {@link WrongRoles} are thrown, where that is not as it was said. */
  readonly judgesRoles?: boolean;
}

/** What was said in a conversation, oldest first: from the store where there is one to look into, else as it is shown. */
export async function conversationRows(
  context: Context,
  talk: Talk,
  { judgesRoles = false }: RowsOptions = {},
): Promise<readonly SeenRow[]> {
  const { store, chat, capabilities } = context.target;
  const { conversation } = talk;
  if (conversation === null) throw conversationNotNamed();
  const rows =
    (await store?.messagesOf(conversation)) ?? (await understood(chat.rows(conversation, context.signal)));
  if (!capabilities.has("speak the contract")) {
    requireKnownRoles(rows);
    if (!judgesRoles) requireRightRoles(rows, talk.said);
  }
  // Summaries and titles are no part of what was said.
  return rows.filter(({ message_type = "chat" }) => message_type === "chat");
}

/** What the HMI shows of it, where {@link conversationRows} looks into the store; null where it does not, or nothing is shown. */
export async function shownRowsOf(context: Context, talk: Talk): Promise<readonly SeenRow[] | null> {
  const { store, chat } = context.target;
  const { conversation } = talk;
  if (store === undefined || conversation === null || chat.missingAbilities["show rows"] !== undefined)
    return null;
  return await understood(chat.rows(conversation, context.signal));
}

/** What is saved of a reply had not come to rest: how it ends was not seen. */
export class StillWritten extends NotObservable {}

/**
 * The same, as soon as no reply is being written any more; as it is then, where one is for too long. Where a back end
 * promises nothing of its rows, they are looked at until they are also enough for whoever asks, each message with one reply;
 * or at rest. What changes is written at the engine's own pace, and waited for; throws {@link StillWritten} where that
 * takes too long.
 */
export async function settledRowsOf(
  context: Context,
  talk: Talk,
  isEnough: (rows: readonly SeenRow[]) => boolean = () => true,
  options: RowsOptions = {},
): Promise<readonly SeenRow[]> {
  const { target, signal } = context;
  const isPromised = target.capabilities.has("speak the contract");
  const isSettled = (rows: readonly SeenRow[]): boolean => rows.every((row) => row.status !== "streaming");
  const isWell = (rows: readonly SeenRow[]): boolean =>
    isSettled(rows) &&
    (isPromised ||
      lateStreamOf(talk, rows) !== undefined ||
      areRolesWrong(rows, talk.said) ||
      (isEnough(rows) && haveOneReplyEach(rows)));
  const { rows, unrest } = await rowsAtRest({
    signal,
    look: () => conversationRows(context, talk, options),
    isWell,
    restMs(seen, { haveChanged }) {
      if (isPromised) return patienceOf(target);
      const { unsettled = 0 } = foundOn(target);
      if (unsettled > 0 && !haveChanged) return unsettled < OFTEN ? AGAIN_MS : OFTEN_AGAIN_MS;
      return isSettled(seen) ? ENOUGH_MS : Math.min(patienceOf(target), SETTLING_MS);
    },
    leastMs: Math.max(WRITING_MS, patienceOf(target)),
  });
  const late = lateStreamOf(talk, rows);
  if (late !== undefined) throw beginningNotRead(late);
  if (unrest !== undefined) throw new StillWritten(unrest);
  if (!isPromised) noteIfUnsettled(context, isWell(rows));
  return rows;
}

/** A reply that is written is waited for for at least this long, in milliseconds, or longer where a silence may be longer. */
const WRITING_MS = 30_000;

/** What is not shown this long after the end of its stream will not be, in milliseconds. */
const ENOUGH_MS = 3_000;

/** This long after that a back end that promises nothing may still be writing, in milliseconds; ... */
const SETTLING_MS = 10_000;

/** ... and this long where its rows were waited for in vain: that is done once; ... */
const AGAIN_MS = 2_000;

/** ... or, after so many times one after the other, this long. */
const OFTEN = 4;
const OFTEN_AGAIN_MS = 1_000;

function noteIfUnsettled({ target }: Context, isWell: boolean): void {
  const found = foundOn(target);
  const { unsettled = 0 } = found;
  found.unsettled = isWell ? Math.min(unsettled, 1) : unsettled + 1;
}

/** An answer that is of no use says nothing of the claim. */
async function understood<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (isRefusal(error)) throw new CouldNotRun(error.message);
    throw error;
  }
}

/** What a conversation is called, once that is told: from then on it is to be deleted. */
export function learnConversation(context: Context, talk: Talk, id: string): void {
  if (talk.conversation === id) return;
  talk.conversation = id;
  // A profile's conversations are deleted with it.
  if (talk.place.modelId !== null) return;
  const { chat, journal } = context.target;
  // A wire that is none of ours need not tell when a conversation was made.
  journal.madeConversation({ session_id: id, created_at: "" });
  context.defer(`deleting conversation ${id}`, (signal) => chat.deleteConversation(id, signal));
}
