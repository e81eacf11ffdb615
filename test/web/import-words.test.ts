import { expect, test } from "vitest";
import type { ImportReport } from "../../src/contract/chat-export.ts";
import { importWords, remarkWords } from "../../web/import-words.ts";

const NONE = { imported: 0, already_there: 0, refused: 0 };

const reportOf = (change: Partial<ImportReport>): ImportReport => ({
  status: "ok",
  format: "chat-stack",
  conversations: NONE,
  profiles: NONE,
  refused: [],
  notes: [],
  ...change,
});

test.each<[Partial<ImportReport>, string]>([
  [{}, "Nothing new was imported."],
  [{ conversations: { ...NONE, imported: 1 } }, "One conversation imported."],
  [
    {
      conversations: { imported: 12, already_there: 1, refused: 2 },
      profiles: { imported: 1, already_there: 0, refused: 1 },
    },
    "12 conversations and one profile imported. One conversation is here already. Refused: 2 conversations and one profile.",
  ],
  [
    { conversations: { ...NONE, already_there: 3 }, profiles: { ...NONE, imported: 2 } },
    "2 profiles imported. 3 conversations are here already.",
  ],
])("%j is told as: %s", (change, words) => {
  expect(importWords(reportOf(change))).toBe(words);
});

test("a remark has its title, where there is one, and its place", () => {
  const remark = { place: "conversations.3", title: "Sea", reason: "because" };
  expect(remarkWords(remark)).toBe("“Sea” (conversations.3): because");
  expect(remarkWords({ ...remark, title: null })).toBe("conversations.3: because");
});
