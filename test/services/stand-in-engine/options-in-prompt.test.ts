import { expect, test } from "vitest";
import { optionsAsText } from "../../../src/contract/options-as-text.ts";
import { optionsInPrompt } from "../../../src/services/stand-in-engine/options-in-prompt.ts";

const line = (options: Record<string, unknown>): string => optionsAsText(options);
const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });

test("a system text and what is asked now direct; what was asked before does not", () => {
  const messages = [
    { role: "system", content: `Be short.\n${line({ seed: 1 })}` },
    user(`Fail\n${line({ stand_in_fail: "error" })}`),
    assistant(line({ stand_in_status: 503 })),
    user(`Hello\n${line({ stand_in_tokens: 3 })}`),
  ];
  expect(optionsInPrompt(messages)).toEqual({ seed: 1, stand_in_tokens: 3 });
  expect(optionsInPrompt([...messages, assistant("Hi"), user("And now?")])).toEqual({ seed: 1 });
});

test("a message that was never answered does not direct the next", () => {
  expect(optionsInPrompt([user(`One\n${line({ stand_in_status: 503 })}`), user("Two")])).toEqual({});
});

test("what is asked now overrides the system text", () => {
  const messages = [{ role: "system", content: line({ seed: 1 }) }, user(line({ seed: 2 }))];
  expect(optionsInPrompt(messages)).toEqual({ seed: 2 });
});

test("of a transcript in one prompt, what stands before it directs, and its last turn", () => {
  const turns = [`User: Fail\n${line({ stand_in_fail: "error" })}`, "Assistant: No."];
  const prompt = [line({ seed: 1 }), ...turns, `User: Hello\n${line({ num_predict: 4 })}`, "Assistant:"];
  expect(optionsInPrompt([user(prompt.join("\n\n"))])).toEqual({ seed: 1, num_predict: 4 });
  expect(optionsInPrompt([user([...turns, "User: Hello", "Assistant:"].join("\n\n"))])).toEqual({});
});

test("a picture beside the text does not take its directions away", () => {
  const picture = { role: "user", content: "", images: [Buffer.from("a picture")] };
  expect(optionsInPrompt([user(line({ seed: 1 })), picture])).toEqual({ seed: 1 });
});

test.each([
  ["stand_in_options: {stand_in_fail: 'cut'}", /must be followed by a JSON object on the same line/],
  [line({ stand_in_pause: 3 }), /knows no option "stand_in_pause"; did you mean stand_in_pause_after\?/],
  [line({ status: 503 }), /knows no option "status"; did you mean stand_in_status\?/],
  [line({ colour: "red" }), /knows no option "colour"$/],
])("%j is an error of status 400 that says what is wrong", (text, message) => {
  expect(() => optionsInPrompt([user(text)])).toThrow(message);
  expect(() => optionsInPrompt([user(text)])).toThrow(expect.objectContaining({ status: 400 }));
});
