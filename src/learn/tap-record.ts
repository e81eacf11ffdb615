import * as z from "zod/mini";
import { textOfChunks } from "../tap/recorded-exchange.ts";
import {
  jsonOrText,
  type LoggedExchange,
  type LoggedFrame,
  type NetworkLog,
  withoutParameters,
} from "./network-log.ts";
import { readRequestBody } from "./request-body.ts";

const Part = z.object({
  headers: z.record(z.string(), z.string()),
  chunks: z.array(z.object({ at_ms: z.number(), latin1: z.string() })),
});

/** An exchange as a tap writes it down. */
const Tapped = z.object({
  id: z.number(),
  method: z.string(),
  path: z.string(),
  request: Part,
  began_ms: z.number(),
  ended_ms: z.nullish(z.number()),
  ended: z.optional(z.string()),
  status: z.nullable(z.number()),
  response: Part,
});
const TapRecord = z.object({ exchanges: z.array(Tapped) });

/**
 * Reads what a tap has recorded: the lines of `stack tap --record FILE`, or what it tells of itself. Undefined where it
 * is neither.
 */
export function readTapRecord(name: string, text: string): NetworkLog | undefined {
  const tapped = exchangesIn(text);
  if (tapped === undefined) return undefined;
  return { name, exchanges: tapped.map(exchangeOf).toSorted((a, b) => a.began_ms - b.began_ms) };
}

function exchangesIn(text: string): readonly z.infer<typeof Tapped>[] | undefined {
  const whole = TapRecord.safeParse(jsonOrText(text));
  if (whole.success) return whole.data.exchanges;
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const read = z.array(Tapped).safeParse(lines.map(jsonOrText));
  return read.success && lines.length > 0 ? read.data : undefined;
}

function exchangeOf({
  id,
  method,
  path,
  request,
  began_ms,
  ended_ms,
  ended,
  status,
  response,
}: z.infer<typeof Tapped>) {
  const isSocket = status === 101;
  const sent = isSocket ? "" : textOfChunks(request);
  const got = isSocket ? "" : textOfChunks(response);
  return {
    where: `exchange ${id}`,
    method: isSocket ? "WS" : method,
    // What was asked is the tap; what is behind it only the person knows who started it.
    origin: `http://${request.headers["host"] ?? "127.0.0.1"}`,
    path,
    began_ms,
    ended_ms: ended_ms ?? began_ms,
    // A page that is left, or loaded again, drops its WebSocket, and ends no reply by that.
    isLeft: ended === "client-left" && !isSocket,
    requestHeaders: request.headers,
    requestBody: readRequestBody(sent, request.headers["content-type"] ?? ""),
    status: status ?? 0,
    answerHeaders: response.headers,
    contentType: withoutParameters(response.headers["content-type"] ?? ""),
    answer: got === "" ? null : got,
    frames: isSocket
      ? [...framesOf("page", request), ...framesOf("server", response)].toSorted((a, b) => a.at_ms - b.at_ms)
      : [],
    polls: [],
  } satisfies LoggedExchange;
}

function framesOf(from: LoggedFrame["from"], { chunks }: z.infer<typeof Part>): LoggedFrame[] {
  return chunks.map((chunk) => ({ from, text: textOfChunks({ chunks: [chunk] }), at_ms: chunk.at_ms }));
}
