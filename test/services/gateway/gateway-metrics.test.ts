import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { gatewayRoutes } from "../../../src/contract/routes.ts";
import {
  engineLine,
  FINAL_LINE,
  LONG_REPLY,
  startFakeEngine,
  startTestGateway,
  type TestGateway,
} from "../../support/gateway.ts";
import { call } from "../../support/http.ts";
import { eventually } from "../../support/streams.ts";

/** Each sample of a Prometheus text by its name with labels; lines that are no sample and no comment fail. */
async function metricsOf({ url }: Pick<TestGateway, "url">): Promise<Record<string, number>> {
  const { body } = await call(url, gatewayRoutes.metrics.path());
  const samples = body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    samples.map((line) => {
      const { name = "", value } = /^(?<name>[a-z_]+(?:\{.+\})?) (?<value>\S+)$/.exec(line)?.groups ?? {};
      expect(Number(value), line).not.toBeNaN();
      return [name, Number(value)];
    }),
  );
}

const finished = (reason: string): string => `stack_gateway_streams_finished_total{reason="${reason}"}`;

test("a gateway that has done nothing shows every series at 0, as Prometheus text", async () => {
  const gateway = await startTestGateway();
  const { status, headers } = await call(gateway.url, gatewayRoutes.metrics.path());
  expect(status).toBe(200);
  expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(await metricsOf(gateway)).toMatchObject({
    stack_gateway_streams_started_total: 0,
    stack_gateway_active_streams: 0,
    stack_gateway_tokens_total: 0,
    stack_gateway_time_to_first_token_seconds_count: 0,
    stack_gateway_inter_token_seconds_count: 0,
    [finished("stop")]: 0,
    [finished("length")]: 0,
    [finished("cancelled")]: 0,
    [finished("error")]: 0,
  });
});

test("streams are counted by how they ended, and their tokens with them", async () => {
  const gateway = await startTestGateway();
  const whole = await gateway.chat({ session_id: "a" });
  const short = await gateway.chat({ session_id: "b", message_id: "2", options: { num_predict: 2 } });
  const { ended } = await gateway.chat({ session_id: "c", message_id: "3", model: "unheard-of" });
  await Promise.all([whole.ended, short.ended, ended]);
  const tokens = [...whole.events, ...short.events].filter(({ type }) => type === "token").length;
  expect(await metricsOf(gateway)).toMatchObject({
    stack_gateway_streams_started_total: 3,
    stack_gateway_active_streams: 0,
    stack_gateway_tokens_total: tokens,
    stack_gateway_time_to_first_token_seconds_count: 2,
    [finished("stop")]: 1,
    [finished("length")]: 1,
    [finished("cancelled")]: 0,
    [finished("error")]: 1,
    'stack_gateway_upstream_errors_total{code="model_not_found"}': 1,
  });
});

test("a stream is active until it is cancelled, and is counted once however often it is cancelled", async () => {
  const gateway = await startTestGateway();
  const reader = await gateway.chat({ options: LONG_REPLY });
  await eventually(() => expect(reader.text).not.toBe(""));
  expect(await metricsOf(gateway)).toMatchObject({
    stack_gateway_active_streams: 1,
    [finished("cancelled")]: 0,
  });
  await gateway.cancel();
  await gateway.cancel();
  await reader.ended;
  const tokens = reader.events.filter(({ type }) => type === "token").length;
  expect(await metricsOf(gateway)).toMatchObject({
    stack_gateway_streams_started_total: 1,
    stack_gateway_active_streams: 0,
    stack_gateway_tokens_total: tokens,
    [finished("cancelled")]: 1,
  });
});

test("the tokens of a reply that failed are counted, and so is the engine's error", async () => {
  const engineUrl = await startFakeEngine((_, response) => {
    response.write(engineLine("a") + engineLine("b"), () => response.destroy());
  });
  const gateway = await startTestGateway({ engineUrl });
  await (await gateway.chat()).ended;
  expect(await metricsOf(gateway)).toMatchObject({
    stack_gateway_tokens_total: 2,
    [finished("error")]: 1,
    'stack_gateway_upstream_errors_total{code="engine_error"}': 1,
  });
});

test("times are seconds, and tokens that come together are timed as one", async () => {
  const heard = Promise.withResolvers<void>();
  const engineUrl = await startFakeEngine(async (_, response) => {
    await delay(30);
    response.write(engineLine("a") + engineLine("b"));
    await heard.promise;
    await delay(30);
    response.end(engineLine("c") + FINAL_LINE);
  });
  const gateway = await startTestGateway({ engineUrl });
  const reader = await gateway.chat();
  await eventually(() => expect(reader.text).toBe("ab"));
  heard.resolve();
  await reader.ended;
  const metrics = await metricsOf(gateway);
  expect(metrics).toMatchObject({
    stack_gateway_tokens_total: 3,
    stack_gateway_time_to_first_token_seconds_count: 1,
    'stack_gateway_time_to_first_token_seconds_bucket{le="0.025"}': 0,
    'stack_gateway_time_to_first_token_seconds_bucket{le="+Inf"}': 1,
    stack_gateway_inter_token_seconds_count: 1,
    'stack_gateway_inter_token_seconds_bucket{le="0.02"}': 0,
  });
  expect(metrics["stack_gateway_inter_token_seconds_sum"]).toBeLessThan(15);
});

test("a second reader of a stream is no second stream", async () => {
  const gateway = await startTestGateway({ standIn: { tokenDelayMs: 5 } });
  const readers = [await gateway.chat(), await gateway.chat()];
  await Promise.all(readers.map(({ ended }) => ended));
  const tokens = readers[0]?.events.filter(({ type }) => type === "token").length;
  expect(await metricsOf(gateway)).toMatchObject({
    stack_gateway_streams_started_total: 1,
    stack_gateway_tokens_total: tokens,
    [finished("stop")]: 1,
  });
});

test("two gateways in one process count each for itself", async () => {
  const [used, unused] = [await startTestGateway(), await startTestGateway()];
  await (await used.chat()).ended;
  const started = [await metricsOf(used), await metricsOf(unused)].map(
    (metrics) => metrics["stack_gateway_streams_started_total"],
  );
  expect(started).toEqual([1, 0]);
});

test("the process shows what it uses in all, however often it is asked", async () => {
  const gateway = await startTestGateway();
  await metricsOf(gateway);
  const metrics = await metricsOf(gateway);
  const { user, system } = process.cpuUsage();
  expect(metrics["process_cpu_seconds_total"]).toBeGreaterThan(0);
  expect(metrics["process_cpu_seconds_total"]).toBeLessThanOrEqual((user + system) / 1e6);
  expect(metrics["process_resident_memory_bytes"]).toBeGreaterThan(10 * 1024 * 1024);
  expect(metrics["process_start_time_seconds"]).toBeCloseTo(Date.now() / 1000 - process.uptime(), 0);
});
