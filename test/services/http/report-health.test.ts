import { expect, test } from "vitest";
import { PROBE_PATIENCE_MS, probeDependency } from "../../../src/services/http/report-health.ts";

test("a dependency that says nothing is unavailable, and is not waited for", async () => {
  const silent = new Promise<undefined>(() => undefined);
  expect(await probeDependency("http://127.0.0.1:1", () => silent, 10)).toEqual({
    status: "unavailable",
    url: "http://127.0.0.1:1",
    latency_ms: null,
    error: "no answer within 10 ms",
  });
  // Else a silent engine would look like a silent gateway.
  expect(PROBE_PATIENCE_MS.gateway).toBeLessThan(PROBE_PATIENCE_MS.hmi);
});

test("what a dependency says of itself is passed on, with the time that it took", async () => {
  const said = await probeDependency(undefined, async () => ({ version: "1.2.3" }), 10_000);
  expect(said).toEqual({ status: "ok", version: "1.2.3", latency_ms: expect.any(Number) });
});
