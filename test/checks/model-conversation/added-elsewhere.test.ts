import { expect, test } from "vitest";
import { addedElsewhere } from "../../../src/checks/model-conversation/any-wire-exchange.ts";
import type { SeenRow } from "../../../src/targets/drivers/reply-facts.ts";

function row(content: string, message_id?: number): SeenRow {
  return {
    session_id: "7",
    role: "assistant",
    content,
    ...(message_id !== undefined && { message_id: String(message_id) }),
  };
}

const isOwn = ({ content }: SeenRow): boolean => content.includes("lajona");

test.each([
  ["behind what was there", [row("theirs", 1)], [row("theirs", 1), row("lajona", 2)]],
  ["in the place of a branch that is not shown any more", [row("a", 1), row("b", 2)], [row("lajona", 3)]],
  ["where rows have no id", [row("lajona")], [row("lajona"), row("lajona")]],
])("a reply is found %s", (_, before, after) => {
  const found = addedElsewhere(new Map([["7", before]]), new Map([["7", after]]), isOwn);
  expect(found.map(({ content }) => content)).toEqual(["lajona"]);
});

test("what others say meanwhile, and what was there before, is none of it", () => {
  const before = new Map([["7", [row("lajona", 1)]]]);
  const after = new Map([["7", [row("lajona", 1), row("theirs", 2)]]]);
  expect(addedElsewhere(before, after, isOwn)).toEqual([]);
});
