import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { gatewayRoutes } from "../src/contract/routes.ts";
import { call } from "./support/http.ts";
import { freePorts } from "./support/ports.ts";
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
