/** What a page and its back end said to each other, whatever wrote it down. */
export interface NetworkLog {
  /** The file's name, for people. */
  readonly name: string;
  /** In the order in which they began. */
  readonly exchanges: readonly LoggedExchange[];
}

/** One request with its answer, or one WebSocket. */
export interface LoggedExchange {
  /** Where a person finds it in the log: `entry 12`. */
  readonly where: string;
  /** `WS` for a WebSocket. */
  readonly method: string;
  /** `http://127.0.0.1:3000`, also of a WebSocket. */
  readonly origin: string;
  /** With the query. */
  readonly path: string;
  /** Milliseconds, all by one clock. */
  readonly began_ms: number;
  /** When the last of the answer had come, by the same clock; as far as that was written down. */
  readonly ended_ms: number;
  /** Whether the page closed it before its end, and no `EventSource` was it, which is closed when a reply has ended. */
  readonly isLeft: boolean;
  /** Names in lower case. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** The parsed JSON, a form's fields by their names, or else the text; undefined where there was no body. */
  readonly requestBody: unknown;
  readonly status: number;
  /** Names in lower case. */
  readonly answerHeaders: Readonly<Record<string, string>>;
  /** Without its parameters: `text/event-stream`. */
  readonly contentType: string;
  /** The answer's text; null where the log has none of it. */
  readonly answer: string | null;
  /** Of a WebSocket, in order; else none. */
  readonly frames: readonly LoggedFrame[];
  /** Of one message on a WebSocket on which several were said: where that is in the log. */
  readonly socket?: string;
  /** Of the same: which of its frames carried the message. What came before that is not of its reply. */
  readonly saidAt?: number;
  /** Of a reply that was asked for again and again: each answer; else none. */
  readonly polls: readonly LoggedPoll[];
  /** Which of several calls on one address this is, by a word in it: `chat.say` of JSON-RPC. */
  readonly operation?: string;
  /** The places in the body at which somebody names himself and shows a password, where that is known. */
  readonly login?: { readonly user: string | undefined; readonly passwords: readonly string[] };
  /** Of one reply of a stream that is open for all. */
  readonly channel?: LoggedChannel;
  /** Of a stream that is open for all: how many messages it has replies to, where nothing tells them apart. */
  readonly untoldReplies?: number;
  /** Whether a stream told what it had told before, when it was opened again; that is not in its events here. */
  readonly isToldAgain?: boolean;
}

/** How one reply of a stream that is open for several is told from the others. */
export interface LoggedChannel {
  /** Where its events say whose they are; undefined where they do not, so that only the address and the time tell it. */
  readonly place: string | undefined;
  /** What stands there: this reply's own name, or its conversation's; undefined where nothing has one. */
  readonly value: string | undefined;
  /** Whether it is one of several that have the same name, or none, one after the other. */
  readonly isTurn: boolean;
}

/** One answer to a question that was repeated. */
export interface LoggedPoll {
  readonly text: string;
  readonly status: number;
  readonly began_ms: number;
  readonly ended_ms: number;
}

/** One text frame of a WebSocket. */
export interface LoggedFrame {
  readonly from: "page" | "server";
  readonly text: string;
  readonly at_ms: number;
}

/** `POST /api/chats/7/messages`. */
export function requestOf({ method, path }: Pick<LoggedExchange, "method" | "path">): string {
  return `${method} ${path}`;
}

/** The parsed JSON of a text, or the text where it is none; undefined for none. */
export function jsonOrText(text: string | undefined): unknown {
  if (text === undefined || text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The JSON with something in it that a field of a query is; undefined where it is none. */
export function jsonInQuery(text: string): object | undefined {
  const value = /^[[{]/.test(text) ? jsonOrText(text) : undefined;
  return typeof value === "object" && value !== null ? value : undefined;
}

/** An answer's JSON; undefined where it is none. */
export function jsonAnswer({ answer }: Pick<LoggedExchange, "answer">): unknown {
  const value = jsonOrText(answer ?? undefined);
  return typeof value === "object" && value !== null ? value : undefined;
}

/** What pages load beside what they say: scripts, looks, pictures, fonts. */
const ASSETS = /javascript|^text\/css|^image\/|^font\/|^audio\/|^video\/|wasm/;

/** Whether this may be part of a conversation. */
export function mayBeConversation({ contentType, method }: LoggedExchange): boolean {
  return method !== "OPTIONS" && !ASSETS.test(contentType);
}

/**
 * Whether a call may be one that lists something: it only asks, says by a word in it what it is, or sends nothing but which page of a
 * list it wants.
 */
export function mayList({ method, operation, requestBody, path }: LoggedExchange): boolean {
  if (method === "GET") return true;
  if (method === "WS") return false;
  return operation !== undefined || (method === "POST" && (asksForPage(requestBody) || SEARCH.test(path)));
}

const SEARCH = /\/(?:search|list|query|history)(?:\?|$)/;

/** What is said of a page of a list, at any depth: how much of it, from where, in which order, of which. */
const PAGE_NAME =
  /^(?:pagination|paging|page|page_?size|per_?page|limit|offset|first|last|cursor|before|after|skip|take|count|filters?|where|search|sort\w*|order\w*|\d+)$/i;

function asksForPage(body: unknown): boolean {
  if (typeof body !== "object" || body === null || Object.keys(body).length === 0) return false;
  const areNames = (value: unknown): boolean =>
    typeof value !== "object" ||
    value === null ||
    Object.entries(value).every(([name, inner]) => PAGE_NAME.test(name) && areNames(inner));
  return areNames(body);
}

/**
 * Whether a page itself was asked for, or loaded anew: by its type, or by what was wanted, where the browser had it already and
 * nothing of it came.
 */
export function isPageLoad({ method, contentType, status, requestHeaders }: LoggedExchange): boolean {
  const isKept = status === 304 && /text\/html/.test(requestHeaders["accept"] ?? "");
  return method === "GET" && (contentType === "text/html" || isKept);
}

/** `text/event-stream` of `Text/Event-Stream; charset=utf-8`. */
export function withoutParameters(contentType: string): string {
  return (contentType.split(";")[0] ?? "").trim().toLowerCase();
}
