import { expect, test } from "vitest";
import type { SeenRow } from "../../src/targets/drivers/reply-facts.ts";
import { judgeSavedTurn } from "../../src/targets/judge-saved-turn.ts";

const said = { conversation: "7", asked: "Say OK (17)", text: "OK, that is said." };
const user = (content = said.asked) => ({ role: "user", content }) as SeenRow;
const row = (role: string, content = "") => ({ role, content }) as SeenRow;
const marked = (message_type: string, content: string) => ({ ...reply(content), message_type }) as SeenRow;
const reply = (content = said.text) => ({ role: "assistant", content }) as SeenRow;

test.each([
  ["as it was said", [user(), reply()]],
  ["trimmed", [user(), reply(` ${said.text}\n`)]],
  ["behind another turn that said the reply", [user(said.text), reply("So?"), user(), reply()]],
  ["behind another turn with the same reply", [user("Hello"), reply(), user(), reply()]],
  ["with a tool's call and answer", [user(), reply(""), row("tool", "4"), reply()]],
  [
    "in a row before a tool's call and one behind it",
    [user(), reply("OK, that"), row("event"), reply(" is said.")],
  ],
  [
    "with a title and a summary",
    [row("system", "A title"), user(), reply(), marked("title", "OK"), marked("summary", "")],
  ],
  ["with what somebody else says behind it", [user(), reply(), reply("Would you like to know more?")]],
])("a turn that is saved %s is well", (_, rows) => {
  expect(judgeSavedTurn(rows, said)).toBeUndefined();
});

test.each([
  ["without its message", [reply()], "message_not_saved"],
  ["without its reply", [user()], "not_saved"],
  ["with another reply", [user(), reply("Nobody knows.")], "changed"],
  ["with other white space", [user(), reply("OK,\nthat is said.")], "changed"],
  ["without its reply, behind a turn that had the same one", [user("Hello"), reply(), user()], "not_saved"],
  ["with more than was streamed", [user(), reply(`${said.text} And more.`)], "lost_on_stream"],
  ["with less than was streamed", [user(), reply("OK, that is")], "lost_when_saved"],
  [
    "with far more than was streamed",
    [user(), reply(`${"So. ".repeat(9)}${said.text} And more.`.repeat(9))],
    "lost_on_stream",
  ],
  ["with one word of what was streamed", [user(), reply("OK")], "lost_when_saved"],
  ["without a word", [user(), reply("")], "lost_when_saved"],
  ["with an empty row behind it", [user(), reply(), reply("")], "twice"],
  ["with an empty row before it", [user(), reply(" "), reply()], "twice"],
  ["with a part of it beside it", [user(), reply("OK, th"), reply()], "twice"],
  ["with its message twice", [user(), user(), reply()], "twice"],
  ["with its reply twice", [user(), reply(), reply()], "twice"],
  ["in reverse order", [reply(), user()], "order"],
  ["as if each had said what the other did", [row("assistant", said.asked), row("user", said.text)], "roles"],
  ["with its reply as the person's", [user(), row("user", said.text)], "roles"],
  ["with its message as the assistant's", [row("assistant", said.asked), reply()], "roles"],
  ["in reverse order behind others", [reply(), user(), reply("Hi."), user("Hello")], "order"],
] as const)("a turn that is saved %s is not", (_, rows, kind) => {
  expect(judgeSavedTurn(rows, said)).toMatchObject({ kind });
});
