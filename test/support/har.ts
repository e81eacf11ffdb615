/** One exchange of a HAR that a test writes itself. */
export interface HarEntry {
  /** `POST http://127.0.0.1:8000/chat`, or `WS ws://...`. */
  readonly request: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly status?: number;
  readonly answerHeaders?: Readonly<Record<string, string>>;
  /** How long its answer came, in milliseconds. */
  readonly took_ms?: number;
  /** Of the answer; JSON where it is left out. */
  readonly type?: string;
  /** Text as it is, anything else as JSON; undefined for none. */
  readonly answer?: unknown;
  /** Of a WebSocket: what the page sent (`> ...`) and what came (`< ...`). */
  readonly frames?: readonly string[];
}

/** A HAR as Chromium writes it, of exchanges a second apart. */
export function harOf(...entries: readonly HarEntry[]): unknown {
  return { log: { version: "1.2", entries: entries.map(entryOf) } };
}

function entryOf(
  { request, headers = {}, body, status = 200, answerHeaders = {}, took_ms, type, answer, frames }: HarEntry,
  index: number,
) {
  const [method = "", url = ""] = request.split(" ");
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  return {
    startedDateTime: new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString(),
    ...(took_ms !== undefined && { time: took_ms }),
    request: {
      method: method === "WS" ? "GET" : method,
      url,
      headers: asList(headers),
      ...(body !== undefined && { postData: { mimeType: "application/json", text: JSON.stringify(body) } }),
    },
    response: {
      status,
      headers: asList(answerHeaders),
      content: { mimeType: type ?? "application/json; charset=utf-8", ...(text !== undefined && { text }) },
    },
    ...(frames !== undefined && {
      _webSocketMessages: frames.map((frame, at) => ({
        type: frame.startsWith(">") ? "send" : "receive",
        time: Date.UTC(2026, 0, 1, 0, 0, index) / 1000 + at / 1000,
        opcode: 1,
        data: frame.slice(2),
      })),
    }),
  };
}

function asList(headers: Readonly<Record<string, string>>) {
  return Object.entries(headers).map(([name, value]) => ({ name, value }));
}

/** Server-sent events with this JSON, or text, as their data. */
export function eventsOf(...data: readonly unknown[]): string {
  return data.map((each) => `data: ${typeof each === "string" ? each : JSON.stringify(each)}\n\n`).join("");
}
