import { once } from "node:events";
import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { startStandIn } from "../../src/services/stand-in-engine/start-stand-in.ts";
import { PATH_WITH_OLLAMA, testStack } from "../support/cli.ts";

test("an Ollama that answers at engine.url is used as it is, and never stopped", async () => {
  const stack = await testStack();
  const stop = await serveOllamaVersion(stack.ports.engine, "0.13.0");
  const up = await stack.up();
  expect(up.stdout).toMatch(/^ {2}engine +ollama +\S+ +used as it is$/m);
  expect(up.stdout).not.toContain("No Ollama was found");
  expect(stack.pids().engine).toBeUndefined();

  const { json } = await stack.json("status");
  expect(json).toMatchObject({
    ok: true,
    services: [{ name: "engine", state: "external", kind: "ollama", pid: null, detail: null }, {}, {}],
  });

  const down = await stack.run("down");
  expect(down.stdout).toMatch(/^ {2}engine +is not ours to stop: left as it is$/m);
  expect(await versionAt(stack.engine)).toBe("0.13.0");
  await stop();
});

test("a stand-in that somebody else started is used too, and called what it is", async () => {
  const stack = await testStack();
  const engine = await startStandIn({ port: stack.ports.engine });
  const up = await stack.up();
  expect(up.stdout).toMatch(/^ {2}engine +stand-in +\S+ +used as it is$/m);
  expect(up.stdout).toContain("No Ollama was found, so the answers are scripted.");
  expect((await stack.run("down")).exitCode).toBe(0);
  expect(await versionAt(stack.engine)).toMatch(/\+stand-in$/);
  await engine.close();
});

test("without an answer there, ollama serve is started where the program is on the PATH", async () => {
  const stack = await testStack({ PATH: PATH_WITH_OLLAMA });
  const up = await stack.up();
  const { engine } = stack.pids();
  expect(up.stdout).toMatch(
    new RegExp(`^  engine +ollama +${stack.engine} +ready \\d.\\d s +pid ${engine}$`, "m"),
  );
  expect(up.stdout).not.toContain("No Ollama was found");
  expect(await stack.run("chat", "Count to 5")).toMatchObject({ exitCode: 0, stdout: "1, 2, 3, 4, 5" });
  expect((await stack.run("up")).stdout).toMatch(/^ {2}engine +ollama +\S+ +running already +pid \d+$/m);
  expect((await stack.run("down")).stdout).toMatch(new RegExp(`^  engine +stopped +pid ${engine}$`, "m"));
});

test("without the program, the stand-in is started, and its first reply says what it is", async () => {
  const stack = await testStack();
  expect((await stack.up()).stdout).toContain("No Ollama was found, so the answers are scripted.");
  expect((await stack.run("status")).stdout).toContain("a stand-in: its answers are scripted");
  const { stdout } = await stack.run("chat", "Count to 5");
  expect(stdout).toMatch(/^This is a stand-in for Ollama: .+\n\n1, 2, 3, 4, 5$/);
});

test("an engine elsewhere must be there: nothing is started in its place", async () => {
  // An address that is nobody's (RFC 5737).
  const stack = await testStack({ STACK_ENGINE_URL: "http://192.0.2.1:11434" });
  const up = await stack.run("up", "--detach");
  expect(up.exitCode).toBe(1);
  expect(up.stderr).toMatch(
    /^✗ No engine answers at http:\/\/192\.0\.2\.1:11434\.\n {2}Nothing was started\./,
  );
  expect(stack.pids()).toEqual({ engine: undefined, gateway: undefined, hmi: undefined });
});

test("with engine.api openai and no server, the stand-in speaks that wire, and up says what to do", async () => {
  const stack = await testStack({ STACK_ENGINE_API: "openai", PATH: PATH_WITH_OLLAMA });
  const up = await stack.up();
  expect(up.stdout).toMatch(/^ {2}engine +stand-in +\S+ +ready /m);
  expect(up.stdout).toContain(
    `No server answered at ${stack.engine}, so the answers are scripted. For real ones stop this one`,
  );
  expect((await stack.run("chat", "Count to 5")).stdout).toMatch(/1, 2, 3, 4, 5$/);
  expect((await stack.run("up")).stdout).toMatch(/^ {2}engine +stand-in +\S+ +running already +pid \d+$/m);
});

test("a server of OpenAI's wire that refuses is not replaced, and what to do is said", async () => {
  const config = `services:
  engine: { embedded: engine, start_timeout_ms: 500 }
  gateway: { embedded: gateway, depends_on: [engine] }`;
  const stack = await testStack({ STACK_ENGINE_API: "openai" }, config);
  const server = createServer((_, response) => response.writeHead(401).end("{}"));
  server.listen(stack.ports.engine, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const up = await stack.run("up", "--detach");
  expect(up).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("not ready (status 401)") });
  expect(up.stderr).toContain("STACK_ENGINE_API_KEY where it asks for a key");
  expect(stack.pids().engine).toBeUndefined();
});

/** As much of Ollama as the choice of an engine asks for. Returns what stops it. */
async function serveOllamaVersion(port: number, version: string): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    if (request.url !== "/api/version") response.writeHead(404).end("404 page not found");
    else response.setHeader("content-type", "application/json").end(JSON.stringify({ version }));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  onTestFinished(stop);
  return stop;
}

async function versionAt(url: string): Promise<unknown> {
  const answer = (await (await fetch(`${url}/api/version`)).json()) as { version: unknown };
  return answer.version;
}
