import { expect, test } from "vitest";
import { isWaitExplained } from "../../src/trace/judge-first-token.ts";
import { NOTHING_SEEN } from "../../src/trace/read-hop-pass.ts";
import type { HopPass } from "../../src/trace/trace-report.ts";

/** A reply that waited for a title, as Open WebUI's with an engine of one slot. */
const TITLED: HopPass = {
  ...NOTHING_SEEN,
  ...{ status: 200, end: "done", text: "1, 2, 3", first_token_ms: 9_410, ended_ms: 10_200, title_ms: 9_070 },
  timings: { queue_ms: 8_930, load_ms: 0, prompt_ms: 100, reply_ms: 800 },
};

test("a long pass that shows itself what its first token waited for is not asked for again", () => {
  expect(isWaitExplained(TITLED)).toBe(true);
});

test.each<[string, Partial<HopPass>]>([
  [
    "is quick, and so no trouble to ask for again",
    { first_token_ms: 1_200, title_ms: 1_100, ended_ms: 2_000 },
  ],
  ["had its title when it had begun", { title_ms: 9_500 }],
  ["waited elsewhere than in the engine's queue", { timings: null }],
  ["came to no end", { end: "given_up" }],
])("one that %s tells nothing that could not be chance", (_, more) => {
  expect(isWaitExplained({ ...TITLED, ...more })).toBe(false);
});
