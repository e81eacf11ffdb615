import { afterEach, expect, test, vi } from "vitest";
import { ModelList } from "../../../src/contract/common-schemas.ts";
import { limitsFrom, UNKNOWN_LIMITS } from "../../../src/services/conversations/model-limits.ts";
import { fakeModel } from "../../support/fake-gateway.ts";

afterEach(() => {
  vi.useRealTimers();
});

const LIST = ModelList.parse({
  status: "ok",
  models: [
    fakeModel("gemma3:4b", { window_in_force: 8192, capabilities: ["completion", "vision"] }),
    fakeModel("llama3.1:latest", { window_in_force: 4096, capabilities: ["completion", "thinking"] }),
    fakeModel("unknown", {}),
  ],
  default: "llama3.1:latest",
});

test.each([
  ["gemma3:4b", { window: 8192, canSee: true, canThink: false }],
  ["ollama/gemma3:4b", { window: 8192, canSee: true, canThink: false }],
  ["LLAMA3.1", { window: 4096, canSee: false, canThink: true }],
  [null, { window: 4096, canSee: false, canThink: true }],
  ["unknown", UNKNOWN_LIMITS],
  ["not there", UNKNOWN_LIMITS],
])("the limits of %s are found as the engine finds its models", async (model, expected) => {
  expect(await limitsFrom(async () => LIST)(model)).toEqual(expected);
});

test("many that ask at once ask for one list", async () => {
  let asked = 0;
  const limitsOf = limitsFrom(async () => {
    asked += 1;
    return LIST;
  });
  await Promise.all(Array.from({ length: 20 }, () => limitsOf(null)));
  expect(asked).toBe(1);
});

test("a window that was not told is asked for again soon: the message before may have loaded the model", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  let loaded: number | null = null;
  const limitsOf = limitsFrom(async () =>
    ModelList.parse({ ...LIST, models: [fakeModel("m", { window_in_force: loaded })] }),
  );
  expect((await limitsOf("m")).window).toBeNull();
  loaded = 4096;
  expect((await limitsOf("m")).window).toBeNull();
  vi.advanceTimersByTime(250);
  expect((await limitsOf("m")).window).toBe(4096);
});

test.each([
  ["fails", () => Promise.reject(new Error("no"))],
  ["does not answer", () => new Promise<never>(() => undefined)],
])("where the list %s, nothing is known, and nobody waits for long", async (_, list) => {
  const begun = performance.now();
  expect(await limitsFrom(list)("m")).toEqual(UNKNOWN_LIMITS);
  expect(performance.now() - begun).toBeLessThan(3_000);
});
