import {
  Agent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from "node:http";
import type { Duplex, Readable, Transform } from "node:stream";
import { type Address, addressOfUrl } from "../contract/address.ts";
import { WireError } from "../contract/wire-error.ts";
import { messageOf } from "../errors/thrown-error.ts";
import { sendWireError } from "../http-guard/guarded-server.ts";
import type { ExchangeRecorder, OpenExchange } from "./exchange-recorder.ts";
import { upstreamTarget } from "./request-target.ts";
import type { Rewrite, TappedAnswer, TappedHead, TappedRequest, TappedText } from "./tap-rewrite.ts";
import { type TappedWebSocket, tapWebSocket } from "./web-socket-tap.ts";

/** Passes exchanges on to one upstream, rewrites them where that is wished, and has them recorded. */
export interface RecordingProxy {
  /** Passes one on; whatever goes wrong is answered, or done to the client as the upstream did it. */
  pass(incoming: IncomingMessage, outgoing: ServerResponse): void;
  /** Passes a WebSocket on; of it texts may be lost. `early`: what came behind its request. */
  passWebSocket(incoming: IncomingMessage, client: Duplex, early: Buffer): void;
  close(): void;
}

/** For this long an idle connection to the upstream is kept, in milliseconds: no server closes one as soon as that. */
const IDLE_MS = 1_000;

/** @param url the upstream's, whose path goes before each one that is asked for */
export function createRecordingProxy(
  url: string,
  rewrite: Rewrite,
  recorder: ExchangeRecorder,
): RecordingProxy {
  const agent = new Agent({ keepAlive: true, timeout: IDLE_MS });
  const sockets = new Set<TappedWebSocket>();
  const passing = { upstream: upstreamOf(url, agent), rewrite, recorder };
  return {
    pass: (incoming, outgoing) => void pass(passing, incoming, outgoing),
    passWebSocket(incoming, client, early) {
      const tapped = passWebSocket(passing, incoming, client, early);
      sockets.add(tapped);
      client.once("close", () => sockets.delete(tapped));
    },
    close() {
      for (const socket of sockets) socket.close();
      agent.destroy();
    },
  };
}

/** Where everything goes, settled once. */
interface Upstream extends Address {
  /** Without a slash at its end. */
  readonly basePath: string;
  readonly agent: Agent;
}

function upstreamOf(url: string, agent: Agent): Upstream {
  return { ...addressOfUrl(url), basePath: new URL(url).pathname.replace(/\/+$/, ""), agent };
}

/** What it needs to pass an exchange on. */
interface Passing {
  readonly upstream: Upstream;
  readonly rewrite: Rewrite;
  readonly recorder: ExchangeRecorder;
}

async function pass(
  { upstream, rewrite, recorder }: Passing,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { method = "GET", url: target = "/" } = incoming;
  const path = upstreamTarget(target, "");
  if (path === undefined) {
    sendWireError(new WireError("bad_request", "The request target is no path."), outgoing);
    return;
  }
  const entry = recorder.begin(method, path, incoming.headers);
  const left = new AbortController();
  let isOutlived = (): boolean => false;
  outgoing.once("close", () => {
    if (outgoing.writableFinished) return;
    entry.ended("client-left");
    if (!isOutlived()) left.abort();
  });
  try {
    const body = await bodyOf(incoming, entry);
    const hosts = incoming.headersDistinct["host"] ?? [];
    const asked = { method, path, headers: incoming.headers, hosts, body };
    const own = await rewrite.answer?.(asked);
    if (own !== undefined) {
      const headers = { "content-type": "application/json", ...own.headers };
      entry.answered(own.status, headers);
      entry.passed("response", Buffer.from(own.body));
      outgoing.writeHead(own.status, headers).end(own.body);
      entry.ended("complete");
      return;
    }
    const sent = rewrite.request?.(asked) ?? asked;
    isOutlived = () => rewrite.outlivesClient?.(sent) === true;
    const answer = await ask(upstream, sent, left.signal);
    if (outgoing.destroyed) {
      answer.resume();
      return;
    }
    await answerWith(answer, sent, rewrite, entry, outgoing);
    entry.ended("complete");
  } catch (error) {
    fail(error, entry, outgoing);
  }
}

function passWebSocket(
  { upstream: { host, port, basePath }, rewrite, recorder }: Passing,
  incoming: IncomingMessage,
  client: Duplex,
  early: Buffer,
): TappedWebSocket {
  const { method = "GET", url: target = "/", headers } = incoming;
  const path = upstreamTarget(target, "") ?? "/";
  // Nobody could read texts that the two ends have agreed to compress.
  const { "sec-websocket-extensions": _, ...sent } = headers;
  const to = upstreamTarget(path, basePath) ?? basePath;
  const handshake = httpRequest({ host, port, method, path: to, headers: sent, agent: false });
  const losesText = rewrite.losesText?.bind(rewrite);
  const loses = losesText && ((from: TappedText["from"], text: string) => losesText({ from, path, text }));
  return tapWebSocket(handshake, client, early, recorder.begin(method, path, headers), loses);
}

/** Requests of a chat stack are small: read whole, so that a rewrite sees what it is about. */
async function bodyOf(incoming: IncomingMessage, entry: OpenExchange): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    entry.passed("request", chunk);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What belongs to one connection only (RFC 9110, section 7.6.1), and what the tap has met by itself. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

function ask(
  { host, port, basePath, agent }: Upstream,
  request: TappedRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { method, body } = request;
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !HOP_BY_HOP.has(name)),
  );
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      host,
      port,
      method,
      path: upstreamTarget(request.path, basePath) ?? basePath,
      // The Host stays: the upstream compares it with the Origin that the browser sent.
      headers: withHosts(request.hosts, {
        ...headers,
        ...(body.length > 0 || headers["content-length"] ? { "content-length": body.length } : {}),
      }),
      agent,
      signal,
    });
    outgoing.once("response", resolve).once("error", reject).end(body);
  });
}

/** The headers as they are sent, with each `Host` where a request has several: only as a list does Node send them. */
function withHosts(hosts: readonly string[], headers: OutgoingHttpHeaders): OutgoingHttpHeaders | string[] {
  if (hosts.length < 2) return headers;
  const { host: _, ...others } = headers;
  const rest = Object.entries(others).flatMap(([name, value]) => [name, String(value)]);
  return [...hosts.flatMap((host) => ["host", host]), ...rest];
}

async function answerWith(
  answer: IncomingMessage,
  request: TappedRequest,
  rewrite: Rewrite,
  entry: OpenExchange,
  outgoing: ServerResponse,
): Promise<void> {
  const seen: TappedAnswer = { request, status: answer.statusCode ?? 502, headers: headersOf(answer) };
  const told = (await rewrite.head?.(seen)) ?? seen;
  entry.answered(told.status, told.headers);
  outgoing.writeHead(told.status, told.headers);
  outgoing.flushHeaders();
  const changes = [rewrite.body?.(told) ?? []].flat();
  const isOutlived = (): boolean => rewrite.outlivesClient?.(request) === true;
  await passOn(answer, changes, { outgoing, isOutlived, passed: (bytes) => entry.passed("response", bytes) });
}

/** Where an answer is passed on. */
interface PassedTo {
  readonly outgoing: ServerResponse;
  /** Whether the answer is read to its end when its client has left. */
  isOutlived(): boolean;
  passed(bytes: Buffer): void;
}

/**
 * Rejects where either end, or a change between them, breaks off, and ends what is left of them. Not
 * `pipeline`, which makes an abort signal and an error each time, also where all goes well: that was a third of
 * what an exchange cost.
 */
function passOn(
  answer: IncomingMessage,
  changes: readonly Transform[],
  { outgoing, isOutlived, passed }: PassedTo,
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
      if (outgoing.writableFinished) return;
      if (!isOutlived()) return breakOff(new Error("the client left"));
      last.unpipe(outgoing).resume();
      resolve();
    });
    outgoing.once("finish", resolve);
    const last = changes.reduce<Readable>((from, change) => from.pipe(change), answer);
    last.on("data", passed).pipe(outgoing);
  });
}

/** The head without what belongs to one connection only. */
function headersOf({ headers }: IncomingMessage): TappedHead {
  const { connection: _, "keep-alive": __, "transfer-encoding": ___, ...rest } = headers;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value ?? ""]));
}

function fail(error: unknown, entry: OpenExchange, outgoing: ServerResponse): void {
  if (outgoing.headersSent) {
    // In mid-answer: what the upstream did is done to the client too.
    entry.ended("upstream-cut");
    outgoing.destroy();
    return;
  }
  entry.ended("unreachable");
  sendWireError(
    new WireError("gateway_error", `The tap's upstream does not answer: ${messageOf(error)}.`),
    outgoing,
  );
}
