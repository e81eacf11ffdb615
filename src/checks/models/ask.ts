import type { ErrorEvent, StreamEvent } from "../../contract/events.ts";
import { type Message, SentMessage } from "../../contract/hmi.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { generationsFor } from "../engine-record.ts";
import { readReply, readSettledRows } from "../reading.ts";
import { type Context, expectAnswer, makeProfile, makeSession } from "../stage.ts";
import { eventsOf, lastWord } from "../stream-words.ts";

/** One message, and by which models it went. */
export interface Asked {
  readonly sessionId: string;
  /** The `model` of the message; null where it named none. */
  readonly model: string | null;
  /** `done (stop)`. */
  readonly ended: string;
  readonly error: Pick<ErrorEvent, "code" | "message"> | null;
  /** The models that the engine was asked for; empty where it was asked for none, or cannot be watched. */
  readonly atEngine: readonly string[];
  /** The reply's row. */
  readonly row: Message | null;
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
export async function ask(context: Context, { sessionId, modelId, model, name }: Sending): Promise<Asked> {
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

/** Of a backend that has no `error` event, the failure as its status tells it. */
function errorIn(events: readonly StreamEvent[]): Asked["error"] {
  const error = events.find((event) => event.type === "error");
  if (error !== undefined) return { code: error.code, message: error.message };
  const failed = events.find((event) => event.type === "status_update" && event.status === "error");
  if (failed?.type !== "status_update") return null;
  return { code: "no code", message: failed.detail ?? "the status error" };
}

/** The profile that most messages of the suite are about; made once. */
export async function plainProfile(context: Context): Promise<number> {
  return await context.share("plain profile", () => makeProfile(context, { name: "models", options: SHORT }));
}

/** A conversation of its own for one message, so that no other one's model clings to it. */
export async function askAnew(context: Context, sending: Omit<Sending, "modelId">): Promise<Asked> {
  const modelId = await plainProfile(context);
  return await ask(context, { ...sending, modelId, sessionId: await makeSession(context, modelId) });
}

/** Quick: what is said does not matter here. */
export const SHORT = { num_predict: 4, stand_in_token_ms: 0 } as const;

/** `a message without a model in conversation 5 ended with done (stop), its row is complete, by llama3.1:8b`. */
export function describe({ sessionId, model, ended, error, row }: Asked): string {
  const asked = model === null ? "a message without a model" : `a message for "${model}"`;
  const why = error === null ? "" : ` (${error.code})`;
  const saved = row === null ? "missing" : `${row.status}, by ${row.model_name ?? "no model"}`;
  return `${asked} in conversation ${sessionId} ended with ${ended}${why}, its row is ${saved}`;
}
