import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { createSseDecoder } from "../../src/contract/sse-decoder.ts";
import { CUTS, cutCase, type ExpectedMessage, expectedOf, type SseCase } from "../support/sse-cases/case.ts";
import { launchDarklyCases, launchDarklySkipped } from "../support/sse-cases/launchdarkly.ts";
import { wptCases, wptSkipped } from "../support/sse-cases/wpt.ts";

interface Read {
  readonly messages: ExpectedMessage[];
  readonly comments: string[];
}

function read(chunks: readonly Uint8Array[]): Read {
  const seen: Read = { messages: [], comments: [] };
  const decoder = createSseDecoder({
    onMessage: ({ id, data, event = "message" }) => seen.messages.push({ id, data, event }),
    onComment: (comment) => seen.comments.push(comment),
  });
  for (const chunk of chunks) decoder.push(chunk);
  return seen;
}

describe.each([
  ["the web platform's", wptCases, wptSkipped],
  ["LaunchDarkly's", launchDarklyCases, launchDarklySkipped],
] as const)("%s cases", (_, cases, skipped) => {
  test.each(cases)("$of: $name", (sseCase: SseCase) => {
    for (const how of CUTS) {
      const { messages, comments } = read(cutCase(sseCase, how));
      expect(messages, how).toEqual(expectedOf(sseCase));
      if (sseCase.comments !== undefined) expect(comments, how).toEqual(sseCase.comments);
    }
  });

  for (const { of, reason } of skipped) test(of, ({ skip }) => skip(reason));
});

test("an id that comes without data holds for the messages after it", () => {
  expect(read([Buffer.from("id: 7\n\ndata: x\n\n")]).messages).toEqual([
    { id: "7", data: "x", event: "message" },
  ]);
});

test("the letters that a BOM looks like in Latin-1 are letters", () => {
  expect(read([Buffer.from("ï»¿data: 1\n\ndata: 2\n\n")]).messages).toMatchObject([{ data: "2" }]);
});

test("every reader of an event stream is this one: nothing else imports the parser", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const readers = globSync("{src,web,bench}/**/*.{ts,tsx}", { cwd: root }).filter((file) =>
    /from "eventsource-parser|new EventSource\(/.test(readFileSync(`${root}/${file}`, "utf8")),
  );
  expect(readers).toEqual(["src/contract/sse-decoder.ts"]);
});
