import { expect, test } from "vitest";
import { requireUnbufferedReply } from "../../src/checks/unbuffered-reply.ts";
import { CouldNotRun } from "../../src/harness/define-check.ts";
import type { ReplyFact, TimedFact } from "../../src/targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../src/targets/http-client.ts";

/** A reply with a piece every so many milliseconds, and this end. */
function reply(pieces: number, everyMs: number, ending: ReplyFact = { kind: "done", reason: "stop" }) {
  const facts: TimedFact[] = Array.from({ length: pieces }, (_, index) => ({
    kind: "text",
    text: `${index} `,
    at_ms: 1_300 + index * everyMs,
  }));
  return {
    facts: [...facts, { ...ending, at_ms: 1_300 + pieces * everyMs }],
    end: "closed",
  } as unknown as SeenStream;
}

test("of a whole reply that came at once nobody can say whether a cancel would have ended it", () => {
  const judging = () => requireUnbufferedReply(reply(200, 0.1));
  expect(judging).toThrow(CouldNotRun);
  expect(judging).toThrow("200 pieces within 20 ms");
});

test.each([
  ["came in pieces", reply(200, 40)],
  ["was cut short", reply(200, 0.1, { kind: "done", reason: "cancelled" })],
  ["is short", reply(5, 0.1)],
  ["never began", null],
])("a reply that %s is judged", (_, stream) => {
  expect(() => requireUnbufferedReply(stream)).not.toThrow();
});
