import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { startTestEngine } from "../support/gateway.ts";
import { traceUrls } from "../support/trace.ts";

const contractOf = (driver: string) => ({ ...DEFAULT_CONFIG.contract, driver });

test("a stack of another wire is followed from its engine to where its messages go", async () => {
  const gateway = await startTestEngine();
  const report = await traceUrls({ gateway, engine: gateway, contract: contractOf("openai-chat") });
  expect(report).toMatchObject({ ok: true, record: "stand-in", left_behind: [] });
  expect(report.hops.map(({ hop, behind }) => [hop, behind])).toEqual([
    ["engine", null],
    ["gateway", "engine"],
  ]);
  const [, pass] = report.hops;
  expect(pass?.passes[0]).toMatchObject({
    request: "POST /v1/chat/completions",
    end: "done",
    finish_reason: "length",
    model: "llama3.1:8b",
    has_rows: false,
  });
});

test("an engine by itself is a stack of one hop", async () => {
  const engine = await startTestEngine();
  const { hops, ok } = await traceUrls({ engine, contract: contractOf("ollama") });
  expect(ok).toBe(true);
  expect(hops.map(({ hop }) => hop)).toEqual(["engine"]);
  expect(hops[0]?.passes[0]).toMatchObject({ request: "POST /api/chat", end: "done" });
});
