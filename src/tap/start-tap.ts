import {
  Agent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable, Transform } from "node:stream";
import { type Address, addressOfUrl, hostInUrl } from "../contract/address.ts";
import { DEFAULTS } from "../contract/contract-defaults.ts";
import { WireError } from "../contract/wire-error.ts";
import { messageOf } from "../errors/thrown-error.ts";
import { JUDGED_BY_UPSTREAM, localCallersOnly } from "../http-guard/caller-policies.ts";
import { createGuardedServer, deedOf, sendWireError } from "../http-guard/guarded-server.ts";
import { type RecordAccess, recordGuard } from "../http-guard/record-guard.ts";
import { ExchangeRecorder, type OpenExchange } from "./exchange-recorder.ts";
import { type RecordedExchange, TAP_FOLDER, TAP_PATH } from "./recorded-exchange.ts";
import { upstreamTarget } from "./request-target.ts";
import type { Rewrite, TappedAnswer, TappedHead, TappedRequest } from "./tap-rewrite.ts";

/** With who may read its record; the host is 127.0.0.1 where it is left out. */
export interface TapOptions extends Partial<RecordAccess> {
  /** Where everything is passed on to: an `http://` URL, whose path goes before each one that is asked for. */
  readonly upstream: string;
  /** 0, which is the default, for any free one. */
  readonly port?: number;
  /**
   * Who refuses callers by `Host` and `Origin`: the tap, which is the default, and the upstream after it; or the
   * upstream alone, where the tap is there to see whether it does. The tap's own record is guarded either way.
   */
  readonly callersJudgedBy?: "tap" | "upstream";
  /** What goes wrong on purpose. */
  readonly rewrite?: Rewrite | undefined;
  /** Told of each exchange when it has ended, in whatever way. */
  readonly onEnded?: (exchange: RecordedExchange) => void;
}

/** A proxy that changes nothing, unless it is told to, and writes down everything. */
export interface Tap {
  readonly url: string;
  /** What has passed since the exchange of that number, oldest first. */
  exchangesAfter(id: number): readonly RecordedExchange[];
  close(): Promise<void>;
}

/** What a tap has seen, as it tells it itself. */
export interface TapRecord {
  /** When the tap began, as `Date.now()` tells it: all other times count from then. */
  readonly began_at: number;
  /** The number of the newest exchange, whichever are told; 0 before the first. Absent from a tap of an older version. */
  readonly last_id?: number;
  readonly exchanges: readonly RecordedExchange[];
}

/** For this long an idle connection to the upstream is kept, in milliseconds: no server closes one as soon as that. */
const IDLE_MS = 1_000;

/**
 * Starts a tap in front of a service. Bodies stream through as they come, a disconnect on one side is passed on to the
 * other, and no time is lost but the copying.
 */
export async function startTap(options: TapOptions): Promise<Tap> {
  const { host = DEFAULTS.host, allowedHosts, callersJudgedBy = "tap", rewrite = {} } = options;
  const recorder = new ExchangeRecorder(options.onEnded);
  const agent = new Agent({ keepAlive: true, timeout: IDLE_MS });
  const upstream = upstreamOf(options.upstream, agent);
  const names = { host, allowedHosts };
  const record = recordGuard({ ...names, token: options.token });
  const passed = { policy: callersJudgedBy === "upstream" ? JUDGED_BY_UPSTREAM : localCallersOnly(names) };
  const server = createGuardedServer({
    guard: (incoming) => ({ ...(isForTap(incoming) ? record : passed), deed: deedOf(incoming) }),
    answer(incoming, outgoing) {
      if (isForTap(incoming)) sendRecord(recorder, incoming, outgoing);
      else void pass({ upstream, rewrite, recorder }, incoming, outgoing);
    },
  });
  // A model may load for minutes before the first byte: the two ends have their own deadlines.
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.listen(options.port ?? 0, host);
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

/** Whether the tap answers for itself, whatever stands behind it. */
function isForTap({ url = "" }: IncomingMessage): boolean {
  return (upstreamTarget(url, "") ?? "").startsWith(TAP_FOLDER);
}

function sendRecord(recorder: ExchangeRecorder, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const [path, query] = (upstreamTarget(incoming.url ?? "", "") ?? "").split("?", 2);
  const after = Number(new URLSearchParams(query).get("after") ?? 0);
  if (path !== TAP_PATH || incoming.method !== "GET") {
    sendWireError(new WireError("not_found", `Of a tap's own there is only GET ${TAP_PATH}.`), outgoing);
  } else if (Number.isNaN(after)) {
    sendWireError(new WireError("bad_request", "after: must be the number of an exchange."), outgoing);
  } else {
    outgoing.setHeader("content-type", "application/json; charset=utf-8");
    const record: TapRecord = {
      began_at: recorder.beganAt,
      last_id: recorder.lastId,
      exchanges: recorder.after(after),
    };
    outgoing.end(JSON.stringify(record));
  }
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
  outgoing.once("close", () => {
    if (outgoing.writableFinished) return;
    entry.ended("client-left");
    left.abort();
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
    const answer = await ask(upstream, sent, left.signal);
    await answerWith(answer, sent, rewrite, entry, outgoing);
    entry.ended("complete");
  } catch (error) {
    fail(error, entry, outgoing);
  }
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
