import { describe, expect, test } from "vitest";
import { makeProfile } from "../../../support/store.ts";
import type { AnswerElsewhere, OpenStore, StoreElsewhere } from "../../../support/test-stores.ts";

/** Several stores on one database at once. */
export function concurrencySuite(open: OpenStore): void {
  describe("concurrency", () => {
    test("8 stores that send the same message of a profile at once make one exchange", async () => {
      const { own, raw, openMany } = await open();
      const modelId = await makeProfile(own, "Tower");
      const stores = await openMany(8);
      const opened = await Promise.all(stores.map((each) => each.call("conversations", "open", { modelId })));
      const sessionId = opened[0]?.result?.session.session_id;
      const message = {
        sessionId,
        content: "Hi",
        modelName: null,
        clientKey: { id: "key", fingerprint: "Hi" },
      };
      const sent = await Promise.all(stores.map((each) => each.call("messages", "begin", message)));
      expect(new Set(sent.map(({ result }) => result?.user.message_id)).size).toBe(1);
      expect(sent.filter(({ result }) => result?.isNew)).toHaveLength(1);
      expect(await raw.get("SELECT count(*) AS n FROM messages")).toEqual({ n: 2 });
    });

    test("first messages that 5 stores send at once, ten each, make a conversation each, and each of them only once", async () => {
      const { own, openMany } = await open();
      const stores = await openMany(5);
      const keys = Array.from({ length: 50 }, (_, number) => `key ${number}`);
      const first = async (store: StoreElsewhere | undefined, key: string) => {
        const opened = await store?.call("conversations", "openNew", { modelId: null }, key);
        const sessionId = opened?.result?.session.session_id;
        const clientKey = { id: key, fingerprint: key };
        return await store?.call("messages", "begin", {
          sessionId,
          content: key,
          modelName: null,
          clientKey,
        });
      };
      // Each key comes twice, by two stores.
      const sent = await Promise.all(
        stores.map(async (store, place) => {
          const answers: (AnswerElsewhere | undefined)[] = [];
          const isMine = (number: number) => number % 5 === place || (number + 1) % 5 === place;
          for (const key of keys.filter((_, number) => isMine(number))) answers.push(await first(store, key));
          return answers;
        }),
      );
      const answers = sent.flat();
      expect(answers.map((answer) => answer?.error)).toEqual(Array(100).fill(undefined));
      expect(answers.filter((answer) => answer?.result?.isNew)).toHaveLength(50);
      expect(new Set(answers.map((answer) => answer?.result?.session.session_id)).size).toBe(50);
      const { sessions, total } = await own.conversations.list({ limit: 100, offset: 0 });
      expect([total, sessions.filter(({ active }) => active).length]).toEqual([50, 1]);
      expect(sessions.map(({ title, message_count }) => `${title}: ${message_count}`).toSorted()).toEqual(
        keys.map((key) => `${key}: 2`).toSorted(),
      );
    });

    test("of 8 stores that send different messages at once, one begins and the others are told to wait", async () => {
      const { own, openMany } = await open();
      const { session } = await own.conversations.open({ modelId: null, agentId: undefined });
      const stores = await openMany(8);
      const message = { sessionId: session.session_id, content: "Hi", modelName: null };
      const sent = await Promise.all(stores.map((each) => each.call("messages", "begin", message)));
      expect(sent.filter(({ result }) => result?.isNew)).toHaveLength(1);
      expect(sent.filter(({ error }) => error === "generation_in_progress")).toHaveLength(7);
    });
  });
}
