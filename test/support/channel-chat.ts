import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { WireDescription } from "../../src/contract/wire-description.ts";
import { serveRoutes } from "./routes.ts";

const PAGE = `<!doctype html><title>ready</title><input aria-label="Message"><button>Send</button><script>
  const source = new EventSource("/events");
  const ended = new Set();
  let asked;
  const show = () => {
    if (ended.has(asked)) document.title = "answered " + asked;
  };
  source.onmessage = ({ data }) => {
    const { run, over } = JSON.parse(data);
    if (over) ended.add(run);
    show();
  };
  document.querySelector("button").onclick = async () => {
    const message = document.querySelector("input").value;
    const answer = await fetch("/say", { method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ room: sessionStorage.room ??= crypto.randomUUID(), message }) });
    // Chromium keeps no body that the page has not read.
    asked = (await answer.json()).run;
    show();
  };
</script>`;

/** A back end with one stream of events for all replies, which never ends: each event says of which run it is. */
export async function startChannelChat() {
  const readers = new Set<ServerResponse>();
  let runs = 16;
  const url = await serveRoutes({
    "GET /": ({ response }) => {
      response.setHeader("content-type", "text/html").end(PAGE);
    },
    // Without a word before the first event, as Node sends no head by itself.
    "GET /events": ({ response }) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      readers.add(response);
      response.on("close", () => readers.delete(response));
    },
    "POST /say": ({ body }) => {
      const { room, message } = JSON.parse(body);
      runs += 1;
      const run = runs;
      void (async () => {
        const tell = (event: object) => {
          for (const each of readers) each.write(`data: ${JSON.stringify({ room, run, ...event })}\n\n`);
        };
        for (const piece of [`You asked ${message}`, " and rivers ", "bring ", "salt."]) {
          await delay(10);
          tell({ piece });
        }
        tell({ over: "done" });
      })();
      return { run };
    },
  });
  return { url, readers: () => readers.size };
}

/** How it is talked to. */
export const CHANNEL_WIRE: WireDescription = {
  service: "hmi",
  conversation: "own",
  send: {
    request: "POST /say",
    body: { room: "{conversation}", message: "{text}" },
    told: { reply: "run" },
  },
  read: { request: "GET /events" },
  stream: {
    framing: "sse",
    channel: { reply: "run" },
    text: { at: "piece" },
    done: { has: "over", reason: "over", reasons: { stop: ["done"] } },
  },
};
