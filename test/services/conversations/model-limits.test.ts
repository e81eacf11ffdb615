import { setImmediate } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { ModelList } from "../../../src/contract/common-schemas.ts";
import {
  limitsFrom,
  lookUpLimits,
  UNKNOWN_LIMITS,
} from "../../../src/services/conversations/model-limits.ts";
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

/** A list of one model with this window, which counts how often it was asked for; the clock is the test's. */
function countedList(window: number | null) {
  vi.useFakeTimers({ toFake: ["performance"] });
  const state = { asked: 0, window };
  const { of, replyEnded } = lookUpLimits(async () => {
    state.asked += 1;
    return ModelList.parse({ ...LIST, models: [fakeModel("m", { window_in_force: state.window })] });
  });
  return { state, of, replyEnded };
}

test("what was found when the model's last reply had ended will do for a minute, where it is enough", async () => {
  const { state, of, replyEnded } = countedList(null);
  await of("m");
  state.window = 8192;
  replyEnded("m");
  await setImmediate();
  state.window = 4096;
  vi.advanceTimersByTime(59_000);
  const before = state.asked;
  expect((await of("ollama/m", ({ window }) => window === 8192)).window).toBe(8192);
  expect(state.asked).toBe(before);
  expect((await of("m", () => false)).window).toBe(4096);
  vi.advanceTimersByTime(2_000);
  expect((await of("m", () => true)).window).toBe(4096);
});

test("that an engine does not tell a window is asked again after a few seconds", async () => {
  const { state, of, replyEnded } = countedList(null);
  await of("m");
  replyEnded("m");
  await setImmediate();
  vi.advanceTimersByTime(4_000);
  expect((await of("m", () => true)).window).toBeNull();
  expect(state.asked).toBe(2);
  state.window = 4096;
  vi.advanceTimersByTime(2_000);
  expect((await of("m", () => true)).window).toBe(4096);
});

test("the end of a reply asks for no list while nobody has needed one, and not for each reply", async () => {
  const { state, of, replyEnded } = countedList(8192);
  replyEnded("m");
  expect(state.asked).toBe(0);
  await of("m");
  for (let reply = 0; reply < 5; reply += 1) {
    replyEnded("m");
    await setImmediate();
  }
  expect(state.asked).toBe(2);
});

test.each([
  ["fails", () => Promise.reject(new Error("no"))],
  ["does not answer", () => new Promise<never>(() => undefined)],
])("where the list %s, nothing is known, and nobody waits for long", async (_, list) => {
  const begun = performance.now();
  expect(await limitsFrom(list)("m")).toEqual(UNKNOWN_LIMITS);
  expect(performance.now() - begun).toBeLessThan(3_000);
});
