/** A reader of one reply that loses its connection again and again, and comes back at whichever copy it is led to. */
import { type Message, SentMessage } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun } from "../../harness/define-check.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import { eventsIn, textIn } from "../arrived-events.ts";
import { type Context, expectAnswer, makeProfile, makeSession } from "../contract-conversations.ts";
import { patienceOf } from "../contract-replies.ts";
import { followStream } from "../follow-stream.ts";
import { lookSomewhere, sendSomewhere } from "./call-any-replica.ts";
import { LOOKS, replicaIn, targetReplicas } from "./met-replicas.ts";

/** One connection of the reader. */
export interface MovedPiece {
  readonly copy: string;
  /** With which event id it came back; empty for the first. */
  readonly lastEventId: string;
  readonly stream: Pick<SeenStream, "request" | "status" | "body" | "end">;
  readonly ids: readonly string[];
  readonly text: string;
  /** Whether `done` came. */
  readonly isDone: boolean;
}

/** What a copy showed of the reply. */
export interface MovedLook {
  readonly copy: string;
  readonly status: number;
  /** Null where it showed no reply. */
  readonly row: Pick<Message, "content" | "status"> | null;
}

export interface MovingReader {
  readonly asked: string;
  /** The copy that took the message, and so owns the reply. */
  readonly owner: string;
  readonly pieces: readonly MovedPiece[];
  /** While it ran, after each piece. */
  readonly during: readonly MovedLook[];
  /** The reply as it was saved at its end; null where no copy showed it ended. */
  readonly saved: MovedLook | null;
}

/** The reply takes seconds: in that time each copy has looked for replies that others left. */
const OPTIONS = { num_predict: 300, stand_in_tokens: 64, stand_in_token_ms: 40 };

/** The reader loses its connection after this many tokens. */
const TOKENS_A_PIECE = 8;

/** More connections than that nobody makes for one reply. */
const MOST_PIECES = 60;

/** Reads a reply in pieces, at one copy after the other; once a run. */
export async function moveBetweenReplicas(context: Context): Promise<MovingReader> {
  return await context.share("reader that moves between copies", () => readInPieces(context));
}

async function readInPieces(context: Context): Promise<MovingReader> {
  const modelId = await makeProfile(context, { name: "copies", options: OPTIONS });
  const session_id = await makeSession(context, modelId);
  const asked = `Count to 60. ${context.canary("moving reader")}`;
  const sent = await sendSomewhere(context, { session_id, message: asked });
  expectAnswer(sent, SentMessage);
  const pieces: MovedPiece[] = [];
  const during: MovedLook[] = [];
  // Where a copy refuses the reader, the next may not, and what the copies show of the reply is looked at all the same.
  const isOver = (last = pieces.at(-1)): boolean =>
    last !== undefined && (last.isDone || (last.stream.status !== 200 && hasEnded(during.at(-1))));
  while (pieces.length < MOST_PIECES && !isOver()) {
    pieces.push(await readPiece(context, session_id, pieces.at(-1)));
    during.push(await lookAtReply(context, session_id));
  }
  const last = await pollUntil(
    context,
    LOOKS * patienceOf(context.target),
    () => lookAtReply(context, session_id),
    hasEnded,
  );
  return { asked, owner: replicaIn(sent), pieces, during, saved: hasEnded(last) ? last : null };
}

function hasEnded(look: MovedLook | undefined): boolean {
  return look?.row != null && look.row.status !== "streaming";
}

async function readPiece(
  context: Context,
  session_id: string,
  before: MovedPiece | undefined,
): Promise<MovedPiece> {
  const left = new AbortController();
  let tokens = 0;
  const lastEventId = before?.ids.at(-1) ?? before?.lastEventId ?? "";
  const stream = await followStream(context, {
    client: targetReplicas(context).hmi,
    method: "GET",
    path: hmiRoutes.stream.path({ session_id }),
    ...(lastEventId !== "" && { headers: { "last-event-id": lastEventId } }),
    leave: left.signal,
    onEvent({ event }) {
      if (!("type" in event) || event.type !== "token") return;
      tokens += 1;
      if (tokens === TOKENS_A_PIECE) left.abort();
    },
  });
  const { request, status, body, end } = stream;
  return {
    copy: replicaIn(stream),
    lastEventId,
    stream: { request, status, body, end },
    ids: stream.events.map(({ id }) => id),
    text: textIn(stream.events),
    isDone: eventsIn(stream).some(({ type }) => type === "done"),
  };
}

/** The reply of a conversation that has one, as some copy shows it. */
async function lookAtReply(context: Context, session_id: string): Promise<MovedLook> {
  const { copy, status, messages } = await lookSomewhere(context, session_id);
  const row = messages.findLast(({ role }) => role === "assistant");
  return { copy, status, row: row === undefined ? null : { content: row.content, status: row.status } };
}

/** The reply as it was saved. */
export function requireSaved({ saved }: MovingReader): Pick<Message, "content" | "status"> {
  if (saved?.row == null) throw new CouldNotRun("no copy showed the reply as it has ended");
  return saved.row;
}
