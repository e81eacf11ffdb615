/** `stack mcp` as a coding agent uses it: the official client, over the real program's standard streams. */
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect, onTestFinished, test } from "vitest";
import { BIN, PATIENTLY, processesOf, type TestStack, testStack } from "../support/cli.ts";

async function connect(stack: TestStack, ...flags: string[]) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [BIN, "mcp", ...flags],
    env: { ...stack.env },
    cwd: stack.cwd,
    stderr: "pipe",
  });
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  onTestFinished(() => client.close());
  const call = async (name: string, input: Record<string, unknown> = {}) => {
    const { isError = false, structuredContent, content } = await client.callTool({ name, arguments: input });
    const [first] = content;
    return { isError, json: structuredContent, text: first?.type === "text" ? first.text : "" };
  };
  return { client, call, pid: transport.pid };
}

test("an agent sees what is wrong, proves it, and cannot start or stop anything", async () => {
  const stack = await testStack();
  const { client, call } = await connect(stack);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual([
    "status",
    "doctor",
    "trace",
    "logs",
    "events",
    "verify",
    "chat",
  ]);
  for (const { inputSchema, annotations } of tools) {
    expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
    expect(annotations).toMatchObject({ destructiveHint: false, openWorldHint: false });
  }
  // Bad news is an answer.
  expect(await call("status")).toMatchObject({ isError: false, json: { ok: false } });
  const verified = await call("verify", {
    suites: ["models"],
    in_process: true,
    fault: "models-hard-coded",
  });
  expect(verified).toMatchObject({ isError: false, json: { counts: { broken: 1 } } });
  expect(JSON.parse(verified.text)).toEqual(verified.json);
  await expect(call("up")).rejects.toThrow(/up/);
});

test("with --allow-control an agent runs the stack, chats with it and reads its logs and events", async () => {
  const stack = await testStack();
  const { client, call } = await connect(stack, "--allow-control");
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["up", "down", "restart"]),
  );
  expect(await call("up")).toMatchObject({ isError: false });
  expect(await call("status", { deep: true })).toMatchObject({ isError: false, json: { ok: true } });
  expect(await call("chat", { message: "--help" })).toMatchObject({
    isError: false,
    json: { reply: expect.stringContaining("--help"), error: null },
  });
  expect(await call("logs", { services: ["hmi"], tail: 5 })).toMatchObject({
    json: { lines: expect.any(Array) },
  });
  expect(await call("trace", { message: "Count to 9", passes: 1 })).toMatchObject({
    isError: false,
    json: { ok: true, message: "Count to 9", diagnosis: { kind: "passes" } },
  });
  const { json } = await call("events");
  expect(JSON.stringify(json)).toContain("gateway");
  expect(await call("restart", { services: ["gateway"] })).toMatchObject({ isError: false });
  expect(await call("down")).toMatchObject({ isError: false });
});

test("what is wrong with a call is said, and nothing is a flag that is not one", async () => {
  const stack = await testStack();
  const { call } = await connect(stack);
  const broken = await call("verify", { suites: ["nowhere"], in_process: true });
  expect(broken).toMatchObject({ isError: true, json: { error: { code: "unknown_suite" } } });
  const unknown = await call("status", { watch: true });
  expect(unknown).toMatchObject({ isError: true, text: expect.stringContaining("watch") });
  const flag = await call("logs", { services: ["--follow"] });
  expect(flag).toMatchObject({ isError: true, text: expect.stringContaining("a service's name") });
  const pattern = await call("logs", { grep: "(" });
  expect(pattern).toMatchObject({ isError: true, json: { error: { code: "bad_flag" } } });
});

test("it ends with the agent, and takes what it runs with it", async () => {
  const stack = await testStack();
  const { client, pid } = await connect(stack);
  const running = client.callTool({ name: "verify", arguments: { in_process: true } });
  running.catch(() => undefined);
  await expect.poll(() => processesOf(stack.stateDir).length, PATIENTLY).toBeGreaterThan(1);
  await client.close();
  await expect.poll(() => processesOf(stack.stateDir), PATIENTLY).toEqual([]);
  expect(pid).toBeGreaterThan(0);
});
