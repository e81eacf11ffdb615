import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../../src/config/default-config.ts";
import { startConfiguredStandIn } from "../../../src/services/configured-stand-in.ts";
import { engineOptionsIn } from "../../../src/services/stand-in-engine/engine-environment.ts";
import { call } from "../../support/http.ts";

test("the variables of ollama serve are read", () => {
  const env = { OLLAMA_NUM_PARALLEL: "2", OLLAMA_MAX_QUEUE: "3", OLLAMA_CONTEXT_LENGTH: "8192", OTHER: "4" };
  expect(engineOptionsIn(env)).toEqual({ parallel: 2, maxQueue: 3, contextLength: 8192 });
});

test.each(["", "0", "-1", "1.5", "many", "99999999999"])("%j sets nothing", (text) => {
  expect(engineOptionsIn({ OLLAMA_NUM_PARALLEL: text })).toEqual({});
});

test("a stand-in that is started as a service obeys them", async () => {
  const config = { ...DEFAULT_CONFIG, engine: { ...DEFAULT_CONFIG.engine, url: "http://127.0.0.1:0" } };
  const engine = await startConfiguredStandIn(config, { OLLAMA_CONTEXT_LENGTH: "2048" });
  try {
    await call(engine.url, "/api/generate", { body: { model: "phi3:mini" } });
    const { json } = await call(engine.url, "/api/ps");
    expect(json.models).toMatchObject([{ name: "phi3:mini", context_length: 2048 }]);
  } finally {
    await engine.close();
  }
});
