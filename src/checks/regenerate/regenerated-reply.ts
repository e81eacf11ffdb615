import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import { type Message, SentMessage } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun } from "../../harness/define-check.ts";
import type { SeenCall, SeenStream } from "../../targets/http-client.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import { type Context, makeProfile, makeSession } from "../contract-conversations.ts";
import {
  patienceOf,
  type ReplyReading,
  readHistory,
  readReply,
  sendAndReadReply,
} from "../contract-replies.ts";

/** A conversation whose last message was answered, and then asked to be answered again. */
export interface Regenerated {
  readonly sessionId: string;
  /** Before that. */
  readonly before: readonly Message[];
  readonly answer: SeenCall;
  /** The new reply's; null where it was refused. */
  readonly stream: SeenStream | null;
  readonly after: readonly Message[];
  /** When the earlier reply was asked for after that; null where it was shown anyway. */
  readonly back: readonly Message[] | null;
}

/** How it is asked for. */
export interface Regeneration {
  /** Tells this conversation from the others of the check. */
  readonly name: string;
  /** How many messages are sent and answered before; one where this is left out. */
  readonly turns?: number;
  readonly options?: EngineOptions;
  readonly body?: (before: readonly Message[]) => object;
  /** Done while the new reply is being written. */
  readonly meanwhile?: (reading: ReplyReading, sessionId: string) => Promise<void>;
}

/** Quick: what is said does not matter here. */
const QUICK: EngineOptions = { num_predict: 12, stand_in_tokens: 12, stand_in_token_ms: 0 };

/** Has a message answered, and answered again. */
export async function regenerate(
  context: Context,
  { name, turns = 1, options = QUICK, body = () => ({}), meanwhile = async () => undefined }: Regeneration,
): Promise<Regenerated> {
  const sessionId = await makeSession(context, await makeProfile(context, { name: "regenerate", options }));
  for (let turn = 1; turn <= turns; turn += 1) {
    await sendAndReadReply(context, sessionId, `Count to 200. ${context.canary(`${name} ${turn}`)}`);
    await readShown(context, sessionId);
  }
  const before = await readShown(context, sessionId);
  if (before.at(-1)?.status !== "complete") throw new CouldNotRun("there is no good reply to be replaced");
  const path = hmiRoutes.regenerate.path({ session_id: sessionId });
  const { hmi } = context.target;
  const answer = await hmi.call("POST", path, { body: body(before), signal: context.signal });
  const isTaken = answer.status === 200 && SentMessage.safeParse(answer.body).success;
  let stream: SeenStream | null = null;
  if (isTaken) {
    const reading = readReply(context, sessionId);
    await meanwhile(reading, sessionId);
    stream = await reading.ended;
  }
  const after = await readShown(context, sessionId);
  const earlier = before.at(-1)?.message_id ?? "";
  const isShown = after.some(({ message_id }) => message_id === earlier);
  const back = isShown ? null : await goBack(context, sessionId, earlier);
  return { sessionId, before, answer, stream, after, back };
}

/** What is shown of a conversation as soon as no reply is being written: of several versions of a message, one. */
export async function readShown(context: Context, sessionId: string): Promise<readonly Message[]> {
  return await pollUntil(
    context,
    patienceOf(context.target),
    async () => (await readHistory(context, sessionId)).filter((row) => row.message_type === "chat"),
    (rows) => rows.every((row) => row.status !== "streaming"),
  );
}

/** Has the way shown that a message is on; what is shown then, which is no other where that was refused. */
export async function goBack(
  context: Context,
  session_id: string,
  message_id: string,
): Promise<readonly Message[]> {
  const path = hmiRoutes.chooseVersion.path({ session_id });
  const { hmi } = context.target;
  await hmi.call("POST", path, { body: { message_id }, signal: context.signal });
  return await readShown(context, session_id);
}

/** Rows as few words as tell what each is. */
export function rowsInWords(rows: readonly Message[]): string {
  return rows.map(({ message_id, role, status }) => `${role} ${message_id} ${status}`).join(", ") || "none";
}

/** Whether two readings show the same rows with the same texts. */
export function areSame(before: readonly Message[], after: readonly Message[]): boolean {
  const told = (rows: readonly Message[]): string =>
    JSON.stringify(rows.map(({ message_id, status, content }) => [message_id, status, content]));
  return told(before) === told(after);
}
