import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { identify } from "../../src/os/process-identity.ts";
import { describeProbe, type ProbeTarget, probe } from "../../src/supervisor/run-probe.ts";
import { RunLog } from "../../src/supervisor/search-run-log.ts";
import type { CommandProbe, HttpProbe, LogProbe } from "../../src/supervisor/service-spec.ts";
import { eventually, freePort, HEALTH, listen, TCP, temporaryFolder } from "./helpers.ts";

async function serving(handler: RequestListener) {
  const server = await listen(createServer(handler));
  return { address: { host: "127.0.0.1", port: (server.address() as AddressInfo).port } };
}

test("a status from 200 to 299 is ready", async () => {
  const target = await serving((_, response) => response.writeHead(204).end());
  expect(await probe(target, HEALTH)).toMatchObject({ ok: true, status: 204 });
});

test("another status is not, and is told with its body", async () => {
  const target = await serving((_, response) => response.writeHead(503).end("loading"));
  expect(await probe(target, HEALTH)).toMatchObject({
    ok: false,
    status: 503,
    body: "loading",
    error: "not ready (status 503)",
  });
});

test("a wanted status is the only good one", async () => {
  const target = await serving((_, response) => response.writeHead(401).end());
  expect(await probe(target, { ...HEALTH, status: 401 })).toMatchObject({ ok: true });
  expect(await probe(target, { ...HEALTH, status: 200 })).toMatchObject({ ok: false });
});

test("its headers go out with the question", async () => {
  const target = await serving((request, response) =>
    response.writeHead(request.headers["x-word"] === "please" ? 200 : 401).end(),
  );
  expect(await probe(target, HEALTH)).toMatchObject({ ok: false, status: 401 });
  expect(await probe(target, { ...HEALTH, headers: { "x-word": "please" } })).toMatchObject({ ok: true });
});

test.each<[string, HttpProbe["json"], string | undefined]>([
  ['{"status":"ok","models":3}', { status: "ok" }, undefined],
  ['{"status":"loading"}', { status: "ok" }, 'not ready (status 200, but status is "loading" and not "ok")'],
  ["<html>", { status: "ok" }, "not ready (status 200, but its answer is not JSON)"],
])("JSON is looked into: %s", async (body, json, error) => {
  const target = await serving((_, response) => response.end(body));
  const answer = await probe(target, { ...HEALTH, ...(json === undefined ? {} : { json }) });
  expect([answer.ok, answer.error]).toEqual([error === undefined, error]);
});

test("64 KiB of a body are kept", async () => {
  const target = await serving((_, response) => response.end("x".repeat(1_000_000)));
  const { body = "" } = await probe(target, HEALTH);
  expect(body.length).toBeGreaterThanOrEqual(64 * 1024);
  expect(body.length).toBeLessThan(200_000);
});

test("a closed port is refused", async () => {
  const target = { address: { host: "127.0.0.1", port: await freePort() } };
  expect(await probe(target, HEALTH)).toMatchObject({ ok: false, error: "connection refused" });
  expect(await probe(target, TCP)).toMatchObject({ ok: false, error: "connection refused" });
});

test("silence ends at the time-out", async () => {
  const target = await serving(() => undefined);
  expect(await probe(target, { ...HEALTH, timeoutMs: 50 })).toMatchObject({
    ok: false,
    error: "no answer within 50 ms",
  });
});

test("a body without an end is judged at the time-out by its beginning", async () => {
  const target = await serving((_, response) => response.write("data: "));
  expect(await probe(target, { ...HEALTH, timeoutMs: 100 })).toMatchObject({ ok: true, body: "data: " });
});

test("an abort ends a probe as a bad answer", async () => {
  const target = await serving(() => undefined);
  expect(await probe(target, HEALTH, AbortSignal.timeout(50))).toMatchObject({ ok: false });
  expect(await probe(target, HEALTH, AbortSignal.abort())).toMatchObject({ ok: false });
});

test("a service without an address cannot be asked at one", async () => {
  expect(await probe({}, TCP)).toMatchObject({ ok: false, error: "it has no address to be asked at" });
});

test("a listener that says nothing accepts a connection", async () => {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  expect(await probe({ address: { host: "127.0.0.1", port } }, TCP)).toMatchObject({ ok: true });
  server.close();
});

test("a line of this run's log is found once it is there, and none of an older run", async () => {
  const path = join(temporaryFolder(), "log");
  writeFileSync(path, "ready on 6101\n");
  const target: ProbeTarget = { runLog: new RunLog(path, 14) };
  const ready: LogProbe = { kind: "log", pattern: "ready on \\d+" };
  expect(await probe(target, ready)).toMatchObject({ ok: false, error: "no such line yet" });
  appendFileSync(path, "loading\nrea");
  expect(await probe(target, ready)).toMatchObject({ ok: false });
  appendFileSync(path, "dy on 6102");
  expect(await probe(target, ready)).toMatchObject({ ok: true });
});

test("colours between its words do not keep a line from being found", async () => {
  const path = join(temporaryFolder(), "log");
  writeFileSync(path, "Uvicorn running on \u001b[1mhttp://127.0.0.1:6120\u001b[0m\n");
  const ready: LogProbe = { kind: "log", pattern: "running on http://127.0.0.1:6120$" };
  expect(await probe({ runLog: new RunLog(path, 0) }, ready)).toMatchObject({ ok: true });
});

test("a line is found in a log that was rotated meanwhile", async () => {
  const path = join(temporaryFolder(), "log");
  writeFileSync(path, "x".repeat(100));
  const target: ProbeTarget = { runLog: new RunLog(path, 0) };
  const ready: LogProbe = { kind: "log", pattern: "ready" };
  expect(await probe(target, ready)).toMatchObject({ ok: false });
  truncateSync(path);
  appendFileSync(path, "ready\n");
  expect(await probe(target, ready)).toMatchObject({ ok: true });
});

test("a character that is cut by the end of what is there is read whole", async () => {
  const path = join(temporaryFolder(), "log");
  const [first = 0, ...rest] = Buffer.from("é");
  writeFileSync(path, Buffer.from([first]));
  const target: ProbeTarget = { runLog: new RunLog(path, 0) };
  const ready: LogProbe = { kind: "log", pattern: "^é$" };
  expect(await probe(target, ready)).toMatchObject({ ok: false });
  appendFileSync(path, Buffer.from(rest));
  expect(await probe(target, ready)).toMatchObject({ ok: true });
});

test.each(["^(a+)+$", "(a|aa)+$", "(a*)*b", "a.*a.*a.*a.*b"])(
  "a pattern that a usual engine tries for ever takes a moment: %s",
  async (pattern) => {
    const path = join(temporaryFolder(), "log");
    writeFileSync(path, `${"a".repeat(60_000)}!\n`);
    const target: ProbeTarget = { runLog: new RunLog(path, 0) };
    const ready: LogProbe = { kind: "log", pattern };
    expect(await probe(target, ready)).toMatchObject({ ok: false, error: "no such line yet" });
    appendFileSync(path, "aaaab\naaaa\n");
    expect(await probe(target, ready)).toMatchObject({ ok: true });
  },
);

function command(script: string, timeoutMs = 5000): CommandProbe {
  return { kind: "command", command: { file: "/bin/sh", args: ["-c", script], cwd: "/" }, timeoutMs };
}

test.each([
  ["exit 0", { ok: true }],
  ["exit 3", { ok: false, error: "exit code 3" }],
  ["kill -9 $$", { ok: false, error: "it was ended by SIGKILL" }],
])("a command is judged by its end: %s", async (script, expected) => {
  expect(await probe({}, command(script))).toMatchObject(expected);
});

test("a command that cannot be run is a bad answer", async () => {
  const question: CommandProbe = {
    kind: "command",
    command: { file: "/no/such/program", args: [], cwd: "/" },
    timeoutMs: 1000,
  };
  expect(await probe({}, question)).toMatchObject({
    ok: false,
    error: "no result (there is no program /no/such/program. Install it, or correct the path)",
  });
});

test("a command is not run where the question was taken back before", async () => {
  const asked = new AbortController();
  const answer = probe({}, command("sleep 600"), asked.signal);
  asked.abort(new Error("it has ended"));
  expect(await answer).toMatchObject({ ok: false, error: "it has ended" });
});

test("a command that takes too long is killed with what it started", async () => {
  const file = join(temporaryFolder(), "pid");
  const answer = probe({}, command(`sleep 600 & echo $! > ${file}; wait`, 500));
  await eventually(() => existsSync(file) && readFileSync(file, "utf8")).toMatch(/\d+\n/);
  const child = Number(readFileSync(file, "utf8"));
  expect(identify(child)).toBeDefined();
  expect(await answer).toMatchObject({ ok: false, error: "no answer within 500 ms" });
  await eventually(() => identify(child)).toBeUndefined();
});

test.each([
  [HEALTH, "GET http://[::1]:6101/health"],
  [TCP, "a connection to [::1]:6101"],
  [{ kind: "log", pattern: "ready" } as const, "a line of its log like /ready/"],
  [command("exit 0"), "/bin/sh -c exit 0"],
])("a probe is described", (question, text) => {
  expect(describeProbe({ address: { host: "::1", port: 6101 } }, question)).toBe(text);
});
