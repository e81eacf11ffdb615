import { expect, test } from "vitest";
import { patternProblems } from "../../../src/config/services/pattern-problems.ts";

async function faultOf(pattern: string): Promise<unknown> {
  const ready = { kind: "log", pattern } as const;
  const command = { file: "x", args: [], cwd: "/", env: {} };
  return await patternProblems({ a: { command, depends_on: [], ready } });
}

test.each([
  ["(", "missing closing ): `(`"],
  ["up(?=!)", "(?= looks around or back, which may take for ever: RE2's syntax is without it"],
  ["(a)\\1", "\\1 looks around or back, which may take for ever: RE2's syntax is without it"],
])("ready: a line like /%s/ is refused", async (pattern, trouble) => {
  expect(await faultOf(pattern)).toEqual([
    {
      path: ["services", "a", "ready", "log"],
      part: "value",
      message: `is no regular expression: ${trouble}`,
    },
  ]);
});

test.each(["(a+)+$", "ready|listening", "^INFO.*\\d{2,5}\\b", "(?<port>\\d+)", "\\u00e9\\p{L}"])(
  "ready: a line like /%s/ can be waited for",
  async (pattern) => {
    expect(await faultOf(pattern)).toEqual([]);
  },
);
