import { createServer } from "node:http";
import { expect, test } from "vitest";
import type { Config } from "../../src/config/config-schema.ts";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import type { Role } from "../../src/config/service-config.ts";
import { absentServices, servicesThere, urlsOfServices } from "../../src/doctor/service-urls.ts";
import { listenOnAnyPort } from "../support/listen.ts";
import { ODD_WIRE } from "../support/odd-back-end.ts";
import { freePorts } from "../support/ports.ts";

const WORDS = { file: "node", args: [], cwd: "/", env: {} };
const NOBODY: ReadonlySet<Role> = new Set();

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
  expect(urlsOfServices({ config }, new Set<Role>(["engine"]))).toEqual({ engine, hmi });
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

test.each<[string, Config["services"], Role[]]>([
  ["an engine alone", { engine: { embedded: "engine", depends_on: [] } }, ["engine"]],
  [
    "a gateway of ours, which asks an engine",
    { gateway: { embedded: "gateway", depends_on: [] } },
    ["engine", "gateway"],
  ],
  ["a program that need not ask a gateway", { hmi: { command: WORDS, depends_on: [] } }, ["hmi"]],
  ["none of the three", { worker: { command: WORDS, depends_on: [] } }, ["engine", "gateway", "hmi"]],
])("of ours is missed what is named, and what that asks: %s", (_, services, expected) => {
  const urls = urlsOfServices({ config: { ...ours, services } }, NOBODY);
  expect(Object.keys(urls).filter((name) => urls[name as Role] !== undefined)).toEqual(expected);
});

test("what nobody named is told with the setting that would name it", () => {
  const config = { ...ours, services: { engine: { embedded: "engine", depends_on: [] } } } as const;
  expect(absentServices({ config }, urlsOfServices({ config }, NOBODY))).toEqual([
    expect.stringMatching(
      /^The gateway is not judged, .+: services\.gateway, gateway\.host and gateway\.port, or --gateway would\.$/,
    ),
    expect.stringMatching(
      /^The HMI is not judged, .+: services\.hmi, hmi\.host and hmi\.port, or --hmi would\.$/,
    ),
  ]);
  const others = speaking("described");
  expect(absentServices({ config: others }, urlsOfServices({ config: others }, NOBODY))).toEqual([
    expect.stringContaining("The engine is not judged"),
  ]);
});

test("who listens at an address that no service is named for is there", async () => {
  const url = await listenOnAnyPort(createServer());
  const [port = 0] = await freePorts(1);
  const config = {
    ...ours,
    services: {},
    engine: { ...ours.engine, url },
    gateway: { ...ours.gateway, port },
    hmi: { ...ours.hmi, port },
  };
  expect([...(await servicesThere(config, []))]).toEqual(["engine"]);
});
