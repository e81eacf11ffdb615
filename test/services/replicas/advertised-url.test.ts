import { isIP } from "node:net";
import { expect, test } from "vitest";
import { advertisedHost, advertisedUrl } from "../../../src/services/replicas/advertised-url.ts";

test("other copies reach a service where the setting says, or where it listens", () => {
  expect(advertisedUrl({ host: "10.0.0.5", port: 6101 })).toBe("http://10.0.0.5:6101");
  expect(advertisedUrl({ host: "0.0.0.0", port: 6101 }, "hmi-1.hmi")).toBe("http://hmi-1.hmi:6101");
  expect(advertisedUrl({ host: "::", port: 6101 }, "fd00::5")).toBe("http://[fd00::5]:6101");
});

test("where it listens on all addresses, one of this machine is told", () => {
  // A machine without any network has none that others could reach.
  expect(isIP(advertisedHost("0.0.0.0"))).not.toBe(0);
  expect(advertisedHost("0.0.0.0")).not.toMatch(/^127\./);
});
