import { messageOf } from "../errors/thrown-error.ts";
import { deleteAndLook, UndoneDeletion } from "../targets/delete-and-look.ts";
import type { ChatClient, ChatPlace, Sent } from "../targets/drivers/chat-client.ts";
import { answerWords, isRefusal } from "../targets/drivers/refusal.ts";
import { findAstrayReply } from "../targets/find-astray-reply.ts";
import type { SeenStream } from "../targets/http-client.ts";
import { judgeSavedTurn, type SaidTurn } from "../targets/judge-saved-turn.ts";
import { findReplyRow } from "../targets/reply-rows.ts";
import { rowsAtRest } from "../targets/rows-at-rest.ts";
import { type HopQuestion, noAnswerWords } from "./hop-question.ts";
import { type AroundStream, NOTHING_SEEN, readHopPass } from "./read-hop-pass.ts";
import { SilenceAfterText } from "./silence-after-text.ts";
import type { HopPass, ReplyRow } from "./trace-report.ts";

/** What a trace makes where people's messages go, and how that is undone. */
export interface TracePlace {
  /** The service itself, also where the message goes through a proxy: for rows, and to delete what was made. */
  readonly chat: ChatClient;
  /** A profile whose options keep the reply short, where there are profiles. */
  readonly place: ChatPlace;
  /** What could not be deleted. */
  readonly leftBehind: string[];
  /** Of that, what was answered as deleted. */
  readonly undone: string[];
}

/** What a back end does at once where it works, in milliseconds. */
const CALL_WITHIN_MS = 10_000;

/**
 * Makes a place for the messages, so that nobody's active conversation changes and the reply is short. A back end that
 * refuses is asked without one. Throws only the signal's reason.
 */
export async function openTracePlace(
  chat: ChatClient,
  { options }: Pick<HopQuestion, "options">,
  signal: AbortSignal,
): Promise<TracePlace> {
  const leftBehind: string[] = [];
  const undone: string[] = [];
  const nowhere = { modelId: null, options };
  if (Object.keys(options).length === 0) return { chat, place: nowhere, leftBehind, undone };
  const draft = {
    name: "stack trace",
    description: "Made by stack trace; deleted when it ends.",
    instructions: "",
    options,
    think: false,
  };
  try {
    return { chat, place: await chat.openPlace(draft, soon()), leftBehind, undone };
  } catch {
    signal.throwIfAborted();
    return { chat, place: nowhere, leftBehind, undone };
  }
}

/** Deletes the place, and what is left of its conversations. Never throws: what stays is in `leftBehind`. */
export async function closeTracePlace({ chat, place, leftBehind }: TracePlace): Promise<void> {
  if (place.modelId === null) return;
  await chat.closePlace(place, soon()).catch(() => {
    leftBehind.push(`model profile ${place.modelId}`);
  });
}

/** Sends the message as people do, perhaps through a proxy, and looks at its row. Throws only the signal's reason. */
export async function askChatHop(
  asked: ChatClient,
  at: TracePlace,
  question: HopQuestion,
  signal: AbortSignal,
): Promise<HopPass> {
  const sentAt = new Date().toISOString();
  const until = AbortSignal.timeout(question.patienceMs);
  const seen = { ...NOTHING_SEEN, sent_at: sentAt };
  let sent: Sent;
  try {
    // Not bound to Ctrl-C: a call that is cut off may leave a conversation behind that nobody knows of.
    sent = await say(asked, at.place, question, until);
  } catch (error) {
    signal.throwIfAborted();
    if (!isRefusal(error)) return { ...seen, problem: noAnswerWords(error, question.patienceMs) };
    const { request, status } = error.answer;
    return { ...seen, request, status, problem: answerWords(error.answer) };
  }
  const { call } = sent;
  let { conversation } = sent;
  if (!sent.isTaken) {
    signal.throwIfAborted();
    const refused = { request: call.request, status: call.status, accepted_ms: call.duration_ms };
    return { ...seen, ...refused, problem: answerWords(call) };
  }
  try {
    const asksAgain = call.body !== null;
    const around: Omit<AroundStream, "offsetMs"> = {
      sentAt,
      acceptedMs: asksAgain ? call.duration_ms : null,
    };
    const pass = await read(sent, around, AbortSignal.any([signal, until]), question, (id) => {
      conversation ??= id;
    });
    signal.throwIfAborted();
    const said = { asked: sent.text, text: pass.text, reply: sent.reply };
    const looking = { signal, leastMs: question.patienceMs };
    return { ...pass, ...(await findRow(at.chat, conversation, said, looking)) };
  } finally {
    await forget(at, conversation);
  }
}

async function say(
  chat: ChatClient,
  place: ChatPlace,
  { message, model, agentId }: HopQuestion,
  signal: AbortSignal,
): Promise<Sent> {
  // A wire that is told the whole conversation each time begins an empty one here.
  const conversation =
    chat.missingAbilities["remember conversations"] === undefined
      ? null
      : await chat.openConversation(place, signal);
  // A trace is about what people wait for: a title that a page asks for first is a part of that.
  const outgoing = { place, conversation, text: message, agent: agentId, asksAsPage: true };
  return await chat.send({ ...outgoing, ...(model !== null && { model }) }, signal);
}

async function read(
  sent: Sent,
  around: Omit<AroundStream, "offsetMs">,
  signal: AbortSignal,
  { patienceMs }: HopQuestion,
  onConversation: (id: string) => void,
): Promise<HopPass> {
  let stream: SeenStream;
  using silence = new SilenceAfterText();
  try {
    stream = await sent.read({
      signal: AbortSignal.any([signal, silence.signal]),
      onFact(fact) {
        silence.take(fact);
        if (fact.kind === "started" && fact.conversation !== null) onConversation(fact.conversation);
      },
    }).ended;
  } catch (error) {
    return {
      ...NOTHING_SEEN,
      request: sent.call.request,
      sent_at: around.sentAt,
      accepted_ms: around.acceptedMs,
      problem: noAnswerWords(error, patienceMs),
    };
  }
  // One call that streams has its times from its own beginning; another one may also have been asked for before the message was sent.
  const isOneCall = around.acceptedMs === null;
  const offsetMs = isOneCall ? 0 : Date.parse(stream.sent_at) - Date.parse(around.sentAt);
  return readHopPass(stream, { ...around, offsetMs });
}

async function forget(
  { chat, place, leftBehind, undone }: TracePlace,
  conversation: string | null,
): Promise<void> {
  if (conversation === null) return;
  // A profile's conversations go with it, where one cannot be deleted by itself.
  const cannot = chat.missingAbilities["delete conversations"];
  if (cannot !== undefined && place.modelId !== null) return;
  await deleteAndLook(chat, conversation, soon()).catch((error: unknown) => {
    const words = `conversation ${conversation}: ${messageOf(error)}`;
    leftBehind.push(words);
    if (error instanceof UndoneDeletion) undone.push(words);
  });
}

/** How long rows must stand still to be judged, in milliseconds: whether they are well at once is for `stack verify` to say. */
const SETTLES_WITHIN_MS = 3_000;
const LOOK_AGAIN_MS = 50;

/** Looks until the turn is saved as it was said and its row is not `streaming`, or until its rows are at rest. */
async function findRow(
  chat: ChatClient,
  conversation: string | null,
  said: Omit<SaidTurn, "conversation">,
  { signal, leastMs }: { readonly signal: AbortSignal; readonly leastMs: number },
): Promise<Pick<HopPass, "row" | "row_problem" | "row_unrest" | "has_rows">> {
  const nothing = { row: null, row_problem: null, row_unrest: null, has_rows: false };
  if (conversation === null || chat.missingAbilities["show rows"] !== undefined) return nothing;
  const turn = { ...said, conversation };
  let isShown = true;
  const { rows, unrest } = await rowsAtRest({
    signal,
    pauseMs: LOOK_AGAIN_MS,
    leastMs,
    async look() {
      const seen = await chat.rows(conversation, soon()).catch(() => undefined);
      isShown = seen !== undefined;
      return seen ?? [];
    },
    isWell: (seen) => {
      const row = findReplyRow(seen, said);
      const isSettled = row !== undefined && row.status !== "streaming";
      return !isShown || (isSettled && judgeSavedTurn(seen, turn) === undefined);
    },
    restMs: () => SETTLES_WITHIN_MS,
  });
  if (!isShown || (rows.length === 0 && areRowsRefused(chat, conversation))) return nothing;
  const has_rows = rows.length > 0;
  if (unrest !== undefined) return { ...nothing, row_unrest: unrest, has_rows };
  const found = findReplyRow(rows, said);
  const row: ReplyRow | null =
    found === undefined
      ? null
      : { text: found.content, status: found.status ?? null, model: found.model_name ?? null };
  const problem = judgeSavedTurn(rows, turn);
  const elsewhere = problem?.kind === "not_saved" ? await findAstrayReply(chat, turn, soon()) : undefined;
  const row_problem =
    problem === undefined
      ? null
      : { kind: problem.kind, found: problem.found, ...(elsewhere !== undefined && { elsewhere }) };
  return { row, row_problem, row_unrest: null, has_rows };
}

function areRowsRefused(chat: ChatClient, conversation: string): boolean {
  try {
    chat.requireShownRows?.(conversation);
    return false;
  } catch {
    return true;
  }
}

function soon(): AbortSignal {
  return AbortSignal.timeout(CALL_WITHIN_MS);
}
