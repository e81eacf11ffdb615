import { expect, test } from "vitest";
import { judgeSavedTurn } from "../../src/doctor/judge-saved-turn.ts";
import type { SeenRow } from "../../src/targets/drivers/reply-facts.ts";

const said = { conversation: "7", asked: "Say OK (17)", text: "OK, that is said." };
const user = (content = said.asked) => ({ role: "user", content }) as SeenRow;
const reply = (content = said.text) => ({ role: "assistant", content }) as SeenRow;

test.each([
  ["as it was said", [user(), reply()]],
  ["trimmed", [user(), reply(` ${said.text}\n`)]],
  ["behind another turn with the same reply", [user("Hello"), reply(), user(), reply()]],
])("a turn that is saved %s is well", (_, rows) => {
  expect(judgeSavedTurn(rows, said)).toBeUndefined();
});

test.each([
  ["without its message", [reply()], "not_saved"],
  ["without its reply", [user()], "not_saved"],
  ["with another reply", [user(), reply("Nobody knows.")], "not_saved"],
  ["without its reply, behind a turn that had the same one", [user("Hello"), reply(), user()], "not_saved"],
  ["with more than was streamed", [user(), reply(`${said.text} And more.`)], "lost_on_stream"],
  ["with less than was streamed", [user(), reply("OK, that is")], "lost_when_saved"],
  ["with its message twice", [user(), user(), reply()], "twice"],
  ["with its reply twice", [user(), reply(), reply()], "twice"],
  ["in reverse order", [reply(), user()], "order"],
  ["in reverse order behind others", [reply(), user(), reply("Hi."), user("Hello")], "order"],
] as const)("a turn that is saved %s is not", (_, rows, kind) => {
  expect(judgeSavedTurn(rows, said)).toMatchObject({ kind });
});
