import { describe, expect, test } from "vitest";
import type { UserStore } from "../../../../src/services/conversations/conversation-store.ts";
import { endingOf, exchangeOf } from "../../../support/store.ts";
import type { OpenStore } from "../../../support/test-stores.ts";

/** What is found. */
export function searchSuite(open: OpenStore): void {
  describe("search", () => {
    async function startWith(...exchanges: readonly (readonly [question: string, answer: string])[]) {
      const { store, own, raw } = await open();
      for (const [question, answer] of exchanges) {
        const { session_id } = await own.conversations.create({ modelId: null, agentId: "architect" });
        await exchangeOf(store, session_id, question, answer);
      }
      return { store, own, raw };
    }

    /** What is found, each with its matches in brackets; titles in capitals. */
    async function found(own: UserStore, query: string, limit = 20, offset = 0): Promise<string[]> {
      const { results } = await own.search.find({ query, limit, offset });
      return results.map(({ message_id, excerpt, matches }) => {
        const marked = matches
          .toReversed()
          .reduce(
            (text, [from, to]) => `${text.slice(0, from)}[${text.slice(from, to)}]${text.slice(to)}`,
            excerpt,
          );
        return message_id === null ? marked.toUpperCase() : marked;
      });
    }

    test("titles come first, then messages, the newest first; words are found by their beginnings", async () => {
      const { own } = await startWith(
        ["About towers", "A tower is high."],
        ["Bridges?", "A bridge is long, a tower is not."],
      );
      expect(await found(own, "tower")).toEqual([
        "ABOUT [TOWERS]",
        "A bridge is long, a [tower] is not.",
        "A [tower] is high.",
        "About [towers]",
      ]);
      expect(await found(own, "TOW bridge")).toEqual(["A [bridge] is long, a [tower] is not."]);
      expect(await found(own, "ower")).toEqual([]);
    });

    test.each([
      ["a phrase", '"is long"', ["A bridge [is long], a tower is not."]],
      ["accents", "uber brucke", ["[Über] die [Brücke]"]],
      ["a name in code", "session_id", ["the [session_id] of a row"]],
      ["a script without spaces", "東京", ["私は[東京]に住んでいます。"]],
      ["signs alone", "=>", ["const f = () [=>] 1;"]],
      ["signs of the index's own language", '"OR" NEAR(', []],
      ["what SQL would take for a pattern", "100%", ["[100]% sure"]],
      ["nothing but quotation marks", '""', []],
    ])("%s is found: %s", async (_, query, expected) => {
      const { own } = await startWith(
        ["x", "A bridge is long, a tower is not."],
        ["x", "Über die Brücke"],
        ["x", "the session_id of a row"],
        ["x", "私は東京に住んでいます。"],
        ["x", "const f = () => 1;"],
        ["x", "100% sure"],
      );
      expect(await found(own, query)).toEqual(expected);
    });

    test("a place in a long text is told with what stands around it", async () => {
      const { own } = await startWith(["x", `${"before ".repeat(200)}needle 針${" after".repeat(200)}`]);
      for (const query of ["needle", "針"]) {
        const [place = ""] = await found(own, query);
        expect(place).toMatch(/^….*\[.*\].*…$/);
        expect(place.length).toBeLessThan(300);
      }
    });

    test("pages of what is found follow each other", async () => {
      const { own } = await startWith(
        ...Array.from({ length: 5 }, (_, at) => [`word ${at}`, `word to ${at}`] as const),
      );
      const all = await found(own, "word");
      expect(all).toHaveLength(15);
      const pages = await Promise.all([0, 4, 8, 12].map((offset) => found(own, "word", 4, offset)));
      expect(pages.flat()).toEqual(all);
      expect((await own.search.find({ query: "word", limit: 4, offset: 8 })).hasMore).toBe(true);
      expect((await own.search.find({ query: "word", limit: 4, offset: 12 })).hasMore).toBe(false);
    });

    test("nobody finds what is another's", async () => {
      const { store, own } = await startWith(["secret", "secret 秘密"]);
      const bob = store.as("bob");
      for (const query of ["secret", "秘密"]) {
        expect(await found(bob, query)).toEqual([]);
        expect(await found(own, query)).not.toEqual([]);
      }
    });

    test("a reply is found once it has ended; archived ones and other versions are found, deleted ones are not", async () => {
      const { store, own, raw } = await startWith(["first", "one answer"]);
      const [session] = (await own.conversations.list({ limit: 1, offset: 0 })).sessions;
      const sessionId = session?.session_id ?? "";
      const again = await own.messages.beginAgain({ sessionId, modelName: undefined, defaultModel: null });
      await store.replies.grow(again.reply.message_id, { from: 0, added: "another" }, { from: 0, added: "" });
      expect(await found(own, "another")).toEqual([]);
      await store.replies.finish(again.reply.message_id, endingOf({ content: "another answer" }));
      expect(await found(own, "answer")).toEqual(["another [answer]", "one [answer]"]);
      await own.conversations.rename(sessionId, "Answers");
      await own.conversations.archive(sessionId);
      expect(await found(own, "answer")).toEqual(["[ANSWERS]", "another [answer]", "one [answer]"]);
      expect(await found(own, "first")).toEqual(["[first]"]);
      await own.conversations.delete(sessionId);
      expect(await found(own, "answer")).toEqual([]);
      expect(await raw.problems()).toEqual([]);
    });

    test("a text of a million characters is saved at once, and left out of the index", async () => {
      const { own } = await startWith(["x", `needle ${"x ".repeat(500_001)}`], ["x", "needle"]);
      expect(await found(own, "needle")).toEqual(["[needle]"]);
    });
  });
}
