import { SentMessage } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun } from "../../harness/define-check.ts";
import { type SeenRow, textOf, type WholeRow } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { readAllRows } from "../contract-replies.ts";
import { endedInWords, eventsOf, lastWord } from "../stream-endings.ts";
import { type Context, getStage, listOwnSessions, type Stage } from "./staged-profiles.ts";

/** The two calls that send a message; the claims are the same for both. */
export type SendEndpoint = "general-stream" | "message";

export interface ModelQuestion {
  readonly endpoint: SendEndpoint;
  readonly message: string;
  /** The profile; undefined for a general message. */
  readonly modelId?: number | undefined;
  readonly sessionId?: string | undefined;
}

/** One message that was sent, its reply, and every row that appeared anywhere because of it. */
export interface ModelExchange {
  readonly asked: ModelQuestion;
  /** True of a target without profiles, or of another wire: nothing is known there of any `model_id`. */
  readonly isForeign: boolean;
  /** True where the contract's own claims are judged of a target that is said to have no profiles. */
  readonly lacksProfiles?: boolean;
  /** In how many other conversations its rows were looked for, too; left out where in all that they may get into. */
  readonly othersSought?: number;
  /** What the sending call answered: for `general-stream` its status and, where it was refused, its body. */
  readonly status: number;
  readonly refusal: unknown;
  /** `GET /api/...` ended with done after 214 ms. */
  readonly seen: string;
  readonly stream: SeenStream;
  readonly streamedText: string;
  readonly ended: string;
  /** Talked on for so long that it was cancelled: how it ends is then as that says. */
  readonly isCut: boolean;
  /** The conversation that the answer named; else the one where the rows appeared; null where none did. */
  readonly sessionId: string | null;
  /** The rows that this exchange added, in whatever conversation they are. */
  readonly newRows: readonly SeenRow[];
  /** `model_id` of each conversation that was looked into. */
  readonly profileOf: Readonly<Record<string, number | null>>;
  /** What reached the engine in the meantime; undefined where it cannot be seen. */
  readonly generations: readonly SeenGeneration[] | undefined;
}

/** Sends one message, reads its reply to the end, and looks where its rows went. */
export async function exchangeByModel(context: Context, question: ModelQuestion): Promise<ModelExchange> {
  const stage = await getStage(context);
  const before = await rowsOfProfiles(context, stage);
  const lastGeneration = await newestGeneration(context);
  const sent = await send(context, question);
  requireReply(sent.stream);
  const after = await rowsOfProfiles(context, stage);
  // A summary or a title that comes meanwhile is no part of the exchange.
  const added = [...after.rows.values()].filter(
    (row) => !before.rows.has(row.message_id) && row.message_type === "chat",
  );
  const newRows = ownRows(added, question.message);
  const generations =
    lastGeneration === undefined
      ? undefined
      : await context.target.generationsAfter(lastGeneration, context.signal);
  const found = newRows.find((row) => row.role === "assistant") ?? newRows[0];
  return {
    asked: question,
    isForeign: false,
    status: sent.status,
    refusal: sent.refusal,
    seen: describeEnding(sent.stream),
    stream: sent.stream,
    streamedText: textOf(sent.stream),
    ended: lastWord(sent.stream),
    isCut: sent.isCut,
    sessionId: sent.sessionId ?? found?.session_id ?? null,
    newRows,
    profileOf: Object.fromEntries(after.profileOf),
    generations,
  };
}

/** Where a message was taken and no reply could be made, nothing is known of where a reply would be saved. */
function requireReply(stream: SeenStream): void {
  for (const { event } of stream.events) {
    if (!("type" in event)) continue;
    if (event.type === "error") throw new CouldNotRun(`${describeEnding(stream)}: ${event.message}`);
    // Some gateways have no `error` event, and say it in the status.
    const isFailure =
      event.type === "status_update" && event.status === "error" && event.detail !== undefined;
    if (isFailure) throw new CouldNotRun(`${describeEnding(stream)}: ${event.detail}`);
  }
}

interface SentQuestion {
  readonly status: number;
  readonly refusal: unknown;
  readonly sessionId: string | null;
  readonly stream: SeenStream;
  readonly isCut: boolean;
}

async function send(context: Context, question: ModelQuestion): Promise<SentQuestion> {
  return question.endpoint === "general-stream"
    ? await sendByStream(context, question)
    : await sendByMessage(context, question);
}

async function sendByStream(
  context: Context,
  { message, modelId, sessionId }: ModelQuestion,
): Promise<SentQuestion> {
  const path = hmiRoutes.generalStream.path(undefined, { message, model_id: modelId, session_id: sessionId });
  const { stream, isCut } = await readReply(context, path, sessionId ?? null);
  const started = eventsOf(stream).find(({ type }) => type === "started");
  const named = started?.type === "started" ? started.session_id : (sessionId ?? null);
  return { status: stream.status, refusal: stream.body, sessionId: named, stream, isCut };
}

async function sendByMessage(context: Context, question: ModelQuestion): Promise<SentQuestion> {
  const { message, modelId = null, sessionId = null } = question;
  const { hmi } = context.target;
  const body = { message, model_id: modelId, session_id: sessionId };
  const answer = await hmi.call("POST", hmiRoutes.sendMessage.path(), { body, signal: context.signal });
  const accepted = SentMessage.safeParse(answer.body);
  if (!accepted.success) {
    const nothing = {
      kind: "stream" as const,
      content_type: "",
      chunks: [],
      events: [],
      facts: [],
      comments_ms: [],
      end: "closed" as const,
    };
    return {
      status: answer.status,
      refusal: answer.body,
      sessionId: null,
      stream: { ...answer, ...nothing },
      isCut: false,
    };
  }
  const { session_id } = accepted.data;
  const path = hmiRoutes.stream.path({ session_id });
  const read = await readReply(context, path, session_id);
  return { status: answer.status, refusal: undefined, sessionId: session_id, ...read };
}

/**
 * A model on a small machine may talk for minutes, and a general message has no profile that keeps its reply short:
 * what still talks after this long is cancelled, in milliseconds. Where it is saved can be seen then, too.
 */
const LONG_REPLY_MS = 1_000;

/** Reads a reply to its end, which is not waited for where it talks on and on. */
async function readReply(
  { target, signal }: Context,
  path: string,
  sessionId: string | null,
): Promise<Pick<SentQuestion, "stream" | "isCut">> {
  let conversation = sessionId;
  let reply: string | null = null;
  let tooLong: NodeJS.Timeout | undefined;
  let isCut = false;
  const cut = (): void => {
    if (conversation === null || target.chat.missingAbilities.cancel !== undefined) return;
    isCut = true;
    // Where that fails, the reply is read to its own end.
    target.chat.cancel({ conversation, reply }, signal).catch(() => undefined);
  };
  try {
    const stream = await target.hmi.stream("GET", path, {
      signal,
      onFact(fact) {
        if (fact.kind === "started") ({ conversation = sessionId, reply } = fact);
        if (fact.kind === "text") tooLong ??= setTimeout(cut, LONG_REPLY_MS);
      },
    });
    return { stream, isCut };
  } finally {
    clearTimeout(tooLong);
  }
}

/** Every row of the conversations that this run's messages may get into, right or wrong. */
async function rowsOfProfiles(context: Context, { profileA, profileB }: Stage) {
  const rows = new Map<string, WholeRow>();
  const profileOf = new Map<string, number | null>();
  for (const modelId of [profileA.modelId, profileB.modelId, "none"] as const) {
    const { sessions } = await listOwnSessions(context, modelId);
    // Of the general ones, the newest are where a stray message goes; reading all would be slow on a full store.
    for (const session of sessions.slice(0, 20)) {
      const stored = await context.target.store?.conversationOf(session.session_id);
      profileOf.set(session.session_id, (stored ?? session).model_id);
      for (const row of await readAllRows(context, session.session_id, 200)) rows.set(row.message_id, row);
    }
  }
  return { rows, profileOf };
}

/** Without the rows of somebody who chats on the same stack meanwhile: those that follow another message. */
function ownRows(rows: readonly WholeRow[], message: string): WholeRow[] {
  const strangers = rows.filter((row) => row.role === "user" && row.content !== message);
  const foreign = new Set(strangers.map((row) => row.session_id));
  return rows.filter((row) => !foreign.has(row.session_id));
}

async function newestGeneration(context: Context): Promise<number | undefined> {
  if (!context.target.capabilities.has("show what reached the engine")) return undefined;
  const generations = await context.target.generationsAfter(0, context.signal);
  return generations.at(-1)?.id ?? 0;
}

/** `GET /api/...` ended with done after 214 ms. */
export function describeEnding(stream: SeenStream): string {
  const path = decodeURIComponent(stream.request.replaceAll("+", " "));
  const result =
    stream.events.length === 0 && stream.facts.length === 0
      ? `answered ${stream.status}`
      : `${endedInWords(stream)} after ${Math.round(stream.duration_ms)} ms`;
  return `${path} ${result}`;
}
