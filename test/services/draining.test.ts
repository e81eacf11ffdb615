import { expect, test } from "vitest";
import { gatewayRoutes, hmiRoutes } from "../../src/contract/routes.ts";
import { startTestEngine } from "../support/gateway.ts";
import { call } from "../support/http.ts";
import { startService } from "../support/service-process.ts";
import { hmiClient } from "../support/stack.ts";
import { eventually, openStream } from "../support/streams.ts";
import { tempFolder } from "../support/temp.ts";

/** Long enough that no test reaches its end. */
const DRAIN_MS = "60000";

async function startGatewayProcess() {
  const engineUrl = await startTestEngine({ tokenDelayMs: 5 });
  return await startService("gateway", tempFolder(), {
    STACK_GATEWAY_PORT: "0",
    STACK_ENGINE_URL: engineUrl,
    STACK_STORE_PATH: ":memory:",
    STACK_STREAM_DRAIN_MS: DRAIN_MS,
  });
}

const CANCELLED = { type: "done", finish_reason: "cancelled" };

const request = { session_id: "80", message_id: "first", agent_id: "architect", content: "Count to 300" };

test("a gateway that is asked to stop writes its reply to the end first", async () => {
  const { url, end } = await startGatewayProcess();
  const reader = await openStream(url, gatewayRoutes.chat.path(), { body: request });
  await eventually(() => expect(reader.text).not.toBe(""));
  const ended = end("SIGTERM");
  await reader.ended;
  expect(reader.text).toBe(Array.from({ length: 300 }, (_, index) => index + 1).join(", "));
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "stop" });
  expect(await ended).toBe(0);
});

test("a service that drains says so, begins nothing, and goes on with what it has begun", async () => {
  const { url, end } = await startGatewayProcess();
  const endless = { ...request, content: "Count to 100000" };
  const reader = await openStream(url, gatewayRoutes.chat.path(), { body: endless });
  const hmi = await startService("hmi", tempFolder(), {
    STACK_HMI_PORT: "0",
    STACK_GATEWAY_PORT: new URL(url).port,
    STACK_STORE_PATH: ":memory:",
    STACK_STREAM_DRAIN_MS: DRAIN_MS,
  });
  const page = hmiClient(hmi.url);
  const { sent, reader: atHmi } = await page.send({ message: "Count to 100000" });
  await eventually(() => expect(atHmi.text).not.toBe(""));
  expect((await call(hmi.url, hmiRoutes.ready.path())).status).toBe(200);
  const stopping = [end("SIGTERM"), hmi.end("SIGTERM")];
  const draining = { status: 503, json: { error: { code: "draining" } } };
  await eventually(async () =>
    expect([
      await call(hmi.url, hmiRoutes.ready.path()),
      await call(url, gatewayRoutes.ready.path()),
    ]).toMatchObject([draining, draining]),
  );
  const other = { ...endless, session_id: "81", message_id: "second" };
  expect([
    await page.post({ message: "Hello" }),
    await call(url, gatewayRoutes.chat.path(), { body: other }),
    await call(url, gatewayRoutes.live.path()),
  ]).toMatchObject([draining, draining, { status: 200 }]);
  const joined = await openStream(url, gatewayRoutes.chat.path(), { body: endless });
  await eventually(() => expect(joined.text).not.toBe(""));
  await call(url, gatewayRoutes.cancel.path({ session_id: "80" }), { method: "POST" });
  expect((await page.cancel(sent.session_id)).status).toBe(200);
  await Promise.all([reader.ended, joined.ended, atHmi.ended]);
  expect(await Promise.all(stopping)).toEqual([0, 0]);
  expect([joined, atHmi].map(({ events }) => events.at(-1))).toEqual([CANCELLED, CANCELLED]);
});
