import type { ErrorEvent, StreamEvent } from "../../contract/event-schemas.ts";
import { SentMessage } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { isSameText } from "../../targets/compare-texts.ts";
import { refusedWords } from "../../targets/drivers/refusal.ts";
import { failureOf, type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { learnConversation, startTalk, type Talk } from "../any-wire-conversation.ts";
import { type Context, expectAnswer, makeProfile, makeSession } from "../contract-conversations.ts";
import { readReply, readSettledRows } from "../contract-replies.ts";
import { settledRowsOf } from "../conversation-rows.ts";
import { generationsFor } from "../engine-generations.ts";
import { hear } from "../hear-reply.ts";
import { conversationInWords, rowStateInWords } from "../row-words.ts";
import { eventsOf, lastWord } from "../stream-endings.ts";

/** One message, and by which models it went. */
export interface AskedByModel {
  /** Null where it was not told. */
  readonly sessionId: string | null;
  /** The `model` of the message; null where it named none. */
  readonly model: string | null;
  /** `done (stop)`. */
  readonly ended: string;
  readonly error: {
    /** Null where none was told. */
    readonly code: ErrorEvent["code"] | string | null;
    readonly message: string;
  } | null;
  /** The models that the engine was asked for; empty where it was asked for none, or cannot be watched. */
  readonly atEngine: readonly string[];
  /** The reply's row; null where there is none, undefined where nobody could look. */
  readonly row: SeenRow | null | undefined;
  /** By a wire that promises neither words for an error nor a model's name in the row; left out by the contract's own. */
  readonly isOtherWire?: boolean;
}

/** How a message is sent. */
export interface Sending {
  readonly sessionId?: string;
  readonly modelId: number;
  readonly model?: string;
  /** Tells this message from the others of the check. */
  readonly name: string;
}

/** Sends a message and reads its reply to the end, however it ends. */
export async function askByModel(
  context: Context,
  { sessionId, modelId, model, name }: Sending,
): Promise<AskedByModel> {
  await generationsFor(context, "");
  const message = `Say: ${context.canary(name)}`;
  const { hmi } = context.target;
  const given = { session_id: sessionId ?? null, ...(model === undefined ? {} : { model }) };
  const body = { message, model_id: modelId, ...given };
  const path = hmiRoutes.sendMessage.path();
  const call = await hmi.call("POST", path, { body, signal: context.signal });
  const { session_id } = expectAnswer(call, SentMessage);
  const stream = await readReply(context, session_id).ended;
  const rows = await readSettledRows(context, session_id);
  return {
    sessionId: session_id,
    model: model ?? null,
    ended: lastWord(stream),
    error: errorIn(eventsOf(stream)),
    atEngine: (await generationsFor(context, message)).map((generation) => generation.model),
    row: rows.findLast(({ role }) => role === "assistant") ?? null,
  };
}

/** The same on a wire that is none of the contract's, where a message may be refused at once. */
export async function askByWire(
  context: Context,
  { talk, model, name }: { readonly talk: Talk; readonly model: string | undefined; readonly name: string },
): Promise<AskedByModel> {
  await generationsFor(context, "");
  const { chat, capabilities } = context.target;
  const { place, conversation } = talk;
  const text = `Say: ${context.canary(name)}`;
  const sent = await chat.send({ place, conversation, text, model }, context.signal);
  if (sent.conversation !== null) learnConversation(context, talk, sent.conversation);
  const stream = sent.isTaken ? await hear(context, talk, sent).ended : null;
  const isRead = stream !== null && stream.status < 300;
  const hasRows = isRead && talk.conversation !== null && capabilities.has("show rows");
  const rows = hasRows ? await settledRowsOf(context, talk, (seen) => seen.some(isReplyOf(stream))) : [];
  const refused = stream === null ? sent.call : stream;
  return {
    sessionId: talk.conversation,
    model: model ?? null,
    ended: isRead ? lastWord(stream) : "refused",
    error: isRead ? failureIn(stream) : { code: null, message: refusedWords(refused) },
    atEngine: (await generationsFor(context, sent.text)).map((generation) => generation.model),
    row: hasRows ? rowOfReply(rows, stream) : undefined,
    isOtherWire: true,
  };
}

/** The row with the text that was streamed, wherever it stands; else the last of a reply, as rows are told oldest first. */
export function rowOfReply(rows: readonly SeenRow[], stream: SeenStream): SeenRow | null {
  const replies = rows.filter(({ role }) => role === "assistant");
  return replies.findLast(isReplyOf(stream)) ?? replies.at(-1) ?? null;
}

function isReplyOf(stream: SeenStream): (row: SeenRow) => boolean {
  const text = textOf(stream);
  return ({ role, content }) => role === "assistant" && isSameText(content, text);
}

/** {@link askByWire}, in a conversation of its own. */
export async function askAnewByWire(
  context: Context,
  model: string | undefined,
  name: string,
): Promise<AskedByModel> {
  return await askByWire(context, {
    talk: await startTalk(context, { name: "models", options: SHORT_REPLY }),
    model,
    name,
  });
}

function failureIn(stream: SeenStream): AskedByModel["error"] {
  const failure = failureOf(stream);
  return failure === undefined ? null : { code: failure.code, message: failure.message };
}

/** Of a backend that has no `error` event, the failure as its status tells it. */
function errorIn(events: readonly StreamEvent[]): AskedByModel["error"] {
  const error = events.find((event) => event.type === "error");
  if (error !== undefined) return { code: error.code, message: error.message };
  const failed = events.find((event) => event.type === "status_update" && event.status === "error");
  if (failed?.type !== "status_update") return null;
  return { code: null, message: failed.detail ?? "the status error, without a word of why" };
}

/** The profile that most messages of the suite are about; made once. */
export async function plainProfile(context: Context): Promise<number> {
  return await context.share("plain profile", () =>
    makeProfile(context, { name: "models", options: SHORT_REPLY }),
  );
}

/** A conversation of its own for one message, so that no other one's model clings to it. */
export async function askAnew(context: Context, sending: Omit<Sending, "modelId">): Promise<AskedByModel> {
  const modelId = await plainProfile(context);
  return await askByModel(context, { ...sending, modelId, sessionId: await makeSession(context, modelId) });
}

/** Quick: what is said does not matter here. */
export const SHORT_REPLY = { num_predict: 4, stand_in_token_ms: 0 } as const;

/** `a message without a model in conversation 5 ended with done (stop), and left a row complete, by llama3.1:8b`. */
export function describeAsked({ sessionId, model, ended, error, row }: AskedByModel): string {
  const asked = model === null ? "a message without a model" : `a message for "${model}"`;
  const why = error === null ? "" : ` (${error.code === null ? "" : `${error.code}: `}${error.message})`;
  const saved = row === undefined ? "" : `, and left ${rowStateInWords(row)}${savedModelInWords(row)}`;
  return `${asked} in ${conversationInWords(sessionId)} ended with ${ended}${why}${saved}`;
}

/** `, by llama3.1:8b`; nothing where the row does not tell a model, or is not there. */
function savedModelInWords(row: SeenRow | null): string {
  if (row?.model_name === undefined) return "";
  return row.model_name === null ? ", by no model" : `, by ${row.model_name}`;
}

/** Where a model's name is to be found, as far as that can be looked at. */
export function expectedModelInWords({ model, row }: AskedByModel): string {
  return `${model} at the engine${row?.model_name === undefined ? "" : " and in the row"}`;
}

/** Which name is there. */
export function foundModelInWords({ atEngine, row }: AskedByModel): string {
  const inRow = row?.model_name === undefined ? "" : `, ${row.model_name ?? "none"} in the row`;
  return `${atEngine.join(", ") || "nothing"} at the engine${inRow}`;
}
