import { expect, onTestFinished, test } from "vitest";
import { cleanForeignConversation } from "../../src/killed-verify-runs/clean-foreign-conversation.ts";
import { describedChatAt } from "../support/described-chat.ts";
import { startTestEngine } from "../support/gateway.ts";
import { ODD_WIRE, startOddBackEnd } from "../support/odd-back-end.ts";

const signal = AbortSignal.timeout(20_000);
const place = { modelId: null, options: {} };

test("what a killed run said to a back end of others is deleted, and nothing that somebody else said", async () => {
  const { url, close } = await startOddBackEnd(await startTestEngine());
  onTestFinished(close);
  const chat = describedChatAt(url, ODD_WIRE);
  const saying = async (...texts: string[]): Promise<string> => {
    const conversation = (await chat.openConversation(place, signal)) ?? "";
    for (const text of texts) {
      const sent = await chat.send({ place, conversation, text }, signal);
      await sent.read({ signal }).ended;
    }
    return conversation;
  };
  const clean = (id: string) => cleanForeignConversation(chat, id, (text) => text.startsWith("run"), signal);

  const [ours, shared, empty] = [
    await saying("run 1", "run 2"),
    await saying("run 1", "Hello"),
    await saying(),
  ];
  expect(await clean(ours)).toBe(true);
  await expect(clean(shared)).rejects.toThrow(`somebody else wrote into conversation ${shared}`);
  expect(await clean(empty)).toBe(false);
  expect(await clean("nobodys")).toBe(false);
  expect(await chat.conversations(signal)).toEqual([shared, empty]);
});
