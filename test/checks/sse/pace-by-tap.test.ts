/** A real engine cannot be told how fast to write; when a tap saw it write is when its words have to arrive. */
import { expect, onTestFinished, test } from "vitest";
import { startStack } from "../../../src/start-stack.ts";
import { startTap } from "../../../src/tap/start-tap.ts";
import { verify } from "../../../src/verify/verify-stack.ts";
import { startUnrecordedOllama } from "../../support/unrecorded-ollama.ts";

interface Judged {
  readonly fault?: string;
  readonly tokenDelayMs?: number;
  readonly isTapped?: boolean;
}

async function judgePace({ fault = "none", tokenDelayMs = 20, isTapped = true }: Judged) {
  const ollama = await startUnrecordedOllama({ tokenDelayMs });
  const tap = await startTap({ upstream: ollama });
  onTestFinished(() => tap.close());
  const engine = isTapped ? tap.url : ollama;
  const stack = await startStack({ engineUrl: engine, fault });
  onTestFinished(() => stack.close());
  const { results } = await verify({ suite: "sse", ids: ["sse/pace"], target: { ...stack, engine } });
  return results.find(({ id }) => id === "sse/pace")?.outcome;
}

test("words that arrive as a tap saw the engine write them", async () => {
  expect(await judgePace({})).toMatchObject({ verdict: "holds" });
});

test("words that are held back until eight are together are found", async () => {
  expect(await judgePace({ fault: "tokens-in-bursts", tokenDelayMs: 40 })).toMatchObject({
    verdict: "broken",
    expected: expect.stringContaining("as a tap saw the engine write them"),
    found: expect.stringMatching(/^tokens at \d+ moments over /),
  });
});

test("what an engine writes at once shows no pace", async () => {
  expect(await judgePace({ tokenDelayMs: 0 })).toMatchObject({
    verdict: "skipped",
    reason: expect.stringContaining("that shows no pace"),
  });
});

test("without a tap nobody knows when a real engine wrote", async () => {
  expect(await judgePace({ isTapped: false })).toMatchObject({ verdict: "skipped" });
});
