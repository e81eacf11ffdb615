import { createServer } from "node:http";
import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { examine } from "../../src/doctor/run-doctor.ts";
import { rungOf } from "../support/doctor.ts";
import { startTestEngine } from "../support/gateway.ts";
import { listenOnAnyPort } from "../support/listen.ts";
import { freePorts } from "../support/ports.ts";

const DOWN = "the engine is down: no connection";

test("a back end whose health report says that its engine is down is told in its words, and no contract is blamed", async () => {
  const engine = await startTestEngine();
  const hmi = await startSaying({ health: [503, { status: DOWN }] });
  const report = await doctor({ hmi, engine });
  expect(rungOf(report, "hmi/answers")).toMatchObject({
    text: `GET /healthz answered 503: {"status":"${DOWN}"}`,
    problem: {
      code: "call_failed",
      cause: `The HMI answers, and tells of a failure. Its engine is the suspect: the one at ${engine} answers from here, so it asks another, or does not get through to it.`,
      next: "stack trace",
    },
  });
});

test("so is a reply that fails, with an engine that is broken by itself", async () => {
  const [port] = await freePorts(1);
  const hmi = await startSaying({ reply: [200, { k: "oops", why: `${DOWN}\n${"x".repeat(900)}` }] });
  const report = await doctor({ hmi, engine: `http://127.0.0.1:${port}` });
  const { text, problem } = rungOf(report, "hmi/reply");
  expect(text.length).toBeLessThan(300);
  expect(text).toContain(`POST /ask: ${DOWN} xxx`);
  expect(problem).toMatchObject({
    code: "reply_failed",
    cause: expect.stringContaining("Its engine is the suspect: it is broken by itself, too"),
  });
});

test("nobody is suspected of a failure that names none", async () => {
  const hmi = await startSaying({ reply: [500, { detail: "table chats is gone" }] });
  const { problem } = rungOf(await doctor({ hmi, engine: await startTestEngine() }), "hmi/reply");
  expect(problem).toMatchObject({
    code: "call_failed",
    cause: "The HMI answers, and tells of a failure. Its log says more.",
  });
});

type Said = readonly [status: number, body: object];

/** A back end that says so, and is well else. */
async function startSaying({
  health = [200, {}],
  reply = [200, {}],
}: {
  readonly health?: Said;
  readonly reply?: Said;
}): Promise<string> {
  return await listenOnAnyPort(
    createServer(({ url }, response) => {
      const [status, body] = url === "/ask" ? reply : health;
      response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
    }),
  );
}

async function doctor(urls: { readonly hmi: string; readonly engine: string }) {
  const wire = {
    service: "hmi",
    conversation: "own",
    send: { request: "POST /ask", body: { text: "{text}" } },
    stream: {
      framing: "ndjson",
      type: "k",
      text: { of: "piece", at: "v" },
      failure: { of: "oops", message: "why" },
      done: { of: "fin" },
    },
    health: { request: "GET /healthz" },
  } as const;
  return await examine({
    config: DEFAULT_CONFIG,
    env: {},
    urls,
    contract: { ...DEFAULT_CONFIG.contract, driver: "described", wire },
    signal: new AbortController().signal,
  });
}
