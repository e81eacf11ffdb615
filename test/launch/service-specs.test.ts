import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { tapSpec } from "../../src/launch/plan-tap.ts";
import { engineSpec, NODE_FLAGS, serviceSpec } from "../../src/launch/service-specs.ts";
import { probe } from "../../src/supervisor/run-probe.ts";
import { listen } from "../supervisor/helpers.ts";

const withEngine = (url: string) => ({ ...DEFAULT_CONFIG, engine: { ...DEFAULT_CONFIG.engine, url } });

// Without its port Ollama would take its own default, and an IPv6 address needs brackets.
test.each([
  ["http://127.0.0.1:1234", "http://127.0.0.1:1234"],
  ["http://localhost", "http://localhost:80"],
  ["http://[::1]:1234", "http://[::1]:1234"],
])("for engine.url %s ollama is told OLLAMA_HOST=%s", (url, host) => {
  const { command, labels } = engineSpec(withEngine(url), { use: "ollama", program: "/bin/ollama" });
  expect(command).toMatchObject({ file: "/bin/ollama", args: ["serve"], env: { OLLAMA_HOST: host } });
  expect(labels).toEqual({ kind: "ollama" });
});

test.each([
  ["a gateway is not taken for an HMI", '{"service":"gateway"}', 200, false],
  ["an HMI is an HMI", '{"service":"hmi"}', 200, true],
  ["an HMI that refuses is not ready", '{"service":"hmi"}', 503, false],
  ["a page is no HMI", "<!doctype html>", 200, false],
  ["null is no HMI", "null", 200, false],
])("%s", async (_, body, status, expected) => {
  const server = await listen(createServer((_, response) => response.writeHead(status).end(body)));
  const address = server.address() as AddressInfo;
  const spec = serviceSpec(DEFAULT_CONFIG, "hmi");
  const { ok } = await probe({ ...spec, address: { host: "127.0.0.1", port: address.port } }, spec.ready);
  expect(ok).toBe(expected);
});

test("gateway and HMI are asked with the token, and it is in no argument", () => {
  const config = { ...DEFAULT_CONFIG, auth: { ...DEFAULT_CONFIG.auth, token: "secret" } };
  for (const name of ["gateway", "hmi"] as const) {
    const { ready, command, labels } = serviceSpec(config, name);
    expect(ready).toMatchObject({ headers: { authorization: "Bearer secret" } });
    expect(JSON.stringify([command.file, command.args, labels])).not.toContain("secret");
  }
  expect(serviceSpec(DEFAULT_CONFIG, "hmi").ready).toMatchObject({ headers: {} });
  expect(engineSpec(config, { use: "stand-in" }).ready).toMatchObject({ headers: {} });
});

test("the engine is asked with its own key, which only the gateway is given", () => {
  const engine = { ...DEFAULT_CONFIG.engine, api: "openai", api_key: "sk-1" } as const;
  const config = { ...DEFAULT_CONFIG, engine };
  expect(engineSpec(config, { use: "external", kind: "openai" }).ready).toMatchObject({
    path: "/v1/models",
    headers: { authorization: "Bearer sk-1" },
    json: { data: "*" },
  });
  expect(serviceSpec(config, "gateway").command.env).toMatchObject({ STACK_ENGINE_API_KEY: "sk-1" });
  for (const { command } of [serviceSpec(config, "hmi"), tapSpec(config)])
    expect(JSON.stringify(command)).not.toContain("sk-1");
});

test("a service's environment holds the whole configuration, so that it needs no file", () => {
  const { command } = serviceSpec(DEFAULT_CONFIG, "gateway");
  expect(command.env).toMatchObject({
    STACK_GATEWAY_PORT: "6120",
    STACK_ENGINE_URL: "http://127.0.0.1:11434",
  });
});

/** Which of Node's own modules were compiled, and not taken as compiled: their number. */
const COMPILED_BUILTINS = `
  import "node:http";
  import { createRequire } from "node:module";
  const { internalBinding } = createRequire("/")("internal/test/binding");
  console.log(internalBinding("builtins").getCacheUsage().compiledWithoutCache.size);
`;

// V8 takes compiled code only where its flags are those that it was compiled with.
test("with the flags of a service Node compiles none of its own modules", () => {
  const compiledBy = (flags: readonly string[]) => {
    const own = ["--no-warnings", "--expose-internals", "--input-type=module", "-e", COMPILED_BUILTINS];
    return Number(execFileSync(process.execPath, [...flags, ...own], { encoding: "utf8" }));
  };
  expect(compiledBy(NODE_FLAGS)).toBe(0);
  expect(compiledBy([...NODE_FLAGS, "--expose-gc"])).toBeGreaterThan(0);
});
