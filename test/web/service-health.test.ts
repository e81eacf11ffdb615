import { expect, test } from "vitest";
import type { Health } from "../../src/contract/common-schemas.ts";
import { checkedServices, hasServiceDown, serviceTrouble, shownServices } from "../../web/service-health.ts";

function health(gateway: "ok" | "unavailable"): Health {
  return {
    status: gateway === "ok" ? "ok" : "degraded",
    service: "hmi",
    version: "1",
    pid: 1,
    port: 1,
    uptime_s: 1,
    timestamp: "2026-01-01T00:00:00Z",
    active_streams: 0,
    dependencies: {
      gateway: { status: gateway, latency_ms: null, ...(gateway === "ok" ? {} : { error: "refused" }) },
      store: { status: "ok", latency_ms: 1 },
    },
  };
}

test("every service that the HMI names has a light, the store only while it is down", () => {
  const services = checkedServices([], health("ok"));
  expect(shownServices(services).map(({ name, status }) => [name, status])).toEqual([
    ["hmi", "up"],
    ["gateway", "up"],
  ]);
  expect(serviceTrouble(services)).toBeNull();
});

test("a service that is down is said to be, with what to do", () => {
  const services = checkedServices([], health("unavailable"));
  expect(services).toContainEqual({ name: "gateway", status: "down", error: "refused" });
  expect(serviceTrouble(services)).toMatchObject({
    message: expect.stringContaining("gateway"),
    hint: expect.stringContaining("stack up"),
  });
});

test("without the HMI nothing is known of the others", () => {
  const services = checkedServices(checkedServices([], health("unavailable")), undefined);
  expect(services.map(({ name, status }) => [name, status])).toEqual([
    ["hmi", "down"],
    ["gateway", "unknown"],
    ["store", "unknown"],
  ]);
  expect(hasServiceDown(services)).toBe(true);
  expect(shownServices(services).map(({ name }) => name)).toEqual(["hmi", "gateway"]);
});

test("a service that the page has no words for is named as it is", () => {
  expect(serviceTrouble([{ name: "cache", status: "down" }])?.message).toContain("cache");
});
