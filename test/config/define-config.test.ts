import { expect, test } from "vitest";
import { defineConfig, type StackConfig } from "../../src/index.ts";

test("a configuration in TypeScript is given back as it is, and its settings are typed", () => {
  const config = defineConfig({
    engine: { url: "http://127.0.0.1:11434" },
    services: { gateway: { command: ["uvicorn", "app:app"], restart: "always", live: { tcp: true } } },
  });
  expect(config.services.gateway.restart).toBe("always");
  // @ts-expect-error: there is no such policy.
  ({ services: { a: { command: "x", restart: "sometimes" } } }) satisfies StackConfig;
  // @ts-expect-error: there is no such setting.
  ({ hmi: { prot: 1 } }) satisfies StackConfig;
});

test("it may be a function, also an async one", async () => {
  const config = defineConfig(async () => ({ hmi: { port: 1 } }));
  expect(await config()).toEqual({ hmi: { port: 1 } });
});
