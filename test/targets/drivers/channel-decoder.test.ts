import { expect, test, vi } from "vitest";
import { textOf } from "../../../src/targets/drivers/reply-facts.ts";
import { CHANNEL_WIRE, startChannelChat } from "../../support/channel-chat.ts";
import { describedChatAt } from "../../support/described-chat.ts";

const PLACE = { modelId: null, options: {} };
const SOON = () => AbortSignal.timeout(10_000);

test("of a stream that is open for all replies each reader hears its own, and leaves it at the end", async () => {
  const { url, readers } = await startChannelChat();
  const chat = describedChatAt(url, CHANNEL_WIRE);
  const heard = await Promise.all(
    ["one", "two", "three"].map(async (text) => {
      const sent = await chat.send({ place: PLACE, conversation: null, text }, SOON());
      return await sent.read({ signal: SOON() }).ended;
    }),
  );
  expect(heard.map(textOf)).toEqual(
    ["one", "two", "three"].map((text) => `You asked ${text} and rivers bring salt.`),
  );
  for (const { end, facts } of heard) {
    expect(end).toBe("closed");
    expect(facts.filter(({ kind }) => kind === "done")).toHaveLength(1);
  }
  expect(chat.missingAbilities["read a reply again"]).toContain("on one stream");
  expect(chat.missingAbilities["listen to a reply"]).toContain("whose address names none");
  await vi.waitFor(() => expect(readers()).toBe(0));
});
