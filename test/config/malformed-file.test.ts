import { expect, test } from "vitest";
import { problemsIn } from "../support/config.ts";

test.each([
  ["hmi:\n  port: [1\n", "2:9  `[` is opened here, and there is no `]` to it"],
  [
    "services:\n  a: { command: [x, y, port: 1 }\n  b: { command: z }\nhmi: {}\n",
    "2:17  `[` is opened here, and there is no `]` to it",
  ],
  [
    '{ "hmi": { "port": 1,\n  "gateway": { "port": 2 }\n',
    "1:10  `{` is opened here, and there is no `}` to it",
  ],
])("a bracket without its end is one message, where it is opened: %j", async (yaml, problem) => {
  expect(await problemsIn(yaml)).toEqual([problem]);
});

test("every name that stands twice is told with its path and the first place", async () => {
  expect(await problemsIn('hmi:\n  port: 1\n  port: 2\n"hmi": {}\n')).toEqual([
    "3:3  hmi.port: stands here a second time; the first is at stack.config.yaml:2:3",
    "4:1  hmi: stands here a second time; the first is at stack.config.yaml:1:1",
  ]);
});

test("what the parser says after the first break of the syntax is left out", async () => {
  expect(await problemsIn("a: 1\na: 2\nb: c: d\n e: [\n")).toEqual([
    "2:1  a: stands here a second time; the first is at stack.config.yaml:1:1",
    expect.stringMatching(/^3:4 {2}\S/),
  ]);
});
