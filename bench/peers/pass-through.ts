/**
 * The least that a streaming service can do, on the bare platform: it turns what comes from above into events, all of one
 * chunk in one write, and waits where the reader is slow. No history, no event ids, no heartbeat, no resume, no cancel, no
 * validation. `pass-through.ts engine URL` stands in front of an engine, as a gateway does, and `pass-through.ts events URL`
 * in front of another pass-through, as an HMI does.
 */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { Pool } from "undici";
import { drained } from "./drained.ts";
import { listen } from "./listen.ts";

/** What is asked above for a call, and how what comes from there is cut and understood. */
interface Upstream {
  readonly path: string;
  readonly separator: string;
  bodyFor(body: string): string;
  eventOf(piece: string): object;
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
    path: "/chat/stream",
    separator: "\n\n",
    bodyFor: (body) => JSON.stringify(JSON.parse(body)),
    eventOf: (piece) => JSON.parse(piece.slice("data: ".length)),
  },
};

const [kind = "", url = ""] = process.argv.slice(2);
const upstream = UPSTREAMS[kind];
if (upstream === undefined) throw new Error(`There is no upstream "${kind}".`);
const { path, separator, bodyFor, eventOf } = upstream;
const pool = new Pool(url, { connections: null });

const server = createServer(async (request, response) => {
  const { body } = await pool.request({
    method: "POST",
    path,
    headers: { "content-type": "application/json" },
    body: bodyFor(await text(request)),
  });
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
});
listen(server);
