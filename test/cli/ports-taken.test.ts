import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { processesOf, recordsIn, type TestStack, testStack } from "../support/cli.ts";

const answers404 = (): Server => createHttpServer((_, response) => response.writeHead(404).end("not here"));
const hangsUp = (): Server => createServer((socket) => socket.destroy());

const SERVICES = ["engine", "gateway", "hmi"] as const;

const CASES = [
  ...SERVICES.map((name) => ({ name, what: "something that answers 404 to everything", make: answers404 })),
  { name: "engine" as const, what: "something that hangs up on everybody", make: hangsUp },
];

test.each(CASES)("up refuses where the port of the $name is taken by $what", async ({ name, make }) => {
  const stack = await testStack();
  const stop = await listen(make, stack.ports[name]);
  const up = await stack.run("up", "--detach");
  expect(up).toMatchObject({ exitCode: 1, stdout: "" });
  const setting = name === "engine" ? "engine.url" : `${name}.port`;
  expect(up.stderr.split("\n")).toEqual([
    expect.stringMatching(
      new RegExp(
        `^✗ ${name} needs port ${stack.ports[name]}, which is taken by pid ${process.pid}, .+ago in .+\\.$`,
      ),
    ),
    `  Nothing was started. Stop that process, or set ${setting} to another port.`,
  ]);
  expectNothingStarted(stack);

  const { json } = await stack.json("status");
  expect((json as { services: object[] }).services[SERVICES.indexOf(name)]).toMatchObject({
    state: "foreign",
    pid: null,
    detail: expect.stringMatching(new RegExp(`^the port is taken by pid ${process.pid}, `)),
  });
  await stop();
});

test("up names all taken ports at once", async () => {
  const stack = await testStack();
  const stops = await Promise.all(
    [stack.ports.gateway, stack.ports.hmi].map((port) => listen(hangsUp, port)),
  );
  const up = await stack.run("up", "--detach");
  expect(up.exitCode).toBe(1);
  expect(up.stderr).toMatch(
    /^✗ gateway needs port \d+, .+\n {2}hmi needs port \d+, .+\n {2}Nothing was started\./,
  );
  expect(up.stderr).toContain("set gateway.port, hmi.port to");
  expectNothingStarted(stack);
  await Promise.all(stops.map((stop) => stop()));
});

test("a gateway of another stack is not taken for this one's", async () => {
  const other = await testStack();
  await other.up();
  const stack = await testStack({ STACK_GATEWAY_PORT: String(other.ports.gateway) });
  const up = await stack.run("up", "--detach");
  expect(up.exitCode).toBe(1);
  expect(up.stderr).toContain(`taken by pid ${other.pids().gateway}, `);
  expect(up.stderr).toContain(`It is the service gateway of the stack in ${other.stateDir}: `);
  expect(up.stderr).toContain(`STACK_STATE_DIR=${other.stateDir} stack down gateway`);
  expectNothingStarted(stack);
  expect((await stack.run("down")).stdout).toMatch(/gateway +was not running/);
  expect(await other.json("status")).toMatchObject({ exitCode: 0 });
  await other.run("down");
});

function expectNothingStarted(stack: TestStack): void {
  expect(processesOf(stack.stateDir)).toEqual([]);
  expect(recordsIn(stack.stateDir)).toEqual([]);
}

/** Listens, in this very process, until what it returns is called. */
async function listen(make: () => Server, port: number): Promise<() => Promise<void>> {
  const server = make();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  onTestFinished(stop);
  return stop;
}
