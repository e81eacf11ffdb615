import { expect, test } from "vitest";
import type { EngineMessage } from "../../../src/contract/gateway-schemas.ts";
import { ollamaCall } from "../../../src/services/gateway/ollama-call.ts";

const system = (content: string): EngineMessage => ({ role: "system", content });
const user = (content: string): EngineMessage => ({ role: "user", content });
const assistant = (content: string): EngineMessage => ({ role: "assistant", content });

const generate = (...messages: EngineMessage[]) => ollamaCall("generate", { model: "m", messages }).body;

test("chat is given the messages as they are", () => {
  const request = { model: "m", messages: [system("Be kind."), user("a")], options: { seed: 1 } };
  expect(ollamaCall("chat", request)).toEqual({ path: "/api/chat", body: { ...request, stream: true } });
});

test("generate is given a single message as it is, with the options", () => {
  const request = { model: "m", messages: [user("a\n\nAssistant: b")], options: { seed: 1 } };
  expect(ollamaCall("generate", request)).toEqual({
    path: "/api/generate",
    body: { model: "m", prompt: "a\n\nAssistant: b", options: { seed: 1 }, stream: true },
  });
});

test("generate is given the system messages apart, in their order", () => {
  expect(generate(system("Be kind."), user("a"), system("Be brief."))).toMatchObject({
    system: "Be kind.\n\nBe brief.",
    prompt: "a",
  });
});

test("generate is given a history as a transcript in which the assistant is next", () => {
  expect(generate(system("s"), user("a"), assistant("b\n\nc"), user("d"))).toMatchObject({
    system: "s",
    prompt: "User: a\n\nAssistant: b\n\nc\n\nUser: d\n\nAssistant:",
  });
});

test("generate is never given an empty prompt, which would only load the model", () => {
  expect(generate(system("s"))).toMatchObject({ prompt: "Assistant:" });
});
