import { expect, onTestFinished, test } from "vitest";
import type { Config } from "../../src/config/config-schema.ts";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { urlOf } from "../../src/contract/address.ts";
import { engineRoutes, gatewayRoutes, hmiRoutes } from "../../src/contract/routes.ts";
import { startConfiguredStandIn } from "../../src/services/configured-stand-in.ts";
import type { RunningService } from "../../src/services/http/running-service.ts";
import { startGatewayOn, startHmiOn } from "../../src/services/start-services.ts";
import { generationsOf, startTestEngine } from "../support/gateway.ts";
import { call } from "../support/http.ts";
import { freePorts } from "../support/ports.ts";
import { startTestStack } from "../support/stack.ts";
import { openTestStore } from "../support/store.ts";
import { eventually, openStream, wholeStream } from "../support/streams.ts";

/** The same, stopped after the test. */
async function ended(starting: Promise<RunningService>): Promise<RunningService> {
  const service = await starting;
  onTestFinished(() => service.close());
  return service;
}

/** What the gateway is sent, as a conversation that no store knows. */
const MESSAGE = { session_id: "80", message_id: "1", agent_id: "architect", content: "Count to 5" };

// Elsewhere than on Linux only 127.0.0.1 is loopback.
test.skipIf(process.platform !== "linux")("gateway and HMI listen where they are told to", async () => {
  const [hmiPort = 0, gatewayPort = 0] = await freePorts(2);
  const config: Config = {
    ...DEFAULT_CONFIG,
    hmi: { host: "127.0.0.3", port: hmiPort },
    gateway: { host: "127.0.0.2", port: gatewayPort },
  };
  const { store } = openTestStore();
  await ended(startGatewayOn(config, store));
  await ended(startHmiOn(config, store, urlOf(config.gateway)));
  expect((await call(urlOf(config.gateway), gatewayRoutes.live.path())).status).toBe(200);
  expect((await call(urlOf(config.hmi), hmiRoutes.live.path())).status).toBe(200);
  for (const port of [hmiPort, gatewayPort]) {
    await expect(call(`http://127.0.0.1:${port}`, "/")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  }
});

test.each(["chat", "generate"] as const)(
  "with engine.api %s the engine is asked by that call",
  async (api) => {
    const url = await startTestEngine();
    const config = { ...DEFAULT_CONFIG, engine: { ...DEFAULT_CONFIG.engine, url, api } };
    const gateway = await ended(
      startGatewayOn({ ...config, gateway: { ...config.gateway, port: 0 } }, openTestStore().store),
    );
    await wholeStream(gateway.url, gatewayRoutes.chat.path(), { body: MESSAGE });
    expect(await generationsOf(url)).toMatchObject([{ endpoint: api, ended: "done" }]);
  },
);

test("the stand-in listens at engine.url, and takes its time for each token", async () => {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  await ended(
    startConfiguredStandIn({
      ...DEFAULT_CONFIG,
      engine: { ...DEFAULT_CONFIG.engine, url, token_delay_ms: 30 },
    }),
  );
  const body = { model: "llama3.1:8b", prompt: "Count to 9", stream: false, options: { num_predict: 5 } };
  const started = performance.now();
  expect((await call(url, engineRoutes.generate.path(), { body })).json.eval_count).toBe(5);
  // A timer may fire up to a millisecond early.
  expect(performance.now() - started).toBeGreaterThan(4 * 29);
});

test("a finished reply is kept at the gateway for as long as the setting says", async () => {
  const resume = async (keep_finished_ms: number) => {
    const { gateway } = await startTestStack({ stream: { keep_finished_ms } });
    await wholeStream(gateway, gatewayRoutes.chat.path(), { body: MESSAGE });
    return () => call(gateway, gatewayRoutes.resume.path(MESSAGE));
  };
  expect((await (await resume(60_000))()).status).toBe(200);
  const forgotten = await resume(1);
  await eventually(async () => expect((await forgotten()).status).toBe(404));
});

test("a generation without readers goes on for as long as the setting says", async () => {
  const stack = await startTestStack({ tokenDelayMs: 600_000, stream: { orphan_grace_ms: 20 } });
  const reader = await openStream(stack.gateway, gatewayRoutes.chat.path(), { body: MESSAGE });
  await eventually(async () => expect(await stack.generations()).toHaveLength(1));
  reader.leave();
  await eventually(async () => expect(await stack.generations()).toMatchObject([{ ended: "aborted" }]));
});

test("gateway and HMI answer to the allowed hosts, and to no other", async () => {
  const stack = await startTestStack({ http: { allowed_hosts: ["chat.example"] } });
  for (const [url, path] of [
    [stack.hmi, hmiRoutes.live.path()],
    [stack.gateway, gatewayRoutes.live.path()],
  ] as const) {
    expect((await call(url, path, { headers: { host: "chat.example" } })).status).toBe(200);
    expect((await call(url, path, { headers: { host: "evil.example" } })).status).toBe(403);
  }
});
