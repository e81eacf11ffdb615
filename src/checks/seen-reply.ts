import { DEFAULTS } from "../contract/contract-defaults.ts";
import type { EngineOptions, Think } from "../contract/gateway-schemas.ts";
import { SentMessage } from "../contract/hmi-schemas.ts";
import { gatewayRoutes, hmiRoutes } from "../contract/routes.ts";
import { CouldNotRun } from "../harness/define-check.ts";
import { answerExcerpt } from "../targets/answer-excerpt.ts";
import { isSameText } from "../targets/compare-texts.ts";
import { refusedWords } from "../targets/drivers/refusal.ts";
import { type SeenRow, textOf } from "../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../targets/http-client.ts";
import type { SeenGeneration } from "../targets/seen-evidence.ts";
import { learnConversation, startTalk, type Talk } from "./any-wire-conversation.ts";
import { type Context, expectAnswer, makeProfile, makeSession } from "./contract-conversations.ts";
import { readRows } from "./contract-replies.ts";
import { settledRowsOf } from "./conversation-rows.ts";
import { generationsOf, requireAsked } from "./engine-generations.ts";
import { followStream, type StreamReading } from "./follow-stream.ts";
import { hear } from "./hear-reply.ts";
import { WrongRoles } from "./require-right-roles.ts";
import { refusedStream } from "./say-and-hear.ts";

/**
 * The ways to a streamed reply: `message` is the HMI's two calls, `general-stream` its one; `gateway` is the
 * gateway's own, which leaves no rows. Of a target that does not speak the contract there is one, its `wire`.
 */
export type Door = "message" | "general-stream" | "gateway" | "wire";

/** Those of these ways that the target has. */
export function doorsOf({ target }: Context, doors: readonly Door[]): readonly Door[] {
  return target.capabilities.has("speak the contract") ? doors : ["wire"];
}

export interface SeenReplyRequest {
  readonly door: Door;
  /** What it is about, in a word or two that no other request of this check has. */
  readonly name: string;
  /** What is said, before the word; left out: something that takes a while to answer. */
  readonly say?: string;
  /** What the engine is told; a real one ignores the stand-in's own names. */
  readonly options: EngineOptions;
  /** As for {@link makeProfile}. */
  readonly think?: Think;
  /** On a wire that is none of the contract's: that the engine fails may be told by a status of 500 and above. */
  readonly tellsByRefusal?: boolean;
}

/** A message that is about to be sent, by a way of its own to a conversation of its own. */
export interface Prepared extends SeenReplyRequest {
  readonly message: string;
  readonly sessionId: string;
  /** How the reply's stream is opened; the HMI's two calls send the message first. */
  readonly open: () => Promise<Pick<StreamReading, "client" | "method" | "path" | "body">>;
}

/** One message and its streamed reply. */
export interface SeenReply extends SeenReplyRequest {
  readonly message: string;
  readonly sessionId: string;
  readonly stream: SeenStream;
  /** The rows of its conversation after the end of the stream; empty at the gateway, and on a wire that shows none. */
  readonly rows: readonly SeenRow[];
  /** What the engine was asked for this message; null where nobody can tell. */
  readonly generations: readonly SeenGeneration[] | null;
}

const LONG_REQUEST = "Count to 50";

/**
 * Sends a message and reads its reply to the end.
 *
 * @param watch makes what is told of the stream as it arrives; of the contract's ways alone
 */
export async function sendAndSeeReply(
  context: Context,
  request: SeenReplyRequest,
  watch?: (prepared: Prepared) => Pick<StreamReading, "onEvent" | "onComment">,
): Promise<SeenReply> {
  if (request.door === "wire") return await sayByWire(context, request);
  const prepared = await prepare(context, request);
  const reading = await prepared.open();
  const silenceMs = silenceOf(request.options);
  const stream = await followStream(context, { ...reading, ...watch?.(prepared), silenceMs });
  if (stream.status !== 200) {
    throw new CouldNotRun(`${stream.request} answered ${stream.status}: ${answerExcerpt(stream)}`);
  }
  return await seenReply(context, prepared, stream);
}

/** The same on a wire that is none of the contract's. */
async function sayByWire(context: Context, request: SeenReplyRequest): Promise<SeenReply> {
  await generationsOf(context, "");
  const word = context.canary(request.name);
  const { options, think = false } = request;
  const talk = await startTalk(context, { name: "sse", options, think });
  const said = await sayOrRefused(context, talk, `${request.say ?? LONG_REQUEST}, ${word}`);
  const { stream, text } = said;
  const isFailure = stream.status >= 500 && request.tellsByRefusal === true;
  const isRefused = stream.status >= 300 || (!said.isTaken && request.tellsByRefusal !== true);
  if (isRefused && !isFailure) throw new CouldNotRun(refusedWords(stream));
  const isSaved = (rows: readonly SeenRow[]): boolean =>
    isSameText(rows.findLast(({ role }) => role === "assistant")?.content ?? "", textOf(stream));
  const rows =
    context.target.capabilities.has("show rows") && talk.conversation !== null
      ? await settledRowsOf(context, talk, isSaved).catch(noneOfWrongRoles)
      : [];
  const generations = await generationsOf(context, text);
  if (isFailure) requireAsked(generations, stream);
  requireDirected(options, generations);
  return { ...request, message: text, sessionId: talk.conversation ?? "", stream, rows, generations };
}

/** Which of them is the reply's cannot be told, so that its stream alone is judged. */
function noneOfWrongRoles(error: unknown): readonly SeenRow[] {
  if (error instanceof WrongRoles) return [];
  throw error;
}

/** Says something; an answer that refuses it is the stream of a reply that failed at once. */
async function sayOrRefused(
  context: Context,
  talk: Talk,
  asked: string,
): Promise<{ readonly text: string; readonly stream: SeenStream; readonly isTaken: boolean }> {
  const { place, conversation } = talk;
  const sent = await context.target.chat.send({ place, conversation, text: asked }, context.signal);
  if (sent.conversation !== null) learnConversation(context, talk, sent.conversation);
  const { call, text, isTaken } = sent;
  if (isTaken) return { text, stream: await hear(context, talk, sent).ended, isTaken };
  talk.said?.push({ asked: text, text: "" });
  return { text, stream: refusedStream(call), isTaken };
}

/** Makes the conversation of its own, with a profile whose options direct the engine. */
export async function prepare(context: Context, request: SeenReplyRequest): Promise<Prepared> {
  const { hmi, gateway } = context.target;
  await generationsOf(context, "");
  const word = context.canary(request.name);
  const message = `${request.say ?? LONG_REQUEST}, ${word}`;
  if (request.door === "gateway") {
    const body = {
      session_id: word,
      message_id: `${word}-reply`,
      agent_id: DEFAULTS.agentId,
      content: message,
      options: request.options,
      think: request.think ?? false,
    };
    const path = gatewayRoutes.chat.path();
    const open: Prepared["open"] = async () => ({ client: gateway, method: "POST", path, body });
    return { ...request, message, sessionId: word, open };
  }
  const { options, think = false } = request;
  const model_id = await makeProfile(context, { name: "sse", options, think });
  const session_id = await makeSession(context, model_id);
  const open: Prepared["open"] = async () => {
    if (request.door === "general-stream") {
      const path = hmiRoutes.generalStream.path(undefined, { message, model_id, session_id });
      return { client: hmi, method: "GET", path };
    }
    const { signal } = context;
    const body = { session_id, model_id, message };
    expectAnswer(await hmi.call("POST", hmiRoutes.sendMessage.path(), { body, signal }), SentMessage);
    return { client: hmi, method: "GET", path: hmiRoutes.stream.path({ session_id }) };
  };
  return { ...request, message, sessionId: session_id, open };
}

/** What became of a message whose reply was streamed so. */
export async function seenReply(
  context: Context,
  { open: _, ...prepared }: Prepared,
  stream: SeenStream,
): Promise<SeenReply> {
  const rows = prepared.door === "gateway" ? [] : await readRows(context, prepared.sessionId);
  const generations = await generationsOf(context, prepared.message);
  requireDirected(prepared.options, generations);
  return { ...prepared, stream, rows, generations };
}

/**
 * The reply's row; null at the gateway, which has none, and where a wire shows none. Throws CouldNotRun where it is not
 * in its conversation, as it must be by the contract.
 */
export function replyRow({ door, sessionId, rows }: SeenReply): SeenRow | null {
  if (door === "gateway") return null;
  const row = rows.findLast(({ role }) => role === "assistant");
  if (row !== undefined) return row;
  if (door === "wire") return null;
  throw new CouldNotRun(`the reply's row is not in conversation ${sessionId}, so what is in it is not known`);
}

/** How long these options make the engine silent at a time, in milliseconds. */
function silenceOf({ stand_in_load_ms: load, stand_in_pause_ms: pause }: EngineOptions): number {
  return Math.max(Number(load ?? 0), Number(pause ?? 0));
}

/** A reply that was not directed shows nothing of what it was to be directed to. */
function requireDirected(options: EngineOptions, generations: SeenReply["generations"]): void {
  if (generations === null) return;
  for (const generation of generations) {
    const directions = Object.keys(options).filter((name) => name.startsWith("stand_in_"));
    const lost = directions.filter((name) => generation.options[name] !== options[name]);
    if (lost.length > 0) throw new CouldNotRun(`the options ${lost.join(", ")} did not reach the engine`);
  }
}
