import { expect, test } from "vitest";
import type { RecordedExchange } from "../../src/tap/recorded-exchange.ts";
import { TAP_PATH } from "../../src/tap/recorded-exchange.ts";
import { testStack } from "../support/cli.ts";
import { call } from "../support/http.ts";
import { freePorts, isFree } from "../support/ports.ts";

test("with engine.tap_port a tap stands between gateway and engine, and verify sees by it", async () => {
  const [port = 0] = await freePorts(1);
  const stack = await testStack({ STACK_ENGINE_TAP_PORT: String(port) });
  const up = await stack.up();
  expect(up.stdout).toMatch(
    new RegExp(`engine .*\\n {2}tap +embedded +http://127\\.0\\.0\\.1:${port} .*\\n {2}gateway `),
  );
  expect((await stack.run("chat", "Count to 5")).stdout).toMatch(/1, 2, 3, 4, 5$/);
  const { json } = await call(`http://127.0.0.1:${port}`, TAP_PATH);
  const exchanges: RecordedExchange[] = json.exchanges;
  expect(exchanges.map(({ path }) => path)).toContain("/api/chat");

  const verify = await stack.run("verify", "models");
  expect(verify).toMatchObject({ exitCode: 0 });
  expect((await stack.json("status")).json).toMatchObject({ ok: true });
  expect((await stack.run("down")).exitCode).toBe(0);
  expect(await isFree(port)).toBe(true);
}, 60_000);
