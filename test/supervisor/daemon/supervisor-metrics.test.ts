import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { serviceFiles } from "../../../src/supervisor/state-folder.ts";
import { freePort, temporaryState } from "../helpers.ts";
import { obedient, Stack, tell } from "./helpers.ts";

test("metrics tell how each service is and what it uses", async () => {
  const state = temporaryState();
  const live = {
    probe: { kind: "http", path: "/health", timeoutMs: 500 },
    everyMs: 50,
    failures: 3,
  } as const;
  const sample = await obedient(state, "sample", { live });
  const other = await obedient(state, "other");
  const metrics = { host: "127.0.0.1", port: await freePort() };
  const stack = new Stack(state, [sample, other], { metrics });
  await stack.up("sample");
  await stack.untilReady("sample");
  await tell(sample, "exit/1");
  await expect.poll(() => stack.report("sample")?.restarts).toBe(1);
  await stack.untilReady("sample");
  const read = async () => await (await fetch(`http://127.0.0.1:${metrics.port}/metrics`)).text();
  await expect.poll(read).toContain('stack_service_probe_seconds{service="sample"}');
  const lines = (await read()).split("\n");
  const figure = (name: string, service: string) =>
    Number(
      lines.find((line) => line.startsWith(`stack_service_${name}{service="${service}"}`))?.split(" ")[1],
    );
  expect(["up", "ready", "restarts_total"].map((name) => figure(name, "sample"))).toEqual([1, 1, 1]);
  expect(["up", "ready", "restarts_total"].map((name) => figure(name, "other"))).toEqual([0, 0, 0]);
  expect(figure("resident_bytes", "sample")).toBeGreaterThan(10e6);
  expect(figure("cpu_seconds_total", "sample")).toBeGreaterThan(0);
});

test("there is nothing else at that address", async () => {
  const state = temporaryState();
  const metrics = { host: "127.0.0.1", port: await freePort() };
  const stack = new Stack(state, [await obedient(state, "sample")], { metrics });
  await stack.up();
  await stack.untilReady("sample");
  expect((await fetch(`http://127.0.0.1:${metrics.port}/`)).status).toBe(404);
});

test("metrics for other machines are refused, and services run all the same", async () => {
  const state = temporaryState();
  const metrics = { host: "0.0.0.0", port: await freePort() };
  const stack = new Stack(state, [await obedient(state, "sample")], { metrics });
  await stack.up();
  await stack.untilReady("sample");
  expect(readFileSync(serviceFiles(state, "supervisor").log, "utf8")).toContain("on a loopback address only");
});
