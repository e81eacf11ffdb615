import { expect, test } from "vitest";
import { Health } from "../../../src/contract/common-schemas.ts";
import { gatewayRoutes } from "../../../src/contract/routes.ts";
import { startTestEngine, startTestGateway } from "../../support/gateway.ts";
import { call } from "../../support/http.ts";

test("health names the process and its engine", async () => {
  const engineUrl = await startTestEngine();
  const { url } = await startTestGateway({ engineUrl, version: "1.2.3" });
  const { status, json } = await call(url, gatewayRoutes.health.path());
  expect(status).toBe(200);
  expect(Health.parse(json)).toEqual(json);
  expect(json).toMatchObject({
    status: "ok",
    service: "gateway",
    version: "1.2.3",
    pid: process.pid,
    port: Number(new URL(url).port),
    active_streams: 0,
    dependencies: {
      engine: { status: "ok", url: engineUrl, kind: "stand-in", latency_ms: expect.any(Number) },
    },
  });
});

test("with its engine a gateway is ready, without it is not, and it lives in any case", async () => {
  const probe = async (engineUrl: string) => {
    const { url } = await startTestGateway({ engineUrl });
    const answers = [gatewayRoutes.live, gatewayRoutes.ready].map((route) => call(url, route.path()));
    return (await Promise.all(answers)).map(({ status }) => status);
  };
  expect(await probe(await startTestEngine())).toEqual([200, 200]);
  expect(await probe("http://127.0.0.1:1")).toEqual([200, 503]);
});
