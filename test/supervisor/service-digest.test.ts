import { expect, test } from "vitest";
import { digestOf } from "../../src/supervisor/service-digest.ts";
import { DEFAULT_RESTART, type ServiceSpec } from "../../src/supervisor/service-spec.ts";

const SPEC: ServiceSpec = {
  name: "hmi",
  command: { file: "node", args: ["hmi.js"], cwd: "/srv", env: { PORT: "6101", TOKEN: "secret" } },
  address: { host: "127.0.0.1", port: 6101 },
  ready: { kind: "tcp", timeoutMs: 1000 },
};

test("a digest is 64 hexadecimal digits", () => {
  expect(digestOf(SPEC)).toMatch(/^[0-9a-f]{64}$/);
});

test("the order of names does not count", () => {
  const { env, ...command } = SPEC.command;
  const turned = { TOKEN: "secret", PORT: "6101" };
  expect(digestOf({ ...SPEC, command: { env: turned, ...command } })).toBe(digestOf(SPEC));
});

test.each<[string, Partial<ServiceSpec>]>([
  ["its arguments", { command: { ...SPEC.command, args: ["hmi.js", "-v"] } }],
  ["its environment", { command: { ...SPEC.command, env: { PORT: "6101", TOKEN: "other" } } }],
  ["its address", { address: { host: "127.0.0.1", port: 6102 } }],
  ["its colours", { color: true }],
  ["how it is stopped", { stopSignal: "SIGINT" }],
])("a service with %s changed is another one", (_, changes) => {
  expect(digestOf({ ...SPEC, ...changes })).not.toBe(digestOf(SPEC));
});

test.each<[string, Partial<ServiceSpec>]>([
  ["its probe", { ready: { kind: "tcp", timeoutMs: 2000 } }],
  ["its restart policy", { restart: { ...DEFAULT_RESTART, when: "no" } }],
  ["its log limits", { log: { maxBytes: 1, keep: 0 } }],
  ["its labels", { labels: { kind: "embedded" } }],
])("a service with %s changed is the same one", (_, changes) => {
  expect(digestOf({ ...SPEC, ...changes })).toBe(digestOf(SPEC));
});
