import { expect, test } from "vitest";
import { GenerationLog } from "../../../src/services/stand-in-engine/generation-record.ts";

const FACTS = {
  endpoint: "generate",
  model: "m",
  messages: null,
  prompt: "p",
  system: null,
  options: {},
} as const;

test("the newest 2000 generations are kept", () => {
  const log = new GenerationLog();
  for (let i = 0; i < 2001; i += 1) log.begin(FACTS);
  const ids = log.after(0).map(({ id }) => id);
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([2000, 2, 2001]);
});
