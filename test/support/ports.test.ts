import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { freePortRange, freePorts, isFree, reservePort } from "./ports.ts";

const PROGRAM = fileURLToPath(new URL("./ports-process.ts", import.meta.url));

/** A process of its own that has this many ports until it ends; killed with the test. */
async function otherWith(count: number): Promise<{ child: ChildProcess; ports: number[] }> {
  const child = spawn(process.execPath, [PROGRAM, String(count)], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = await once(createInterface(child.stdout), "line");
  return { child, ports: JSON.parse(line) };
}

test("four processes that draw 500 ports each at once have none in common", async () => {
  const drawn = await Promise.all([...Array.from({ length: 3 }, () => otherWith(500)), freePorts(500)]);
  const ports = drawn.flatMap((each) => ("ports" in each ? each.ports : each));
  expect(new Set(ports).size).toBe(2_000);
});

test("a port is its process's until that is killed, whether anybody listens there or not", async () => {
  const { child, ports } = await otherWith(1);
  const [port = 0] = ports;
  expect(await isFree(port)).toBe(true);
  expect(await reservePort(port)).toBe(false);
  child.kill("SIGKILL");
  await once(child, "exit");
  await expect.poll(() => reservePort(port)).toBe(true);
  expect(await reservePort(port)).toBe(false);
});

test("all ports of a range are its own", async () => {
  const first = await freePortRange(3);
  for (const port of [first, first + 1, first + 2]) expect(await reservePort(port)).toBe(false);
});
