import type { ServerResponse } from "node:http";
import { drained } from "./drained.ts";

/** How what comes from above is cut, and understood. */
export interface EventSource {
  readonly separator: string;
  eventOf(piece: string): object;
}

/** What another pass-through sends. */
export const EVENTS: EventSource = {
  separator: "\n\n",
  eventOf: (piece) => JSON.parse(piece.slice("data: ".length)),
};

/** Answers with a body as events, all of one chunk in one write; waits where the reader is slow. */
export async function forwardEvents(
  body: AsyncIterable<Uint8Array>,
  response: ServerResponse,
  { separator, eventOf }: EventSource,
): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const utf8 = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    const pieces = (rest + utf8.decode(bytes, { stream: true })).split(separator);
    rest = pieces.pop() ?? "";
    const events = pieces.map((piece) => `data: ${JSON.stringify(eventOf(piece))}\n\n`).join("");
    if (!response.write(events)) await drained(response);
  }
  response.end();
}
