import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { WireDescription } from "../../src/contract/wire-description.ts";
import { serveRoutes } from "./routes.ts";

/** What becomes of a message that comes while as many as there is room for are answered. */
export type Overflow =
  /** It is refused, with words. */
  | "refused"
  /** Its reply is an event that says what is wrong. */
  | "told"
  /** Its connection is cut. */
  | "cut"
  /** Its reply has an end and no text, but something that nobody understands. */
  | "odd";

function begin(response: ServerResponse): (event: object) => void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  return (event) => void response.write(`data: ${JSON.stringify(event)}\n\n`);
}

const turnAway: Readonly<Record<Overflow, (response: ServerResponse) => unknown>> = {
  refused(response) {
    response.statusCode = 503;
    return { detail: "all slots are taken" };
  },
  told(response) {
    begin(response)({ problem: "no room for more" });
    return void response.end();
  },
  cut(response) {
    begin(response);
    return void response.write(": hello\n\n", () => response.destroy());
  },
  odd(response) {
    const tell = begin(response);
    tell({ answer: "All is well." });
    tell({ over: true });
    return void response.end();
  },
};

/** A back end with room for so many replies at once. */
export async function startCrowdedChat(overflow: Overflow, room: number): Promise<string> {
  let running = 0;
  return await serveRoutes({
    async "POST /say"({ response }) {
      if (running >= room) return turnAway[overflow](response);
      const tell = begin(response);
      running += 1;
      for (const piece of ["Rivers ", "bring ", "salt."]) {
        await delay(10);
        tell({ piece });
      }
      running -= 1;
      tell({ over: true });
      return void response.end();
    },
  });
}

/** How it is talked to. */
export const CROWDED_WIRE: WireDescription = {
  service: "hmi",
  send: { request: "POST /say", body: { text: "{text}" } },
  stream: {
    framing: "sse",
    text: { at: "piece" },
    failure: { message: "problem" },
    done: { has: "over" },
  },
};
