/**
 * The least that a streaming service can do, on the bare platform: it turns what comes from above into events, all of one
 * chunk in one write, and waits where the reader is slow. No history, no event ids, no heartbeat, no resume, no cancel, no
 * validation. `pass-through.ts engine URL` stands in front of an engine, as a gateway does, and `pass-through.ts events URL`
 * in front of another pass-through, as an HMI does.
 */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { Pool } from "undici";
import { EVENTS, type EventSource, forwardEvents } from "./forward-events.ts";
import { listen } from "./listen.ts";

/** What is asked above for a call. */
interface Upstream extends EventSource {
  readonly path: string;
  bodyFor(body: string): string;
}

const UPSTREAMS: Readonly<Record<string, Upstream>> = {
  engine: {
    path: "/api/chat",
    separator: "\n",
    bodyFor(body) {
      const { model, content, options } = JSON.parse(body);
      return JSON.stringify({ model, messages: [{ role: "user", content }], options, stream: true });
    },
    eventOf(piece) {
      const line = JSON.parse(piece);
      return line.done ? { type: "done" } : { type: "token", content: line.message.content };
    },
  },
  events: {
    ...EVENTS,
    path: "/chat/stream",
    bodyFor: (body) => JSON.stringify(JSON.parse(body)),
  },
};

const [kind = "", url = ""] = process.argv.slice(2);
const upstream = UPSTREAMS[kind];
if (upstream === undefined) throw new Error(`There is no upstream "${kind}".`);
const { path, bodyFor } = upstream;
const pool = new Pool(url, { connections: null });

const server = createServer(async (request, response) => {
  const { body } = await pool.request({
    method: "POST",
    path,
    headers: { "content-type": "application/json" },
    body: bodyFor(await text(request)),
  });
  await forwardEvents(body, response, upstream);
});
listen(server);
