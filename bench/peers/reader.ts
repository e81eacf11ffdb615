/**
 * Reads streams for whoever started it: for each {@link ReadJob} that it is sent, it sends a {@link Reading}.
 * It ends with an error where a stream is cut short, has a token that answers another message, or was
 * saved otherwise than it was read.
 */
import type { IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { now } from "./clock.ts";
import { openWire, type Wire, type WireJob } from "./wires.ts";

/** Streams to be read. */
export interface ReadJob extends WireJob {
  readonly streams: number;
  /** From the start of one stream to the start of the next, in milliseconds. */
  readonly everyMs: number;
  /** Looks at each token: when it came, and which message it answers; without it tokens are only counted. */
  readonly timed: boolean;
}

/** What was read. Times are milliseconds. */
export interface Reading {
  /** From the first message to the end of the last stream. */
  readonly tookMs: number;
  /** The most streams that were open at one time. */
  readonly mostOpen: number;
  /** From the message to the first byte that answers it, one a stream. */
  readonly acceptedMs: readonly number[];
  /** From the message to the first token, one a stream. */
  readonly firstMs: readonly number[];
  /** From the reading of a token to that of the next; those that were read together are one. */
  readonly gapMs: readonly number[];
  /** From the engine's sending to the reading, one a token. */
  readonly transitMs: readonly number[];
}

/** A reading that grows. */
interface Notes {
  open: number;
  mostOpen: number;
  readonly acceptedMs: number[];
  readonly firstMs: number[];
  readonly gapMs: number[];
  readonly transitMs: number[];
}

/** A token as a paced engine sends it: the message that it answers, and when it was sent. */
const TOKEN = /"content":"(?<content>(?<message>\S+) (?<sentAt>\d+) )"/;

let sent = 0;

process.on("message", async (job: ReadJob) => {
  process.send?.(await readAll(job));
});

async function readAll(job: ReadJob): Promise<Reading> {
  const wire = await openWire(job);
  const notes: Notes = { open: 0, mostOpen: 0, acceptedMs: [], firstMs: [], gapMs: [], transitMs: [] };
  const start = now();
  const streams: Promise<[message: string, text: string]>[] = [];
  for (let index = 0; index < job.streams; index += 1) {
    if (index > 0 && job.everyMs > 0) await delay(job.everyMs);
    sent += 1;
    streams.push(readOne(wire, `message-${process.pid}-${sent}`, job, notes));
  }
  const replies = await Promise.all(streams);
  const tookMs = (now() - start) / 1000;
  if (job.timed) await wire.checkSaved(new Map(replies));
  const { open: _, ...reading } = notes;
  return { tookMs, ...reading };
}

/** Sends a message and reads its reply; returns both. */
async function readOne(
  wire: Wire,
  message: string,
  job: ReadJob,
  notes: Notes,
): Promise<[message: string, text: string]> {
  const asked = now();
  const { response, acceptedAt } = await wire.send(message);
  notes.acceptedMs.push((acceptedAt - asked) / 1000);
  notes.open += 1;
  notes.mostOpen = Math.max(notes.mostOpen, notes.open);
  let text = "";
  let count = 0;
  let last = "";
  let before = asked;
  for await (const frames of framesOf(response, wire.separator)) {
    last = frames.at(-1) ?? last;
    const tokens = frames.filter(isToken);
    if (tokens.length === 0) continue;
    const arrived = now();
    (count === 0 ? notes.firstMs : notes.gapMs).push((arrived - before) / 1000);
    before = arrived;
    count += tokens.length;
    if (!job.timed) continue;
    for (const token of tokens) {
      const { sentAt, content } = readToken(token, message);
      notes.transitMs.push((arrived - sentAt) / 1000);
      text += content;
    }
  }
  notes.open -= 1;
  if (count === job.tokens && last.includes(wire.end)) return [message, text];
  throw new Error(
    `${message} was answered with ${count} tokens instead of ${job.tokens}; at the end: ${last}`,
  );
}

/** The frames of a stream, those together that arrived together. */
async function* framesOf(response: IncomingMessage, separator: string): AsyncIterable<string[]> {
  let rest = "";
  for await (const chunk of response.setEncoding("latin1")) {
    const frames = (rest + String(chunk)).split(separator);
    rest = frames.pop() ?? "";
    yield frames;
  }
}

/** Tokens carry a text that is not empty, in all wires; nothing else does. */
function isToken(frame: string): boolean {
  return frame.includes('"content":"') && !frame.includes('"content":""');
}

function readToken(frame: string, message: string): { content: string; sentAt: number } {
  const token = TOKEN.exec(frame)?.groups;
  if (token?.["message"] !== message) throw new Error(`To ${message} came a token of another: ${frame}`);
  return { content: token["content"] ?? "", sentAt: Number(token["sentAt"]) };
}
