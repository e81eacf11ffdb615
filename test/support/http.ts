import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body as JSON; an empty object where it is not. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says by its expectations what the shape is.
  readonly json: any;
}

export interface Sent {
  method?: string;
  /** Also `host` and `origin`, which `fetch` would not let through. */
  headers?: Record<string, string>;
  /** Sent as JSON unless it is text already. */
  body?: unknown;
}

/** One whole HTTP exchange. The path goes out as it is, not normalised. */
export async function call(base: string, path: string, sent: Sent = {}): Promise<Answer> {
  const response = await open(base, path, sent);
  const body = await text(response);
  return { status: response.statusCode ?? 0, headers: response.headers, body, json: parse(body) };
}

/** The same with the body still to be read. */
export async function open(
  base: string,
  path: string,
  { method, headers, body }: Sent = {},
): Promise<IncomingMessage> {
  const { hostname, port } = new URL(base);
  const content = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const type = content === undefined ? {} : { "content-type": "application/json" };
  const outgoing = request({
    hostname,
    port,
    path,
    method: method ?? (content === undefined ? "GET" : "POST"),
    headers: { ...type, ...headers },
    // A connection for each, so that no test waits for another one's.
    agent: false,
  });
  outgoing.end(content);
  const [response] = await once(outgoing, "response");
  return response;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}
