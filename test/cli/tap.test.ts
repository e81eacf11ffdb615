import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startInProcessStack } from "../../src/services/in-process-stack.ts";
import { startStandIn } from "../../src/services/stand-in-engine/start-stand-in.ts";
import { startTap as startTapInProcess } from "../../src/tap/start-tap.ts";
import { type LiveRun, type TestStack, testStack } from "../support/cli.ts";
import { listenOnAnyPort } from "../support/listen.ts";
import { freePorts } from "../support/ports.ts";
import { eventually } from "../support/streams.ts";

interface RunningTap extends LiveRun {
  readonly url: string;
}

/** `stack tap` in the background, listening. */
async function startTap(cli: TestStack, to: string, ...args: string[]): Promise<RunningTap> {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const run = cli.start("tap", "--to", to, "--listen", `127.0.0.1:${port}`, ...args);
  await run.said(url);
  return { ...run, url };
}

test("a stack whose gateway talks to its engine through the tap is verified by what the tap has seen", async () => {
  const cli = await testStack();
  const engine = await startStandIn();
  onTestFinished(() => engine.close());
  // So that only the tap can tell what reached the engine.
  const upstream = await withoutRecord(engine.url);
  const tap = await startTap(cli, upstream);
  const stack = await startInProcessStack({ engineUrl: tap.url });
  onTestFinished(() => stack.close());
  const urls = ["--hmi", stack.hmi, "--gateway", stack.gateway, "--engine", tap.url];
  const { exitCode, stdout } = await cli.run("verify", "model-conversation", ...urls);
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
  expect(stdout).toContain(`Ollama 0.13.0 behind a tap at ${tap.url}`);
  expect(stdout).toMatch(/ 9 hold, 0 broken, 0 skipped in /);
  tap.kill("SIGINT");
  expect((await tap.ended).stdout).toMatch(/\n {2}POST \/api\/chat {2}200 {2}complete {2}\d+ ms\n/);
});

test("each request is a line as it ends, and Ctrl-C ends it with a summary", async () => {
  const cli = await testStack();
  const tap = await startTap(cli, await aServer());
  await fetch(`${tap.url}/api/tags`);
  const left = new AbortController();
  await fetch(`${tap.url}/slow`, { signal: left.signal });
  left.abort();
  await tap.said("client-left");
  tap.kill("SIGINT");
  const { exitCode, stdout } = await tap.ended;
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`In front of an engine: stack verify --engine ${tap.url}`);
  expect(stdout).toMatch(
    /\n {2}GET \/api\/tags {2}200 {2}complete {2}\d+ ms\n {2}GET \/slow {2}200 {2}client-left /,
  );
  expect(stdout.trimEnd().split("\n").at(-1)).toBe("  Requests: 2 (1 complete, 1 client-left).");
});

test("with --json each line is one, and the last is the summary", async () => {
  const cli = await testStack();
  const to = await aServer();
  const tap = await startTap(cli, to, "--json");
  await fetch(`${tap.url}/x`, { method: "POST", body: "four" });
  await tap.said('"exchange"');
  tap.kill("SIGINT");
  const lines = (await tap.ended).stdout.split("\n").map((line) => JSON.parse(line));
  expect(lines).toEqual([
    { type: "listening", url: tap.url, to },
    {
      type: "exchange",
      id: 1,
      method: "POST",
      path: "/x",
      status: 200,
      ended: "complete",
      duration_ms: expect.any(Number),
      request_bytes: 4,
      response_bytes: 2,
    },
    { type: "summary", url: tap.url, to, requests: 1, ended: { complete: 1 } },
  ]);
});

test("the record holds what passed, adds to what there was, and only its owner may read it", async () => {
  const cli = await testStack();
  const file = join(cli.cwd, "record.jsonl");
  writeFileSync(file, "{}\n", { mode: 0o644 });
  const tap = await startTap(cli, await aServer(), "--record", file);
  const headers = { authorization: "Bearer secret" };
  await fetch(`${tap.url}/x?token=secret`, { method: "POST", body: "what was said", headers });
  await eventually(() => expect(readFileSync(file, "utf8").split("\n")).toHaveLength(3));
  const text = readFileSync(file, "utf8");
  expect(JSON.parse(text.split("\n")[1] ?? "")).toMatchObject({
    method: "POST",
    request: { chunks: [{ latin1: "what was said" }] },
    response: { chunks: [{ latin1: "{}" }] },
    ended: "complete",
  });
  expect(text).not.toContain("secret");
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test.each([
  [["--to", "https://127.0.0.1:1"], "A tap passes on plain HTTP"],
  [["--to", "http://127.0.0.1:1", "--listen", "11435"], "--listen takes an address and a port"],
  [
    ["--to", "http://127.0.0.1:1", "--record", "no/such/folder"],
    "The record no/such/folder cannot be written",
  ],
])("%j cannot be", async (args, message) => {
  const cli = await testStack();
  const { exitCode, stderr } = await cli.run("tap", ...args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});

test("a port that is taken is told", async () => {
  const cli = await testStack();
  const taken = new URL(await aServer()).host;
  const { exitCode, stderr } = await cli.run("tap", "--to", "http://127.0.0.1:1", "--listen", taken);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("The tap cannot listen: listen EADDRINUSE");
});

/** Answers everything with `{}`; `/slow` begins an answer and never ends it. */
async function aServer(): Promise<string> {
  return await listenOnAnyPort(
    createServer((request, response) => {
      request.resume();
      if (request.url === "/slow") response.write("...");
      else request.once("end", () => response.end("{}"));
    }),
  );
}

/** The stand-in as if it were an Ollama: its version says nothing, and its record is not there. */
async function withoutRecord(engineUrl: string): Promise<string> {
  const tap = await startTapInProcess({
    upstream: engineUrl,
    rewrite: {
      answer({ path }) {
        if (path === "/api/version") return { status: 200, body: '{"version":"0.13.0"}' };
        return path.startsWith("/stand-in/") ? { status: 404, body: "{}" } : undefined;
      },
    },
  });
  onTestFinished(() => tap.close());
  return tap.url;
}
