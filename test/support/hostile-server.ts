import { createServer } from "node:http";
import { HOSTILE } from "./hostile.ts";
import { listenOnAnyPort } from "./listen.ts";

/** How a hostile server answers. */
export type Manner = "as expected" | "refuses" | "refuses in plain text" | "with an engine that breaks off";

/** An HMI, a gateway and an engine in one, all of whose words are hostile; gone when the test ends. */
export async function startHostileServer(manner: Manner): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      const [status, type, body] = answerTo(request.url?.split("?")[0] ?? "", manner);
      response.writeHead(status, { "content-type": type }).end(body);
    });
  });
  return await listenOnAnyPort(server);
}

function answerTo(path: string, manner: Manner): readonly [status: number, type: string, body: string] {
  const refusal = [500, "application/json", JSON.stringify({ error: errorWords })] as const;
  if (manner === "refuses in plain text") return [500, "text/plain", `text${HOSTILE}`];
  if (manner === "refuses") return refusal;
  if (path.startsWith("/api/chat/stream")) return [200, "text/event-stream", sse];
  if (path === "/api/chat") return [200, "application/x-ndjson", ndjson(manner !== "as expected")];
  const found = ANSWERS[path];
  return found === undefined ? refusal : [200, "application/json", JSON.stringify(found)];
}

const errorWords = { code: `x${HOSTILE}`, message: `msg${HOSTILE}`, hint: `hint${HOSTILE}` };

const dependency = { status: "unavailable", url: `u${HOSTILE}`, latency_ms: null, error: `e${HOSTILE}` };

const ANSWERS: Readonly<Record<string, unknown>> = {
  "/api/version": { version: `0.1${HOSTILE}` },
  "/api/tags": { models: [{ name: `m${HOSTILE}`, model: `m${HOSTILE}` }] },
  "/api/models": { models: [{ model_id: `m${HOSTILE}`, name: `n${HOSTILE}` }], default: `d${HOSTILE}` },
  "/health": {
    status: "degraded",
    service: "hmi",
    version: `v${HOSTILE}`,
    ...{ pid: 1, port: 1, uptime_s: 1, timestamp: "2026-01-01T00:00:00Z", active_streams: 0 },
    dependencies: { [`gateway${HOSTILE}`]: dependency, gateway: dependency },
  },
  "/api/chat/message": {
    ...{ status: "ok", session_id: "1", message_id: "1", assistant_message_id: "2", agent_id: "a" },
    streaming: true,
  },
};

const EVENTS = [
  ...[...`tok${HOSTILE}`].map((content) => ({ type: "token", content })),
  { type: "error", code: `c${HOSTILE}`, message: `err${HOSTILE}`, hint: `hint${HOSTILE}` },
  { type: "done", finish_reason: "error" },
];

const sse = EVENTS.map((event, index) => `id: 2:${index + 1}\ndata: ${JSON.stringify(event)}\n\n`).join("");

function ndjson(breaksOff: boolean): string {
  const last = breaksOff
    ? { error: `mid${HOSTILE}` }
    : { done: true, message: { content: "" }, prompt_eval_count: 1, eval_count: 1 };
  return [{ message: { content: `hi${HOSTILE}` }, done: false }, last]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("");
}
