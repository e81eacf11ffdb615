import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable, Transform } from "node:stream";
import { hostInUrl } from "../contract/address.ts";
import { messageOf } from "../errors.ts";
import { type Exchange, TAP_PATH } from "./exchange.ts";
import { type Entry, Recorder } from "./recorder.ts";
import type { Head, Rewrite, TappedAnswer, TappedRequest } from "./rewrite.ts";

export interface TapOptions {
  /** Where everything is passed on to. */
  readonly upstream: string;
  readonly host?: string;
  /** 0, which is the default, for any free one. */
  readonly port?: number;
  /** What goes wrong on purpose. */
  readonly rewrite?: Rewrite | undefined;
  /** Told of each exchange when it has ended, in whatever way. */
  readonly onEnded?: (exchange: Exchange) => void;
}

/** A proxy that changes nothing, unless it is told to, and writes down everything. */
export interface Tap {
  readonly url: string;
  /** What has passed since the exchange of that number, oldest first. */
  exchangesAfter(id: number): readonly Exchange[];
  close(): Promise<void>;
}

/** What a tap has seen, as it tells it itself. */
export interface TapRecord {
  /** When the tap began, as `Date.now()` tells it: all other times count from then. */
  readonly began_at: number;
  readonly exchanges: readonly Exchange[];
}

/** For so long an idle connection to the upstream is kept, in milliseconds: no server closes one as soon as that. */
const IDLE_MS = 1_000;

/**
 * Starts a tap in front of a service. Bodies stream through as they come, an end that leaves is left at the
 * other end too, and no time is lost but the copying.
 */
export async function startTap(options: TapOptions): Promise<Tap> {
  const recorder = new Recorder(options.onEnded);
  const agent = new Agent({ keepAlive: true, timeout: IDLE_MS });
  const server = createServer((incoming, outgoing) => {
    if (incoming.url?.startsWith(TAP_PATH)) sendExchanges(recorder, incoming, outgoing);
    else void pass({ ...options, agent }, recorder, incoming, outgoing);
  });
  // A model may load for minutes before the first byte: the two ends have their own deadlines.
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.listen(options.port ?? 0, options.host ?? "127.0.0.1");
  await new Promise((resolve, reject) => server.once("listening", resolve).once("error", reject));
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${hostInUrl(address)}:${port}`,
    exchangesAfter: (id) => recorder.after(id),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        agent.destroy();
      }),
  };
}

function sendExchanges(recorder: Recorder, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const after = Number(new URL(incoming.url ?? "", "http://tap").searchParams.get("after") ?? 0);
  outgoing.setHeader("content-type", "application/json; charset=utf-8");
  const record: TapRecord = { began_at: recorder.beganAt, exchanges: recorder.after(after) };
  outgoing.end(JSON.stringify(record));
}

async function pass(
  { upstream, agent, rewrite = {} }: TapOptions & { readonly agent: Agent },
  recorder: Recorder,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { method = "GET", url: path = "/" } = incoming;
  const entry = recorder.begin(method, path, incoming.headers);
  const left = new AbortController();
  outgoing.once("close", () => {
    if (outgoing.writableFinished) return;
    entry.ended("client-left");
    left.abort();
  });
  try {
    const body = await bodyOf(incoming, entry);
    const asked = { method, path, headers: incoming.headers, body };
    const own = await rewrite.answer?.(asked);
    if (own !== undefined) {
      entry.answered(own.status, { ...own.headers });
      outgoing.writeHead(own.status, { "content-type": "application/json", ...own.headers }).end(own.body);
      entry.ended("complete");
      return;
    }
    const sent = rewrite.request?.(asked) ?? asked;
    const answer = await ask(upstream, agent, sent, left.signal);
    await answerWith(answer, sent, rewrite, entry, outgoing);
    entry.ended("complete");
  } catch (error) {
    fail(error, entry, outgoing);
  }
}

/** Requests of a chat stack are small: read whole, so that a rewrite sees what it is about. */
async function bodyOf(incoming: IncomingMessage, entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    entry.passed("request", chunk);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function ask(
  upstream: string,
  agent: Agent,
  request: TappedRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { method, path, body } = request;
  const { connection: _, "transfer-encoding": __, ...headers } = request.headers;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(new URL(path, upstream), {
      method,
      // The Host stays: the upstream compares it with the Origin that the browser sent.
      headers: {
        ...headers,
        ...(body.length > 0 || headers["content-length"] ? { "content-length": body.length } : {}),
      },
      agent,
      signal,
    });
    outgoing.once("response", resolve).once("error", reject).end(body);
  });
}

async function answerWith(
  answer: IncomingMessage,
  request: TappedRequest,
  rewrite: Rewrite,
  entry: Entry,
  outgoing: ServerResponse,
): Promise<void> {
  const seen: TappedAnswer = { request, status: answer.statusCode ?? 502, headers: headersOf(answer) };
  const told = (await rewrite.head?.(seen)) ?? seen;
  entry.answered(told.status, told.headers);
  outgoing.writeHead(told.status, told.headers);
  outgoing.flushHeaders();
  await passOn(answer, [rewrite.body?.(told) ?? []].flat(), outgoing, (bytes) =>
    entry.passed("response", bytes),
  );
}

/**
 * Rejects where either end, or a change between them, breaks off, and ends what is left of them. Not
 * `pipeline`, which makes an abort signal and an error each time, also where all goes well: that was a third of
 * what an exchange cost.
 */
function passOn(
  answer: IncomingMessage,
  changes: readonly Transform[],
  outgoing: ServerResponse,
  passed: (bytes: Buffer) => void,
): Promise<void> {
  const sources = [answer, ...changes];
  return new Promise((resolve, reject) => {
    const breakOff = (error: Error): void => {
      for (const source of sources) source.destroy();
      reject(error);
    };
    for (const source of sources) {
      source.once("error", breakOff).once("close", () => {
        if (!source.readableEnded) breakOff(new Error("the connection was cut"));
      });
    }
    outgoing.once("error", breakOff).once("close", () => {
      if (!outgoing.writableFinished) breakOff(new Error("the client left"));
    });
    outgoing.once("finish", resolve);
    const last = changes.reduce<Readable>((from, change) => from.pipe(change), answer);
    last.on("data", passed).pipe(outgoing);
  });
}

/** The head without what belongs to one connection only. */
function headersOf({ headers }: IncomingMessage): Head {
  const { connection: _, "keep-alive": __, "transfer-encoding": ___, ...rest } = headers;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value ?? ""]));
}

function fail(error: unknown, entry: Entry, outgoing: ServerResponse): void {
  if (outgoing.headersSent) {
    // In mid-answer: what the upstream did is done to the client too.
    entry.ended("upstream-cut");
    outgoing.destroy();
    return;
  }
  entry.ended("unreachable");
  const message = `The tap's upstream does not answer: ${messageOf(error)}.`;
  outgoing.writeHead(502, { "content-type": "application/json" });
  outgoing.end(JSON.stringify({ error: { code: "gateway_error", message } }));
}
