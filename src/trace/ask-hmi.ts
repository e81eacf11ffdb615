import { setTimeout as delay } from "node:timers/promises";
import { ProfileAnswer } from "../contract/hmi.ts";
import { hmiRoutes } from "../contract/routes.ts";
import { deleteAt, deleteProfile } from "../target/delete-profile.ts";
import type { HttpClient, SeenCall } from "../target/http.ts";
import { type AroundStream, NOTHING_SEEN, problemOf, readHopPass } from "./hop-pass.ts";
import { type HopQuestion, noAnswerWords } from "./hop-question.ts";
import type { HopPass, ReplyRow } from "./trace-report.ts";

/** What a trace makes in an HMI, and how that is undone. */
export interface HmiPlace {
  /** The profile whose options keep the reply short; undefined where the HMI has none. */
  readonly modelId: number | undefined;
  /** The HMI itself, also where the message goes through a proxy: for rows, and to delete what was made. */
  readonly hmi: HttpClient;
  /** What could not be deleted. */
  readonly leftBehind: string[];
}

/** What an HMI does at once where it works, in milliseconds. */
const CALL_WITHIN_MS = 10_000;

/**
 * Makes a profile for the messages, so that nobody's active conversation changes and the reply is short. An HMI
 * without profiles is asked without one. Throws only the signal's reason.
 */
export async function openHmiPlace(
  hmi: HttpClient,
  { options, isOurWire }: Pick<HopQuestion, "options" | "isOurWire">,
  signal: AbortSignal,
): Promise<HmiPlace> {
  const leftBehind: string[] = [];
  if (Object.keys(options).length === 0) return { modelId: undefined, hmi, leftBehind };
  const draft = {
    name: "stack trace",
    description: "Made by stack trace; deleted when it ends.",
    instructions: "",
    settings: { options, ...(isOurWire && { think: false }) },
  };
  try {
    const made = await hmi.call("POST", hmiRoutes.newProfile.path(), { body: draft, signal: soon() });
    return { modelId: ProfileAnswer.safeParse(made.body).data?.profile.model_id, hmi, leftBehind };
  } catch {
    signal.throwIfAborted();
    return { modelId: undefined, hmi, leftBehind };
  }
}

/** Deletes the profile, and what is left of its conversations. Never throws: what stays is in `leftBehind`. */
export async function closeHmiPlace({ hmi, modelId, leftBehind }: HmiPlace): Promise<void> {
  if (modelId === undefined) return;
  await deleteProfile(hmi, { model_id: modelId }, soon()).catch(() => {
    leftBehind.push(`model profile ${modelId}`);
  });
}

/** Sends the message through an HMI, or through a proxy before it, as a browser does, and looks at its row. Throws only the signal's reason. */
export async function askHmi(
  asked: HttpClient,
  place: HmiPlace,
  question: HopQuestion,
  signal: AbortSignal,
): Promise<HopPass> {
  const start = performance.now();
  const sentAt = new Date().toISOString();
  const seen = { ...NOTHING_SEEN, sent_at: sentAt };
  const until = AbortSignal.timeout(question.patienceMs);
  const send = `POST ${hmiRoutes.sendMessage.path()}`;
  let answer: SeenCall;
  try {
    // Not bound to Ctrl-C: a call that is cut off may leave a conversation behind that nobody knows of.
    answer = await sendMessage(asked, place, question, until);
  } catch (error) {
    signal.throwIfAborted();
    return { ...seen, request: send, problem: noAnswerWords(error, question.patienceMs) };
  }
  const acceptedMs = answer.duration_ms;
  const { session_id, assistant_message_id } = idsIn(answer.body);
  if (session_id === null) {
    signal.throwIfAborted();
    return {
      ...seen,
      request: send,
      status: answer.status,
      accepted_ms: acceptedMs,
      problem: problemOf(answer),
    };
  }
  const around = { offsetMs: performance.now() - start, sentAt, acceptedMs };
  try {
    signal.throwIfAborted();
    const pass = await readStream(asked, session_id, around, AbortSignal.any([signal, until]), question);
    signal.throwIfAborted();
    return { ...pass, ...(await findRow(place.hmi, session_id, assistant_message_id, pass, signal)) };
  } finally {
    await deleteAt(place.hmi, hmiRoutes.deleteSession.path({ session_id }), soon()).catch(() => {
      place.leftBehind.push(`conversation ${session_id}`);
    });
  }
}

async function sendMessage(
  asked: HttpClient,
  { modelId }: HmiPlace,
  { message, model, agentId }: HopQuestion,
  signal: AbortSignal,
): Promise<SeenCall> {
  const body = {
    session_id: null,
    message,
    agent_id: agentId,
    ...(model !== null && { model }),
    ...(modelId !== undefined && { model_id: modelId }),
  };
  return await asked.call("POST", hmiRoutes.sendMessage.path(), { body, signal });
}

async function readStream(
  asked: HttpClient,
  session_id: string,
  around: AroundStream,
  signal: AbortSignal,
  { patienceMs }: HopQuestion,
): Promise<HopPass> {
  const path = hmiRoutes.stream.path({ session_id });
  try {
    // Who holds a stream back to compress it does so for browsers, which accept that.
    const headers = { "accept-encoding": "gzip, deflate, br" };
    return readHopPass(await asked.stream("GET", path, { signal, headers }), around);
  } catch (error) {
    return {
      ...NOTHING_SEEN,
      request: `GET ${path}`,
      sent_at: around.sentAt,
      accepted_ms: around.acceptedMs,
      problem: noAnswerWords(error, patienceMs),
    };
  }
}

/** How long a row may take to be as its reply, in milliseconds: whether it is at once is for `stack verify` to say. */
const SETTLES_WITHIN_MS = 3_000;
const LOOK_AGAIN_MS = 50;

/** Looks until the reply's row holds what was streamed and is not `streaming`, or for a while. */
async function findRow(
  hmi: HttpClient,
  session_id: string,
  assistantId: string | null,
  { text }: HopPass,
  signal: AbortSignal,
): Promise<Pick<HopPass, "row" | "has_rows">> {
  const until = performance.now() + SETTLES_WITHIN_MS;
  for (;;) {
    const rows = await readRows(hmi, session_id);
    const row = rows?.findLast(
      ({ id, isReply }) => isReply && (assistantId === null || id === assistantId),
    )?.row;
    const isSettled = row !== undefined && row.status !== "streaming" && row.text === text;
    if (rows === undefined || isSettled || performance.now() > until) {
      return { row: row ?? null, has_rows: rows !== undefined && rows.length > 0 };
    }
    await delay(LOOK_AGAIN_MS, undefined, { signal });
  }
}

interface FoundRow {
  readonly id: string | null;
  readonly isReply: boolean;
  readonly row: ReplyRow;
}

/** The rows of a conversation, as far as they are told; undefined where nobody tells any. */
async function readRows(hmi: HttpClient, session_id: string): Promise<FoundRow[] | undefined> {
  try {
    const { status, body } = await hmi.call("GET", hmiRoutes.messages.path({ session_id }), {
      signal: soon(),
    });
    const { messages } = fieldsOf(body);
    if (status !== 200 || !Array.isArray(messages)) return undefined;
    return messages.map(fieldsOf).map((fields) => ({
      id: idIn(fields["message_id"]),
      isReply: fields["role"] === "assistant" || fields["message_type"] === "assistant",
      row: {
        text: textIn(fields["content"]) ?? "",
        status: textIn(fields["status"]),
        model: textIn(fields["model_name"]),
      },
    }));
  } catch {
    return undefined;
  }
}

function idsIn(body: unknown): { session_id: string | null; assistant_message_id: string | null } {
  const fields = fieldsOf(body);
  return {
    session_id: idIn(fields["session_id"]),
    assistant_message_id: idIn(fields["assistant_message_id"]),
  };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function textIn(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function idIn(value: unknown): string | null {
  return typeof value === "number" ? String(value) : textIn(value);
}

function soon(): AbortSignal {
  return AbortSignal.timeout(CALL_WITHIN_MS);
}
