import type { CDPSession, Page } from "playwright-core";

/** A frame of a WebSocket, as Chromium's network log exports it. */
export interface HarFrame {
  readonly type: "send" | "receive";
  /** Seconds since 1970. */
  readonly time: number;
  readonly opcode: number;
  readonly data: string;
}

/** An event of an `EventSource`, of which Chromium keeps no body. */
export interface HarEvent {
  /** Seconds since 1970. */
  readonly time: number;
  readonly eventName: string;
  readonly eventId: string;
  readonly data: string;
}

/** One exchange of a HAR 1.2 log; of a WebSocket with its frames, of an `EventSource` with its events. */
export interface HarEntry {
  readonly _resourceType: string;
  readonly startedDateTime: string;
  /** Milliseconds from the request to the last byte. */
  time: number;
  readonly request: object;
  response: {
    status: number;
    statusText: string;
    headers: HarHeader[];
    content: HarContent;
    /** Why it ended before its time: `net::ERR_ABORTED` where the page left it. */
    _error?: string;
  };
  _webSocketMessages?: HarFrame[];
  _eventSourceMessages?: HarEvent[];
}

interface HarHeader {
  readonly name: string;
  readonly value: string;
}

interface HarContent {
  size: number;
  mimeType: string;
  text?: string;
  encoding?: string;
}

interface Open {
  readonly entry: HarEntry;
  /** By the browser's own clock, in seconds. */
  readonly startedAt: number;
  /** Seconds since 1970 minus that clock. */
  readonly offset: number;
}

/**
 * Records what a page exchanges, as "Save all as HAR with content" of Chromium's developer tools does, frames of
 * WebSockets and events of `EventSource`s included, of which playwright's own recorder leaves some out. Returns what ends it.
 */
export async function recordHar(
  page: Page,
  isWanted: (url: string) => boolean,
): Promise<() => Promise<object>> {
  const session = await page.context().newCDPSession(page);
  const entries: HarEntry[] = [];
  const bodies: Promise<void>[] = [];
  const open = new Map<string, Open>();
  const offsets: number[] = [];
  await session.send("Network.enable");

  session.on("Network.requestWillBeSent", ({ requestId, request, timestamp, wallTime, type = "Other" }) => {
    offsets[0] ??= wallTime - timestamp;
    if (!isWanted(request.url)) return;
    const headers = headersOf(request.headers);
    const mimeType = headers.find(({ name }) => name.toLowerCase() === "content-type")?.value ?? "";
    const { method, url, postData: text } = request;
    const entry: HarEntry = {
      _resourceType: type.toLowerCase(),
      startedDateTime: new Date(wallTime * 1000).toISOString(),
      time: 0,
      request: {
        method,
        url,
        httpVersion: "HTTP/1.1",
        headers,
        queryString: [...new URL(url).searchParams].map(([name, value]) => ({ name, value })),
        cookies: [],
        headersSize: -1,
        bodySize: Buffer.byteLength(text ?? ""),
        ...(text !== undefined && { postData: { mimeType, text } }),
      },
      response: { ...NO_ANSWER, headers: [], content: { size: 0, mimeType: "" } },
    };
    entries.push(entry);
    open.set(requestId, { entry, startedAt: timestamp, offset: wallTime - timestamp });
  });
  session.on("Network.responseReceived", ({ requestId, response }) => {
    const entry = open.get(requestId)?.entry;
    if (entry === undefined) return;
    const { status, statusText, mimeType } = response;
    entry.response = {
      ...NO_ANSWER,
      ...{ status, statusText, headers: headersOf(response.headers), content: { size: 0, mimeType } },
    };
  });
  session.on("Network.loadingFinished", ({ requestId, timestamp }) => {
    const opened = open.get(requestId);
    if (opened === undefined) return;
    opened.entry.time = Math.round((timestamp - opened.startedAt) * 1e6) / 1e3;
    bodies.push(keepBody(session, requestId, opened.entry));
  });
  session.on("Network.loadingFailed", ({ requestId, timestamp, errorText }) => {
    const opened = open.get(requestId);
    if (opened === undefined) return;
    opened.entry.time = Math.round((timestamp - opened.startedAt) * 1e6) / 1e3;
    opened.entry.response._error = errorText;
  });
  session.on("Network.eventSourceMessageReceived", ({ requestId, timestamp, ...event }) => {
    const opened = open.get(requestId);
    if (opened === undefined) return;
    opened.entry._eventSourceMessages ??= [];
    opened.entry._eventSourceMessages.push({ time: timestamp + opened.offset, ...event });
  });
  session.on("Network.webSocketCreated", ({ requestId, url }) => {
    if (!isWanted(url)) return;
    const entry: HarEntry = {
      _resourceType: "websocket",
      startedDateTime: new Date().toISOString(),
      time: 0,
      request: { method: "GET", url, httpVersion: "HTTP/1.1", headers: [], queryString: [], cookies: [] },
      response: { ...NO_ANSWER, status: 101, headers: [], content: { size: 0, mimeType: "x-unknown" } },
      _webSocketMessages: [],
    };
    entries.push(entry);
    open.set(requestId, { entry, startedAt: 0, offset: offsets[0] ?? 0 });
  });
  const keepFrame =
    (type: HarFrame["type"]) =>
    ({ requestId, timestamp, response }: FrameEvent): void => {
      const { opcode, payloadData: data } = response;
      const opened = open.get(requestId);
      opened?.entry._webSocketMessages?.push({ type, time: timestamp + opened.offset, opcode, data });
    };
  session.on("Network.webSocketFrameSent", keepFrame("send"));
  session.on("Network.webSocketFrameReceived", keepFrame("receive"));

  return async () => {
    await Promise.all(bodies);
    const creator = { name: "scripts/real/chromium-har.ts", version: "1" };
    return { log: { version: "1.2", creator, pages: [], entries } };
  };
}

interface FrameEvent {
  readonly requestId: string;
  readonly timestamp: number;
  readonly response: { readonly opcode: number; readonly payloadData: string };
}

const NO_ANSWER = {
  status: 0,
  statusText: "",
  httpVersion: "HTTP/1.1",
  cookies: [],
  redirectURL: "",
  headersSize: -1,
  bodySize: -1,
};

function headersOf(headers: Readonly<Record<string, string>>): HarHeader[] {
  return Object.entries(headers).map(([name, value]) => ({ name, value }));
}

async function keepBody(session: CDPSession, requestId: string, entry: HarEntry): Promise<void> {
  // Of a page that was left meanwhile, the browser has nothing more.
  const seen = await session.send("Network.getResponseBody", { requestId }).catch(() => undefined);
  if (seen === undefined) return;
  const { content } = entry.response;
  content.text = seen.body;
  content.size = Buffer.byteLength(seen.body, seen.base64Encoded ? "base64" : "utf8");
  if (seen.base64Encoded) content.encoding = "base64";
}
