import { gatewayRoutes, hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun } from "../../harness/define-check.ts";
import type { SeenRow } from "../../targets/drivers/reply-facts.ts";
import type { SeenEvent, SeenStream } from "../../targets/http-client.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import type { Context } from "../contract-conversations.ts";
import { followStream, type StreamReading } from "../follow-stream.ts";
import { type Door, prepare, seenReply } from "../seen-reply.ts";

/** A reader that lost its connection in mid-reply, and came back with the id of the last event that it had. */
export interface ReconnectedReader {
  readonly door: Door;
  /** What the engine wrote. */
  readonly whole: string;
  readonly lastEventId: string;
  /** What the reader had, that event included. */
  readonly before: readonly SeenEvent[];
  /** What it got when it came back while the reply went on. */
  readonly during: SeenStream;
  /** What it got when it came back once more after the end. */
  readonly after: SeenStream;
  readonly rows: readonly SeenRow[];
  readonly generations: readonly SeenGeneration[] | null;
  readonly message: string;
}

/** Words that are one token each; the engine pauses after the half. */
const WORDS = ["one", " two", " three", " four", " five", " six", " seven", " eight"];
const PAUSE_AFTER = 5;
/** Long enough to come back in it. */
const PAUSE_MS = 100;
/** The reader has this many tokens for sure; others may have been on their way when the connection broke. */
const HAD = 3;

const DOORS: readonly Door[] = ["message", "general-stream", "gateway"];

/** A comeback by every way to a reply. */
export async function reconnectedReaders(context: Context): Promise<readonly ReconnectedReader[]> {
  return await context.share("comebacks", () => Promise.all(DOORS.map((door) => comeBack(context, door))));
}

async function comeBack(context: Context, door: Door): Promise<ReconnectedReader> {
  const options = {
    stand_in_reply: WORDS.join(""),
    stand_in_token_ms: 0,
    stand_in_pause_after: PAUSE_AFTER,
    stand_in_pause_ms: PAUSE_MS,
  };
  const prepared = await prepare(context, { door, name: `comeback ${door}`, options });
  const reading = await prepared.open();
  const left = new AbortController();
  let tokens = 0;
  const first = await followStream(context, {
    ...reading,
    leave: left.signal,
    onEvent({ event }) {
      if ("type" in event && event.type === "token") tokens += 1;
      if (tokens === HAD) left.abort();
    },
  });
  const before = first.events.slice(0, 1 + first.events.findIndex(isTokenNumber(HAD)));
  const lastEventId = before.at(-1)?.id ?? "";
  if (lastEventId === "") {
    throw new CouldNotRun(`${first.request} brought no ${HAD} tokens with ids to come back with`);
  }
  const headers = { "last-event-id": lastEventId };
  const during = await followStream(context, { ...reading, headers });
  // Where it was refused, the reply still runs: the second time is to be after its end.
  if (during.status !== 200) await followStream(context, joining(context, door, prepared.sessionId));
  const after = await followStream(context, { ...reading, headers });
  const { message, rows, generations } = await seenReply(context, prepared, after);
  return { door, whole: WORDS.join(""), lastEventId, before, during, after, rows, generations, message };
}

/** A reader of a conversation's reply that has seen nothing yet. */
function joining({ target }: Context, door: Door, session_id: string): StreamReading {
  if (door === "gateway") {
    return { client: target.gateway, method: "GET", path: gatewayRoutes.resume.path({ session_id }) };
  }
  return { client: target.hmi, method: "GET", path: hmiRoutes.stream.path({ session_id }) };
}

/** True for the event that is the stream's nth token. */
function isTokenNumber(n: number): (seen: SeenEvent) => boolean {
  let count = 0;
  return ({ event }) => {
    if ("type" in event && event.type === "token") count += 1;
    return count === n;
  };
}
