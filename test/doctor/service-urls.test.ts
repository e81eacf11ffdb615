import { expect, test } from "vitest";
import type { Config } from "../../src/config/config-schema.ts";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { urlsOfServices } from "../../src/doctor/service-urls.ts";
import type { StackInspection } from "../../src/launch/inspect-stack.ts";
import { ODD_WIRE } from "../support/odd-back-end.ts";

const NOBODY: StackInspection = (["engine", "gateway", "hmi"] as const).map(
  (name) => ({ name, state: { state: "stopped" } }) as unknown as StackInspection[number],
);

const ours: Config = DEFAULT_CONFIG;
const [engine, gateway, hmi] = ["http://127.0.0.1:11434", "http://127.0.0.1:6120", "http://127.0.0.1:6101"];
const speaking = (driver: string, more: Partial<Config> = {}): Config => ({
  ...ours,
  ...more,
  contract: { ...ours.contract, driver, wire: driver === "described" ? ODD_WIRE : {} },
});

test("a stack of ours has all three, whether they are there or not", () => {
  expect(urlsOfServices({ config: ours }, NOBODY)).toEqual({ engine, gateway, hmi });
});

test("of a back end of others only what is configured, or there, is missed", () => {
  const config = speaking("described");
  expect(urlsOfServices({ config }, NOBODY)).toEqual({ hmi });
  const seen = NOBODY.map((each) =>
    each.name === "engine" ? { ...each, state: { state: "foreign" } } : each,
  ) as unknown as StackInspection;
  expect(urlsOfServices({ config }, seen)).toEqual({ engine, hmi });
  const elsewhere = speaking("described", { gateway: { ...ours.gateway, port: 7000 } });
  expect(urlsOfServices({ config: elsewhere }, NOBODY)).toEqual({ gateway: "http://127.0.0.1:7000", hmi });
  expect(urlsOfServices({ config, urls: { engine: "http://e" } }, NOBODY)).toEqual({
    engine: "http://e",
    hmi,
  });
});

test("a wire whose stacks have a gateway and an engine misses them", () => {
  expect(urlsOfServices({ config: speaking("seeds") }, NOBODY)).toEqual({ engine, gateway, hmi });
});

test("of a stack of another wire than the configured one only what is named counts", () => {
  const contract = { ...ours.contract, driver: "openai-chat" };
  expect(urlsOfServices({ config: ours, contract }, NOBODY)).toEqual({ gateway });
});
