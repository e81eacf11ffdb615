import { globSync, statSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { gatewayRoutes } from "../src/contract/routes.ts";
import { call } from "./support/http.ts";
import { freePorts } from "./support/ports.ts";
import { startService } from "./support/service-process.ts";
import { eventually } from "./support/streams.ts";
import { tempFolder } from "./support/temp.ts";

/** What `stack up` runs; the suite's set-up has built it. */
const SERVICE = new URL("../dist/service-process.js", import.meta.url).pathname;

test.each([
  ["info", ["ready", "stopping"]],
  ["error", []],
])("at log.level %s a service that is started and stopped logs %j", async (level, expected) => {
  const [port] = await freePorts(1);
  const env = { STACK_GATEWAY_PORT: String(port), STACK_LOG_LEVEL: level };
  const service = execa(process.execPath, [SERVICE, "gateway"], { cwd: tempFolder(), env, reject: false });
  onTestFinished(() => {
    service.kill("SIGKILL");
  });
  await eventually(async () => {
    expect((await call(`http://127.0.0.1:${port}`, gatewayRoutes.live.path())).status).toBe(200);
  });
  service.kill("SIGTERM");
  const { stdout, exitCode } = await service;
  const own = ["ready", "stopping"];
  const logged = stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line).msg);
  expect([logged.filter((message) => own.includes(message)), exitCode]).toEqual([expected, 0]);
});

test("what one process has compiled serves the next one: nothing is compiled and written anew", async () => {
  const cwd = tempFolder();
  const cache = tempFolder();
  const settings = { STACK_GATEWAY_PORT: "0", NODE_COMPILE_CACHE: cache };
  const written = () =>
    globSync("**/*", { cwd: cache })
      .map((file) => `${file} ${statSync(join(cache, file)).ino}`)
      .sort();
  const startAndStop = async () => {
    const gateway = await startService("gateway", cwd, settings);
    await gateway.end("SIGTERM");
    return written();
  };
  const first = await startAndStop();
  expect(first.length).toBeGreaterThan(5);
  expect(await startAndStop()).toEqual(first);
});
