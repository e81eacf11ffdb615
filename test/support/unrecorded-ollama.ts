import { createServer, request } from "node:http";
import { pipeline } from "node:stream";
import { engineRoutes } from "../../src/contract/routes.ts";
import type { StandInOptions } from "../../src/services/stand-in-engine/start-stand-in.ts";
import { startTestEngine } from "./gateway.ts";
import { listenOnAnyPort } from "./listen.ts";

// As Ollama does by default: one reply at a time.
const OLLAMA = { parallel: 1, tokenDelayMs: 20 } as const;

/** The stand-in under the name of the real one, and without its record. */
export async function startUnrecordedOllama(options: StandInOptions = {}): Promise<string> {
  const { port } = new URL(await startTestEngine({ ...OLLAMA, ...options }));
  const server = createServer((incoming, response) => {
    const { method, url = "", headers } = incoming;
    if (url === engineRoutes.version.path()) {
      response.end('{"version":"0.13.0"}');
      return;
    }
    if (url.startsWith(engineRoutes.generations.path())) {
      response.writeHead(404).end();
      return;
    }
    const outgoing = request(
      { port, host: "127.0.0.1", method, path: url, headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        pipeline(answer, response, () => outgoing.destroy());
      },
    );
    outgoing.on("error", () => response.destroy());
    response.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  return await listenOnAnyPort(server);
}
