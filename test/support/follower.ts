import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { parseEventId } from "../../src/contract/event-id.ts";
import type { StreamEvent } from "../../src/contract/event-schemas.ts";
import { parseEventData } from "../../src/contract/sse.ts";
import { createSseDecoder } from "../../src/contract/sse-decoder.ts";
import { open } from "./http.ts";
import { textOf, thoughtsOf } from "./streams.ts";

/** How a client's following of a reply stands. */
export type Following =
  | "following"
  /** It was told the end. */
  | "done"
  /** It may come back. */
  | "left"
  /** The service has another reply by now, or answered something else than a stream. */
  | "superseded"
  | "refused";

/** A client that follows one reply over as many connections as it takes, as an `EventSource` does. */
export class Follower {
  readonly path: string;
  /** What came over all connections, in order. */
  readonly events: StreamEvent[] = [];
  readonly ids: string[] = [];
  /** When each event came, on the clock of `performance.now()`. */
  readonly times: number[] = [];
  state: Following = "following";
  /** The status and code of a refusal. */
  refusal: string | undefined;
  readonly #base: string;
  #response: IncomingMessage | undefined;
  #isLeaving = false;

  constructor(base: string, path: string) {
    this.#base = base;
    this.path = path;
  }

  /** The reply that is followed; undefined before its first event. */
  get messageId(): string | undefined {
    return parseEventId(this.ids[0] ?? "")?.messageId;
  }

  get text(): string {
    return textOf(this.events);
  }

  get thoughts(): string {
    return thoughtsOf(this.events);
  }

  /** Connects, and reads until the stream ends or the client leaves. Throws where the stream is cut off. */
  async follow(): Promise<void> {
    this.#isLeaving = false;
    this.state = "following";
    const lastEventId = this.ids.at(-1);
    const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
    const response = await open(this.#base, this.path, { headers });
    if (response.statusCode === 204) {
      response.resume();
      // Said only to whoever has seen the end.
      this.state = this.events.at(-1)?.type === "done" ? "done" : "refused";
      this.refusal = "204";
      return;
    }
    if (response.statusCode !== 200) {
      this.state = "refused";
      this.refusal = `${response.statusCode} ${JSON.parse(await text(response)).error.code}`;
      return;
    }
    this.#response = response;
    this.state = await this.#read(response);
    if (this.state === "left" && !this.#isLeaving) throw new Error(`${this.path} ended without done.`);
  }

  /** Closes the connection, if there is one. */
  leave(): void {
    this.#isLeaving = true;
    this.#response?.destroy();
  }

  async #read(response: IncomingMessage): Promise<Following> {
    let state: Following = "left";
    const decoder = createSseDecoder({
      onMessage: ({ id, data }) => {
        const event = parseEventData(data);
        if ("malformed" in event) throw new Error(event.malformed);
        if (this.messageId !== undefined && parseEventId(id)?.messageId !== this.messageId) {
          state = "superseded";
        } else {
          this.ids.push(id);
          this.times.push(performance.now());
          this.events.push(event);
          if (event.type === "done") state = "done";
        }
      },
    });
    if (this.#isLeaving) response.destroy();
    try {
      for await (const bytes of response) decoder.push(bytes);
    } catch (error) {
      if (!this.#isLeaving) throw error;
    }
    return state;
  }
}
