import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { describe, describeListener, findListeners, isInTheWay } from "../../src/os/listening-ports.ts";
import { freePort, listen } from "../supervisor/helpers.ts";
import { eventually } from "../support/streams.ts";

const LOOPBACK = "127.0.0.1";

/** The pid of a process that shares a port with others. */
async function listening(port: number, host: string): Promise<number> {
  const options = JSON.stringify({ port, host, reusePort: true });
  const script = `require("net").createServer().listen(${options}, () => console.log("listening"))`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill());
  await once(child.stdout, "data");
  return child.pid ?? 0;
}

test("a listener is found with its pid", async () => {
  const server = await listen(createServer());
  const { port } = server.address() as AddressInfo;
  expect(await findListeners({ host: LOOPBACK, port })).toMatchObject([
    { address: LOOPBACK, port, pid: process.pid },
  ]);
});

test("a wildcard listener takes the loopback address", async () => {
  const server = await listen(createServer(), 0, "0.0.0.0");
  const { port } = server.address() as AddressInfo;
  expect(await findListeners({ host: LOOPBACK, port })).toMatchObject([{ address: "0.0.0.0" }]);
});

test("a free port has no listener", async () => {
  expect(await findListeners({ host: LOOPBACK, port: await freePort() })).toEqual([]);
});

test("IPv4 beside IPv6 are both seen for localhost", async () => {
  const server = await listen(createServer());
  const { port } = server.address() as AddressInfo;
  await listen(createServer(), port, "::1");
  const found = await findListeners({ host: "localhost", port });
  expect(found.map(({ address }) => address).sort()).toEqual([LOOPBACK, "::1"]);
});

test("a wildcard listener beside a loopback one is seen, and each holder named", async () => {
  const port = await freePort();
  const pids = [await listening(port, "127.0.0.1"), await listening(port, "0.0.0.0")];
  const found = await findListeners({ host: LOOPBACK, port });
  expect(found.map(({ address }) => address).sort()).toEqual(["0.0.0.0", LOOPBACK]);
  expect(found.map(({ pid }) => pid).sort()).toEqual(pids.sort());
});

test("an IPv6 wildcard takes an IPv4 address, unless it is told not to", async () => {
  const server = await listen(createServer(), 0, "::");
  const { port } = server.address() as AddressInfo;
  expect(await findListeners({ host: LOOPBACK, port })).toMatchObject([{ address: "::", pid: process.pid }]);
});

test("several listeners by SO_REUSEPORT are each named", async () => {
  const port = await freePort();
  const pids = [];
  for (let count = 0; count < 3; count += 1) pids.push(await listening(port, LOOPBACK));
  const found = await findListeners({ host: LOOPBACK, port });
  expect(found.map(({ pid }) => pid).sort()).toEqual(pids.sort());
});

test("a listener of another process is described", async () => {
  const port = await freePort();
  const script = `require("http").createServer().listen(${port}, "127.0.0.1")`;
  const child = spawn(process.execPath, ["-e", script], { cwd: "/" });
  onTestFinished(() => void child.kill());
  const [listener] = await eventually(async () => {
    const found = await findListeners({ host: LOOPBACK, port });
    expect(found).toHaveLength(1);
    return found;
  });
  const text = listener && describeListener(listener);
  expect(text).toMatch(new RegExp(`^pid ${child.pid}, .*createServer.* started \\d+ s ago in /$`));
});

test.each([
  ["127.0.0.1", "127.0.0.1", true],
  ["0.0.0.0", "127.0.0.1", true],
  ["::", "127.0.0.1", true],
  ["127.0.0.1", "0.0.0.0", true],
  ["::1", "localhost", true],
  ["0.0.0.0", "localhost", true],
  ["::1", "::", true],
  ["::1", "127.0.0.1", false],
  ["127.0.0.2", "127.0.0.1", false],
  ["127.0.0.1", "::1", false],
])("a listener on %s in the way of %s: %s", (listening, wanted, expected) => {
  expect(isInTheWay(listening, wanted)).toBe(expected);
});

test("a process cannot write on the terminal by its command line or its folder", () => {
  const details = { pid: 2, startTime: "1", bootId: "b", user: "maria", startedAt: new Date() };
  const text = describe({ ...details, command: ["node", "-e", "\u001b[2J\nx"], cwd: "/tmp/\u001b[1m" });
  expect(text).toContain("node -e  [2J x");
  expect(text).toContain("in /tmp/ [1m");
});

test.each([
  [30_000, "30 s"],
  [600_000, "10 min"],
  [7_300_000, "2 h"],
  [200_000_000, "2 d"],
])("%d ms of age read as %s", (ms, text) => {
  const details = {
    pid: 9120,
    startTime: "1",
    bootId: "b",
    command: ["python3", "hmi_app.py"],
    user: "maria",
    cwd: `${homedir()}/pas`,
    startedAt: new Date(Date.now() - ms),
  };
  expect(describe(details)).toBe(`pid 9120 of user maria, python3 hmi_app.py, started ${text} ago in ~/pas`);
});
