import { expect } from "vitest";
import { WireDescriptionSchema } from "../../src/contract/wire-description.ts";
import { readHar } from "../../src/learn/har-file.ts";
import { learnWire } from "../../src/learn/learn-wire.ts";
import type { LearnedWire } from "../../src/learn/learned-wire.ts";
import { type HarEntry, harOf } from "./har.ts";

/** What is learned of a HAR with these exchanges; and that it could stand in a configuration. */
export function learn(...entries: readonly HarEntry[]): LearnedWire {
  const learned = learnWire(readHar("chat.har", harOf(...entries)));
  expect(WireDescriptionSchema.safeParse(learned.wire).error).toBeUndefined();
  return learned;
}
