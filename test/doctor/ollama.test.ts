import { createServer, request } from "node:http";
import { pipeline } from "node:stream";
import { expect, test } from "vitest";
import { engineRoutes } from "../../src/contract/routes.ts";
import { findFault } from "../../src/faults/index.ts";
import { brokenIn, examineUrls, rungOf } from "../support/doctor.ts";
import { startTestEngine } from "../support/gateway.ts";
import { listenOnAnyPort } from "../support/listen.ts";
import { startTestStack } from "../support/stack.ts";

// As Ollama does by default: one reply at a time.
const OLLAMA = { parallel: 1, tokenDelayMs: 20 } as const;

test.each([
  ["and stops", undefined],
  ["and goes on", "cancel-leaves-engine-working"],
])(
  "of an engine that keeps no record %s nobody says that a cancel stops it, or does not",
  async (_, name) => {
    const engine = await startOllama();
    const overrides = name === undefined ? {} : findFault(name).overrides(() => undefined);
    const stack = await startTestStack({ engineUrl: engine, overrides });
    const report = await examineUrls({ ...stack, engine }, { slow: true });
    expect(brokenIn(report)).toEqual({});
    expect(rungOf(report, "engine/answers").text).toBe("answers, version 0.13.0");
    expect(rungOf(report, "hmi/cancel")).toMatchObject({
      status: "skipped",
      text: expect.stringContaining("cannot be seen without a tap before it"),
    });
    expect(rungOf(report, "gateway/heartbeat").status).toBe("skipped");
  },
);

/** The stand-in under the name of the real one, and without its record. */
async function startOllama(): Promise<string> {
  const { port } = new URL(await startTestEngine(OLLAMA));
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
