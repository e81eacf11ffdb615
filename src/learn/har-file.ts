import * as z from "zod/mini";
import { UserError } from "../errors/user-error.ts";
import { beforeMisreading } from "../targets/mojibake.ts";
import { type LoggedExchange, type LoggedFrame, type NetworkLog, withoutParameters } from "./network-log.ts";
import { readRequestBody } from "./request-body.ts";

const Headers = z.array(z.object({ name: z.string(), value: z.string() }));

/** A HAR 1.2 entry, as far as it is read; the fields with `_` are those that Chromium adds. */
const Entry = z.object({
  startedDateTime: z.string(),
  time: z.optional(z.nullable(z.number())),
  request: z.object({
    method: z.string(),
    url: z.string(),
    headers: z._default(Headers, []),
    postData: z.optional(
      z.object({
        mimeType: z.optional(z.string()),
        text: z.optional(z.string()),
        /** The fields of a form, in place of its text. */
        params: z.optional(z.array(z.object({ name: z.string(), value: z.optional(z.string()) }))),
      }),
    ),
  }),
  response: z.object({
    status: z.number(),
    headers: z._default(Headers, []),
    content: z._default(
      z.object({
        mimeType: z.optional(z.string()),
        text: z.optional(z.string()),
        encoding: z.optional(z.string()),
      }),
      {},
    ),
    _error: z.optional(z.nullable(z.string())),
    _failureText: z.optional(z.string()),
  }),
  _resourceType: z.optional(z.string()),
  _webSocketMessages: z.optional(
    z.array(z.object({ type: z.string(), time: z.number(), opcode: z.number(), data: z.string() })),
  ),
  _eventSourceMessages: z.optional(
    z.array(z.object({ eventName: z.optional(z.string()), data: z.string() })),
  ),
});
type Entry = z.infer<typeof Entry>;

const Har = z.object({ log: z.object({ entries: z.array(z.unknown()) }) });

/** Whether this is a HAR, whatever is wrong with its entries. */
export function isHar(value: unknown): boolean {
  return Har.safeParse(value).success;
}

/** Reads the network log that a browser saved. Throws a UserError where an entry is none. */
export function readHar(name: string, value: unknown): NetworkLog {
  const { entries } = Har.parse(value).log;
  const exchanges = entries.flatMap((given, index) => {
    const entry = Entry.safeParse(given);
    if (!entry.success) {
      const [issue] = entry.error.issues;
      throw new UserError(
        "log_unreadable",
        `${name} is no whole HAR: entry ${index + 1} has no ${issue?.path.join(".") ?? "request"}.`,
        { hint: "Save it anew: the network tab's menu, `Save all as HAR with content`." },
      );
    }
    return exchangeOf(entry.data, index + 1) ?? [];
  });
  return { name, exchanges: exchanges.toSorted((a, b) => a.began_ms - b.began_ms) };
}

/** Undefined for what went to no server: `data:`, `blob:`. */
function exchangeOf(entry: Entry, number: number): LoggedExchange | undefined {
  const { request, response } = entry;
  const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
  if (url === undefined || !/^(?:http|ws)s?:$/.test(url.protocol)) return undefined;
  const isSocket = url.protocol.startsWith("ws");
  const began_ms = Date.parse(entry.startedDateTime);
  const requestHeaders = byName(request.headers);
  const { mimeType = requestHeaders["content-type"] ?? "", text, params = [] } = request.postData ?? {};
  const fields = params.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]));
  return {
    where: `entry ${number}`,
    method: isSocket ? "WS" : request.method.toUpperCase(),
    origin: `${url.protocol.replace("ws", "http")}//${url.host}`,
    path: `${url.pathname}${url.search}`,
    began_ms,
    ended_ms: began_ms + Math.max(entry.time ?? 0, 0),
    isLeft: isLeft(entry),
    requestHeaders: { ...(mimeType !== "" && { "content-type": mimeType }), ...requestHeaders },
    requestBody:
      readRequestBody(text, mimeType) ?? (fields.length === 0 ? undefined : Object.fromEntries(fields)),
    status: response.status,
    answerHeaders: byName(response.headers),
    contentType: withoutParameters(response.content.mimeType ?? contentTypeIn(response.headers)),
    answer: answerOf(entry),
    frames: framesOf(entry),
    polls: [],
  };
}

function byName(headers: z.infer<typeof Headers>): Record<string, string> {
  const values = Object.groupBy(headers, ({ name }) => name.toLowerCase());
  return Object.fromEntries(
    Object.entries(values).map(([name, each = []]) => [
      name,
      // Of another header that comes several times the last one counts.
      name === "set-cookie" ? each.map(({ value }) => value).join("\n") : (each.at(-1)?.value ?? ""),
    ]),
  );
}

function contentTypeIn(headers: z.infer<typeof Headers>): string {
  return headers.find(({ name }) => name.toLowerCase() === "content-type")?.value ?? "";
}

function isLeft({ response: { _error, _failureText }, _resourceType: type }: Entry): boolean {
  return type !== "eventsource" && [_error, _failureText].includes("net::ERR_ABORTED");
}

/** Chromium reads what tells no charset as Windows-1252, also where it was sent as UTF-8. It leaves the body of an `EventSource` out, and writes its events beside it. */
function answerOf({ response, _eventSourceMessages: events }: Entry): string | null {
  const { content } = response;
  if (content.text !== undefined && content.text !== "") {
    if (content.encoding === "base64") return Buffer.from(content.text, "base64").toString();
    const isCharsetTold = /charset/i.test(contentTypeIn(response.headers));
    return isCharsetTold ? content.text : (beforeMisreading(content.text) ?? content.text);
  }
  if (events === undefined || events.length === 0) return null;
  return events.map(({ eventName, data }) => eventText(eventName, data)).join("");
}

function eventText(name = "message", data: string): string {
  const lines = data.split("\n").map((line) => `data: ${line}\n`);
  return `${name === "message" ? "" : `event: ${name}\n`}${lines.join("")}\n`;
}

/** Text frames alone: what is binary is no JSON. */
function framesOf({ _webSocketMessages: messages = [] }: Entry): LoggedFrame[] {
  return messages
    .filter(({ opcode }) => opcode === 1)
    .map(({ type, time, data }) => ({
      from: type === "send" ? "page" : "server",
      text: data,
      at_ms: time < 1e11 ? time * 1000 : time,
    }));
}
