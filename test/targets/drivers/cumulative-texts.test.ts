import { expect, test } from "vitest";
import { CumulativeTexts } from "../../../src/targets/drivers/cumulative-texts.ts";

const PIECE = (text: string) => ({ kind: "text", text }) as const;
const WHOLE = (text: string) => ({ kind: "text", text, isWhole: true }) as const;

test.each([
  ["each the whole so far", [WHOLE("a"), WHOLE("ab"), WHOLE("ab")], ["a", "b"]],
  ["the whole after its pieces", [PIECE("a"), PIECE("b"), WHOLE("ab")], ["a", "b"]],
  ["the whole, of which a piece was missing", [PIECE("a"), WHOLE("abc")], ["a", "bc"]],
  [
    "a second text, in pieces and whole",
    [WHOLE("one"), PIECE("t"), PIECE("wo"), WHOLE("two")],
    ["one", "t", "wo"],
  ],
  ["a second text that grows", [PIECE("one"), WHOLE("t"), WHOLE("two")], ["one", "t", "wo"]],
])("%s is said once", (_, facts, pieces) => {
  const growing = new CumulativeTexts();
  const told = facts.flatMap((fact) => growing.pieceOf(fact) ?? []);
  expect(told).toEqual(pieces.map(PIECE));
});
