/** Reads streams for whoever started it: for each {@link ReadJob} that it is sent, it sends a {@link Reading}. */
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { now } from "./clock.ts";

/** Streams to be read. */
export interface ReadJob {
  readonly url: string;
  /** Events of a gateway, or lines of an engine. */
  readonly wire: "sse" | "ndjson";
  readonly streams: number;
  /** Tokens of each stream. */
  readonly tokens: number;
  /** From the start of one stream to the start of the next, in milliseconds. */
  readonly everyMs: number;
  /** Takes the time of each token; without it tokens are only counted. */
  readonly timed: boolean;
}

/** What was read. Times are milliseconds. */
export interface Reading {
  /** From the first request to the end of the last stream. */
  readonly tookMs: number;
  /** From the request to the first token, one a stream. */
  readonly firstMs: readonly number[];
  /** From the engine's sending to the reading, one a token. */
  readonly transitMs: readonly number[];
}

const WIRES = {
  sse: { path: "/chat/stream", separator: "\n\n" },
  ndjson: { path: "/api/chat", separator: "\n" },
} as const;

const agent = new Agent({ keepAlive: true });
let started = 0;

process.on("message", async (job: ReadJob) => {
  process.send?.(await readAll(job));
});

async function readAll(job: ReadJob): Promise<Reading> {
  const start = now();
  const firstMs: number[] = [];
  const transitMs: number[] = [];
  const streams: Promise<void>[] = [];
  for (let index = 0; index < job.streams; index += 1) {
    if (index > 0 && job.everyMs > 0) await delay(job.everyMs);
    streams.push(readOne(job, firstMs, transitMs));
  }
  await Promise.all(streams);
  return { tookMs: (now() - start) / 1000, firstMs, transitMs };
}

async function readOne(job: ReadJob, firstMs: number[], transitMs: number[]): Promise<void> {
  const { separator } = WIRES[job.wire];
  const asked = now();
  const response = await open(job);
  let rest = "";
  let tokens = 0;
  for await (const chunk of response.setEncoding("latin1")) {
    const frames = (rest + String(chunk)).split(separator);
    rest = frames.pop() ?? "";
    const arrived = now();
    for (const frame of frames) {
      if (!isToken(frame)) continue;
      if (tokens === 0) firstMs.push((arrived - asked) / 1000);
      tokens += 1;
      if (job.timed) transitMs.push((arrived - sentAt(frame)) / 1000);
    }
  }
  if (tokens !== job.tokens) throw new Error(`${tokens} tokens came instead of ${job.tokens}.`);
}

async function open({ url, wire, tokens }: ReadJob): Promise<IncomingMessage> {
  started += 1;
  const key = `${process.pid}-${started}`;
  const outgoing = request(`${url}${WIRES[wire].path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    agent,
  });
  outgoing.end(
    JSON.stringify({
      session_id: key,
      message_id: key,
      agent_id: "bench",
      model: "canned",
      content: "Hello",
      options: { num_predict: tokens },
    }),
  );
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}.`);
  return response;
}

/** Tokens carry a text that is not empty, in both wires; nothing else does. */
function isToken(frame: string): boolean {
  return frame.includes('"content":"') && !frame.includes('"content":""');
}

function sentAt(frame: string): number {
  return Number(/"content":"(\d+) "/.exec(frame)?.[1]);
}
