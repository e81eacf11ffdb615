import { expect, test } from "vitest";
import { Health, ModelList } from "../../../src/contract/common-schemas.ts";
import { AgentList } from "../../../src/contract/hmi-schemas.ts";
import { gatewayRoutes, hmiRoutes } from "../../../src/contract/routes.ts";
import { packageVersion } from "../../../src/files/package-root.ts";
import { createGatewayClient } from "../../../src/services/hmi/gateway-client.ts";
import { call } from "../../support/http.ts";
import { startTestStack } from "../../support/stack.ts";
import { eventually } from "../../support/streams.ts";

test("health names the process and what it needs", async () => {
  const { hmi, gateway, engine } = await startTestStack();
  const { status, json } = await call(hmi, hmiRoutes.health.path());
  expect(status).toBe(200);
  expect(Health.parse(json)).toEqual(json);
  expect(json).toMatchObject({
    status: "ok",
    service: "hmi",
    version: packageVersion(),
    pid: process.pid,
    port: Number(new URL(hmi).port),
    active_streams: 0,
    dependencies: {
      gateway: { status: "ok", url: gateway, version: packageVersion() },
      engine: { status: "ok", url: engine, version: expect.any(String) },
      store: { status: "ok" },
    },
  });
});

test("replies that run are counted, here and at the gateway", async () => {
  const stack = await startTestStack({ tokenDelayMs: 600_000 });
  await stack.post({ message: "Hi" });
  await eventually(async () => {
    const counts = await Promise.all([
      call(stack.hmi, hmiRoutes.health.path()),
      call(stack.gateway, gatewayRoutes.health.path()),
    ]);
    expect(counts.map(({ json }) => json.active_streams)).toEqual([1, 1]);
  });
});

test("without a gateway health is degraded, and what needs no gateway goes on", async () => {
  const overrides = { gateway: () => createGatewayClient("http://127.0.0.1:1") };
  const { hmi } = await startTestStack({ overrides });
  const { json } = await call(hmi, hmiRoutes.health.path());
  expect(json).toMatchObject({
    status: "degraded",
    dependencies: { gateway: { status: "unavailable", error: expect.any(String) }, store: { status: "ok" } },
  });
  // Nobody here knows of it: the gateway is what is missing.
  expect(json.dependencies).not.toHaveProperty("engine");
  expect((await call(hmi, hmiRoutes.live.path())).status).toBe(200);
  expect((await call(hmi, hmiRoutes.sessions.path())).status).toBe(200);
  expect(await call(hmi, hmiRoutes.models.path())).toMatchObject({
    status: 503,
    json: { error: { code: "gateway_unavailable", hint: expect.any(String) } },
  });
});

test("without an engine health is degraded, and says that the gateway is there", async () => {
  const { hmi } = await startTestStack({ engineUrl: "http://127.0.0.1:1" });
  expect((await call(hmi, hmiRoutes.health.path())).json).toMatchObject({
    status: "degraded",
    dependencies: {
      gateway: { status: "ok" },
      engine: { status: "unavailable", url: "http://127.0.0.1:1", error: expect.any(String) },
      store: { status: "ok" },
    },
  });
});

test("the models are the engine's, as the gateway shows them", async () => {
  const { hmi, gateway } = await startTestStack({ chat: { model: "phi3:mini" } });
  const { json } = await call(hmi, hmiRoutes.models.path());
  expect(ModelList.parse(json).default).toBe("phi3:mini");
  expect(json).toEqual((await call(gateway, gatewayRoutes.models.path())).json);
});

test("every listed agent is accepted, and without its instructions", async () => {
  const stack = await startTestStack();
  const { json } = await call(stack.hmi, hmiRoutes.agents.path());
  const { agents } = AgentList.parse(json);
  expect(agents.length).toBeGreaterThan(1);
  for (const agent of json.agents) {
    expect(agent).not.toHaveProperty("instructions");
    expect((await stack.newSession({ agent_id: agent.agent_id })).agent_id).toBe(agent.agent_id);
  }
});

test("every bad field of a message is named, and nothing is saved", async () => {
  const stack = await startTestStack();
  const body = { message: " ", session_id: "a b", agent_id: "", model: "" };
  const { status, json } = await stack.post(body);
  expect(status).toBe(400);
  for (const field of Object.keys(body)) expect(json.error.message).toContain(`${field}: `);
  expect((await call(stack.hmi, hmiRoutes.sessions.path())).json.total).toBe(0);
});

test("a message of 50,000 characters is taken, a longer one is told", async () => {
  const stack = await startTestStack();
  expect((await stack.post({ message: "é".repeat(50_000) })).status).toBe(200);
  expect(await stack.post({ message: "x".repeat(50_001) })).toMatchObject({
    status: 400,
    json: { error: { code: "message_too_long", message: expect.stringContaining("50000") } },
  });
});

test("another site's page cannot send with the general stream", async () => {
  const stack = await startTestStack();
  const path = hmiRoutes.generalStream.path(undefined, { message: "Hi" });
  const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" };
  expect((await call(stack.hmi, path, { headers })).status).toBe(403);
  expect((await call(stack.hmi, hmiRoutes.sessions.path())).json.total).toBe(0);
});
