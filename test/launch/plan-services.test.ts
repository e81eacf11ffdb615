import { expect, test } from "vitest";
import type { Config } from "../../src/config/config-schema.ts";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import type { ServiceConfig } from "../../src/config/service-config.ts";
import type { EnginePlan } from "../../src/launch/plan-engine.ts";
import { planServices } from "../../src/launch/plan-services.ts";
import type { PlannedService } from "../../src/launch/planned-service.ts";
import { withDependencies } from "../../src/launch/start-order.ts";
import { supervisorPlan } from "../../src/launch/supervise-stack.ts";
import { digestOf } from "../../src/supervisor/service-digest.ts";

const STAND_IN: EnginePlan = { use: "stand-in" };
const command = { file: "python3", args: ["app.py"], cwd: "/work", env: { MODE: "test" } };
const tcp = { kind: "tcp", timeoutMs: 2000 } as const;

const withServices = (services: Record<string, ServiceConfig>): Config => ({ ...DEFAULT_CONFIG, services });

const planned = (config: Config, engine: EnginePlan = STAND_IN): PlannedService[] =>
  planServices(config, engine);
const named = (plan: readonly PlannedService[], name: string): PlannedService => {
  const found = plan.find((service) => service.name === name);
  if (found === undefined) throw new Error(`There is no ${name}.`);
  return found;
};

test("without services of the user's there are ours, each after what it needs", () => {
  const plan = planned(DEFAULT_CONFIG);
  expect(plan.map(({ name, kind }) => [name, kind])).toEqual([
    ["engine", "stand-in"],
    ["gateway", "embedded"],
    ["hmi", "embedded"],
  ]);
  expect(plan.map(({ spec }) => spec.dependsOn)).toEqual([[], ["engine"], ["gateway"]]);
});

test("whatever the order in the file, services start after what they depend on", () => {
  const plan = planned(
    withServices({
      hmi: { embedded: "hmi", depends_on: ["gateway", "vectors"] },
      gateway: { embedded: "gateway", depends_on: ["engine"] },
      vectors: { command, port: 8000, ready: tcp, depends_on: [] },
      engine: { embedded: "engine", depends_on: [] },
    }),
  );
  expect(plan.map(({ name }) => name)).toEqual(["engine", "gateway", "vectors", "hmi"]);
});

test("a program under the name of a part of the chat stack listens at that part's address, and is told its port", () => {
  const { spec, kind } = named(planned(withServices({ gateway: { command, depends_on: [] } })), "gateway");
  expect(kind).toBe("command");
  expect(spec).toMatchObject({
    address: { host: "127.0.0.1", port: 6120 },
    ready: { kind: "tcp" },
    command: {
      file: "python3",
      env: { PORT: "6120", MODE: "test", STACK_ENGINE_URL: "http://127.0.0.1:11434" },
    },
  });
});

test("what a program's own environment says counts before what it is told", () => {
  const own = { ...command, env: { PORT: "1" } };
  const { spec } = named(planned(withServices({ hmi: { command: own, depends_on: [] } })), "hmi");
  expect(spec.command.env).toMatchObject({ PORT: "1" });
});

test("a worker without a port has no address, and its log tells when it is ready", () => {
  const ready = { kind: "log", pattern: "ready" } as const;
  const { spec } = named(planned(withServices({ worker: { command, ready, depends_on: [] } })), "worker");
  expect(spec.address).toBeUndefined();
  expect(spec.command.env).not.toHaveProperty("PORT");
  expect(spec.ready).toEqual(ready);
});

test("settings that are given reach the supervisor, and the others are the supervisor's own", () => {
  const { spec } = named(
    planned(
      withServices({
        hmi: {
          command,
          depends_on: [],
          restart: { policy: "always", limit: 2 },
          stop_signal: "SIGINT",
          stop_timeout_ms: 100,
          log: { keep: 1 },
        },
      }),
    ),
    "hmi",
  );
  expect(spec).toMatchObject({
    restart: { when: "always", limit: 2, backoffMs: 500, maxBackoffMs: 30_000, withinMs: 60_000 },
    log: { keep: 1, maxBytes: 10 * 1024 * 1024 },
    stopSignal: "SIGINT",
    stopTimeoutMs: 100,
  });
  expect(spec).not.toHaveProperty("startTimeoutMs");
});

test("an engine that answers already is watched, not run", () => {
  const external: EnginePlan = { use: "external", kind: "ollama" };
  const plan = planned(DEFAULT_CONFIG, external);
  expect(named(plan, "engine")).toMatchObject({ kind: "ollama", isExternal: true });
  const { services, watched } = supervisorPlan(DEFAULT_CONFIG, plan);
  expect(services.map(({ name }) => name)).toEqual(["gateway", "hmi"]);
  expect(watched).toMatchObject([{ name: "engine", address: { port: 11_434 }, ready: { kind: "http" } }]);
});

test("somebody else's service is watched at its address", () => {
  const config = withServices({ vectors: { url: "https://vectors.internal", ready: tcp, depends_on: [] } });
  expect(supervisorPlan(config, planned(config)).watched).toMatchObject([
    { name: "vectors", address: { host: "vectors.internal", port: 443 } },
  ]);
});

test("who is asked for brings what it depends on, and nothing else", () => {
  const plan = planned(DEFAULT_CONFIG);
  expect([...withDependencies(plan, ["gateway"])].toSorted()).toEqual(["engine", "gateway"]);
  expect([...withDependencies(plan, ["hmi"])].toSorted()).toEqual(["engine", "gateway", "hmi"]);
});

test("with a tap the gateway asks the tap, which stands between it and the engine", () => {
  const plan = planned({ ...DEFAULT_CONFIG, engine: { ...DEFAULT_CONFIG.engine, tap_port: 11_435 } });
  expect(plan.map(({ name }) => name)).toEqual(["engine", "tap", "gateway", "hmi"]);
  expect(named(plan, "gateway").spec.command.env).toMatchObject({
    STACK_ENGINE_URL: "http://127.0.0.1:11435",
  });
  expect(named(plan, "tap").spec.command.env).toMatchObject({ STACK_ENGINE_URL: "http://127.0.0.1:11434" });
});

test("what a service is told holds no function, so that it can be handed on as JSON", () => {
  const { services, watched } = supervisorPlan(DEFAULT_CONFIG, planned(DEFAULT_CONFIG));
  expect(JSON.parse(JSON.stringify({ services, watched }))).toEqual({ services, watched });
});

const inReplicas: Config = {
  ...withServices({
    engine: { embedded: "engine", depends_on: [] },
    gateway: { embedded: "gateway", replicas: 2, depends_on: ["engine"] },
    hmi: { embedded: "hmi", replicas: 2, depends_on: ["gateway"] },
  }),
  store: { ...DEFAULT_CONFIG.store, url: "postgresql://db/chat" },
};

test("of several copies each has a name and a port, and the HMIs are told all gateways", () => {
  const plan = planned(inReplicas);
  expect(plan.map(({ name, service, spec: { address } }) => [name, service, address?.port])).toEqual([
    ["engine", "engine", 11434],
    ["gateway", "gateway", 6120],
    ["gateway-2", "gateway", 6121],
    ["hmi", "hmi", 6101],
    ["hmi-2", "hmi", 6102],
  ]);
  const urls = "http://127.0.0.1:6120,http://127.0.0.1:6121";
  expect(named(plan, "hmi-2").spec.command.env).toMatchObject({
    STACK_HMI_PORT: "6102",
    STACK_GATEWAY_PORT: "6120",
    STACK_REPLICAS_GATEWAY_URLS: urls,
  });
  expect(named(plan, "gateway-2").spec.command.env).toMatchObject({
    STACK_GATEWAY_PORT: "6121",
    STACK_REPLICAS_GATEWAY_URLS: "",
  });
});

test("who needs a service in copies names all of them, and the first copy is started as if it were alone", () => {
  expect(named(planned(inReplicas), "hmi").spec.dependsOn).toEqual(["gateway", "gateway-2"]);
  const one = withServices({
    ...inReplicas.services,
    gateway: { embedded: "gateway", replicas: 1, depends_on: ["engine"] },
  });
  const of = (config: Config) =>
    digestOf(named(planned({ ...config, store: inReplicas.store }), "gateway").spec);
  expect(of(one)).toBe(of(inReplicas));
});

test("where there may be copies, a service drains for a minute unless it is told otherwise, and has the time to", () => {
  const drains = (config: Config) => {
    const { spec } = named(planned(config), "gateway");
    return [spec.command.env?.["STACK_STREAM_DRAIN_MS"], spec.stopTimeoutMs];
  };
  expect(drains(DEFAULT_CONFIG)).toEqual(["0", undefined]);
  expect(drains(inReplicas)).toEqual(["60000", 65_000]);
  const told = { ...inReplicas, stream: { ...inReplicas.stream, drain_ms: 2_000 } };
  expect(drains(told)).toEqual(["2000", 7_000]);
});
