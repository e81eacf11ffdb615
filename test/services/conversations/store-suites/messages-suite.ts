import { describe, expect, test } from "vitest";
import { type Notice, usageOf } from "../../../../src/contract/event-schemas.ts";
import { Message } from "../../../../src/contract/hmi-schemas.ts";
import type { PictureBytes } from "../../../../src/services/conversations/conversation-store.ts";
import type { ReplyEnding } from "../../../../src/services/conversations/reply-store.ts";
import {
  addSummary,
  endingOf,
  exchangeOf,
  growText,
  makeProfile,
  openConversation,
} from "../../../support/store.ts";
import type { OpenStore } from "../../../support/test-stores.ts";

/** Exchanges, and replies that grow and end. */
export function messagesSuite(open: OpenStore): void {
  describe("messages", () => {
    const ENDING: ReplyEnding = endingOf({ usage: usageOf(3, 1) });

    async function generalConversation() {
      const { store, own, raw } = await open();
      return { store, own, raw, sessionId: await openConversation(own, null) };
    }

    test("an exchange carries its conversation's profile and agent, whole and in order", async () => {
      const { own } = await open();
      const modelId = await makeProfile(own, "Tower");
      const sessionId = await openConversation(own, modelId);
      const { user, reply, isNew } = await own.messages.begin({
        sessionId,
        content: "Hi",
        modelName: "phi3:mini",
      });
      expect(isNew).toBe(true);
      const shared = {
        session_id: sessionId,
        model_id: modelId,
        agent_id: "architect",
        message_type: "chat",
      };
      expect(user).toMatchObject({ ...shared, role: "user", content: "Hi", status: "complete" });
      expect(reply).toMatchObject({
        ...shared,
        role: "assistant",
        content: "",
        status: "streaming",
        model_name: "phi3:mini",
      });
      expect(await own.messages.list(sessionId)).toEqual([user, reply]);
      expect([user, reply].map((row) => Message.parse(row))).toEqual([user, reply]);
    });

    test("a reply grows, ends once, and stays as it ended", async () => {
      const { store, own, sessionId } = await generalConversation();
      const { reply } = await own.messages.begin({ sessionId, content: "Hi", modelName: null });
      await growText(store, reply.message_id, 0, "Hel");
      expect(await own.messages.find(reply.message_id)).toMatchObject({
        content: "Hel",
        status: "streaming",
      });
      expect(await store.replies.finish(reply.message_id, ENDING)).toBe(true);
      const ended = await own.messages.find(reply.message_id);
      expect(ended).toMatchObject({
        content: "Hello",
        status: "complete",
        finish_reason: "stop",
        usage: ENDING.usage,
      });
      const twice: ReplyEnding = { ...ENDING, content: "twice", status: "error" };
      expect(await growText(store, reply.message_id, 5, "late")).toBe(false);
      expect(await store.replies.finish(reply.message_id, twice)).toBe(false);
      expect(await own.messages.find(reply.message_id)).toEqual(ended);
    });

    test("a failure is kept with the reply", async () => {
      const { store, own, sessionId } = await generalConversation();
      const { reply } = await own.messages.begin({ sessionId, content: "Hi", modelName: null });
      const error = { code: "engine_error", message: "It broke.", hint: "Mend it." };
      await store.replies.finish(reply.message_id, {
        ...ENDING,
        status: "error",
        finishReason: "error",
        usage: null,
        error,
      });
      expect(await own.messages.find(reply.message_id)).toMatchObject({
        status: "error",
        usage: null,
        error,
      });
    });

    test("a second message waits for the first one's reply, and leaves nothing behind", async () => {
      const { own, sessionId } = await generalConversation();
      await own.messages.begin({ sessionId, content: "Hi", modelName: null });
      await expect(
        own.messages.begin({ sessionId, content: "Too soon", modelName: null }),
      ).rejects.toMatchObject({
        code: "generation_in_progress",
      });
      expect(await own.messages.list(sessionId)).toHaveLength(2);
    });

    test("the same client key twice is one exchange, also after it ended", async () => {
      const { store, own, sessionId } = await generalConversation();
      const message = {
        sessionId,
        content: "Hi",
        modelName: null,
        clientKey: { id: "key", fingerprint: "Hi" },
      };
      const first = await own.messages.begin(message);
      expect(await own.messages.begin(message)).toEqual({ ...first, isNew: false });
      await store.replies.finish(first.reply.message_id, ENDING);
      const again = await own.messages.begin(message);
      expect(again).toMatchObject({
        isNew: false,
        reply: { message_id: first.reply.message_id, content: "Hello" },
      });
      expect(await own.messages.findExchange(message.clientKey, sessionId)).toMatchObject({
        user: first.user,
      });
      expect(await own.messages.findExchange({ id: "other", fingerprint: "Hi" }, sessionId)).toBeUndefined();
      expect(await own.messages.list(sessionId)).toHaveLength(2);
    });

    test("rows of the same moment stay in the order in which they were written", async () => {
      const { store, own, raw, sessionId } = await generalConversation();
      const contents = Array.from({ length: 20 }, (_, index) => `message ${index}`);
      for (const content of contents) await exchangeOf(store, sessionId, content, `reply to ${content}`);
      await raw.exec("UPDATE messages SET created_at = '2026-01-01T00:00:00.000Z'");
      const rows = await own.messages.list(sessionId);
      expect(rows.map((row) => row.content)).toEqual(
        contents.flatMap((content) => [content, `reply to ${content}`]),
      );
    });

    test("a limit takes the newest rows, oldest first", async () => {
      const { store, own, sessionId } = await generalConversation();
      await exchangeOf(store, sessionId, "a", "b");
      await exchangeOf(store, sessionId, "c", "d");
      expect((await own.messages.list(sessionId, 3)).map((row) => row.content)).toEqual(["b", "c", "d"]);
    });

    test.each([
      ["Count to 5\nplease", "Count to 5"],
      ["  \n Hi ", "Hi"],
      ["x".repeat(80), "x".repeat(80)],
      ["x".repeat(81), `${"x".repeat(79)}…`],
      ["🏛️".repeat(60), `${"🏛️".repeat(39)}🏛…`],
      [`${"x".repeat(78)} ${"y".repeat(10)}`, `${"x".repeat(78)}…`],
    ])("a conversation is titled by its first message: %j", async (content, title) => {
      const { store, own, sessionId } = await generalConversation();
      await exchangeOf(store, sessionId, content, "Hello");
      await exchangeOf(store, sessionId, "Another", "Hello");
      expect((await own.conversations.get(sessionId)).title).toBe(title);
    });

    test("the history is everything that was said, until a summary stands for its beginning", async () => {
      const { store, own, sessionId } = await generalConversation();
      await exchangeOf(store, sessionId, "a", "b");
      const { reply } = await exchangeOf(store, sessionId, "c", "d");
      await exchangeOf(store, sessionId, "e", "f");
      const said = async () => {
        const { summary, messages } = await own.messages.history(sessionId);
        return [summary, messages.map((row) => row.content).join("")];
      };
      expect(await said()).toEqual([null, "abcdef"]);
      await addSummary(own, sessionId, "a to d", reply.message_id);
      expect(await said()).toEqual(["a to d", "ef"]);
      const next = await exchangeOf(store, sessionId, "g", "h");
      await addSummary(own, sessionId, "a to h", next.reply.message_id);
      expect(await said()).toEqual(["a to h", ""]);
    });

    test("a summary belongs to its conversation and profile, and does not count as a message", async () => {
      const { store, own } = await open();
      const modelId = await makeProfile(own, "Tower");
      const [ofProfile, general] = [await openConversation(own, modelId), await openConversation(own, null)];
      const { reply } = await exchangeOf(store, ofProfile, "a", "b");
      const summary = await addSummary(own, ofProfile, "short", reply.message_id);
      expect(summary).toMatchObject({
        session_id: ofProfile,
        model_id: modelId,
        message_type: "summary",
        role: "system",
      });
      expect((await own.conversations.get(ofProfile)).message_count).toBe(2);
      expect((await own.messages.history(general)).summary).toBeNull();
    });

    test("a text that grows is read whole at any time, whatever is in it, and is not rewritten whole", async () => {
      const { store, own, raw, sessionId } = await generalConversation();
      const { reply } = await own.messages.begin({ sessionId, content: "Hi", modelName: null });
      const { message_id } = reply;
      let text = "";
      let writtenToRow = 0;
      let inRow = "";
      for (const piece of Array.from({ length: 400 }, (_, index) => `${index} 🏛️\u0000é "'% `.repeat(8))) {
        expect(await growText(store, message_id, text.length, piece)).toBe(true);
        text += piece;
        const row = await raw.get(`SELECT content FROM messages WHERE id = ${message_id}`);
        const content = String(row?.["content"]);
        if (content !== inRow) writtenToRow += content.length;
        inRow = content;
        expect(2 * inRow.length).toBeGreaterThanOrEqual(text.length);
        if (text.length % 7 === 0) expect((await own.messages.find(message_id))?.content).toBe(text);
      }
      expect(writtenToRow).toBeLessThan(3 * text.length);
      expect((await own.messages.list(sessionId)).at(-1)?.content).toBe(text);
      expect((await own.messages.history(sessionId)).messages.at(-1)?.content).toBe(text);
      await store.replies.finish(message_id, { ...ENDING, content: text });
      expect((await own.messages.find(message_id))?.content).toBe(text);
      expect(await raw.get("SELECT count(*) AS n FROM reply_parts")).toEqual({ n: 0 });
    });

    test("thoughts grow beside the text, are read whole at any time, and are written three times at most", async () => {
      const { store, own, raw, sessionId } = await generalConversation();
      const { message_id } = (await own.messages.begin({ sessionId, content: "Hi", modelName: null })).reply;
      const so = { text: "", thinking: "" };
      let [written, last] = [0, ""];
      for (let piece = 0; piece < 400; piece += 1) {
        const added = addedBy(piece);
        const growthOf = (kind: "text" | "thinking") => ({ from: so[kind].length, added: added[kind] });
        const growth = [growthOf("text"), growthOf("thinking"), { thinkingMs: 10 * piece }] as const;
        expect(await store.replies.grow(message_id, ...growth)).toBe(true);
        so.text += added.text;
        so.thinking += added.thinking;
        const inRow = await raw.get(`SELECT content, thinking FROM messages WHERE id = ${message_id}`);
        const row = Object.values(inRow ?? {}).join("");
        if (row !== last) written += row.length;
        last = row;
        if (piece % 7 === 0) {
          const expected = { content: so.text, thinking: so.thinking, thinking_ms: 10 * piece };
          expect(await own.messages.find(message_id)).toMatchObject(expected);
        }
      }
      expect(written).toBeLessThan(3 * (so.text.length + so.thinking.length));
      await store.replies.finish(
        message_id,
        endingOf({ content: so.text, thinking: so.thinking, thinkingMs: 4000 }),
      );
      const [, reply] = await own.messages.list(sessionId);
      expect(reply).toMatchObject({
        content: so.text,
        thinking: so.thinking,
        thinking_ms: 4000,
        status: "complete",
      });
      expect(await raw.get("SELECT count(*) AS n FROM reply_parts")).toEqual({ n: 0 });
    });

    test("a reply ends with what it was told beside its text, and by the model that answered", async () => {
      const { store, own, sessionId } = await generalConversation();
      const { user, reply } = await own.messages.begin({ sessionId, content: "Hi", modelName: "asked" });
      expect([user.model_name, reply.model_name]).toEqual(["asked", "asked"]);
      const timings = { queue_ms: 1, load_ms: 2, prompt_ms: 3, reply_ms: 4, tokens_per_second: null };
      const notices: Notice[] = [
        { code: "context_trimmed", message: "3 messages were left out.", left_out: 3 },
        { code: "repeating", message: "It says the same again.", hint: "Stop it." },
      ];
      const ending = { thinking: "Hm.", timings, notices, modelName: "answered", usage: usageOf(null, 5) };
      await store.replies.finish(reply.message_id, endingOf(ending));
      expect(await own.messages.find(reply.message_id)).toMatchObject({
        thinking: "Hm.",
        timings,
        notices,
        model_name: "answered",
        usage: { prompt_tokens: null, completion_tokens: 5, total_tokens: null },
      });
      expect((await own.messages.find(user.message_id))?.model_name).toBe("asked");
    });

    test("pictures are kept with their message, in their order, and go with it", async () => {
      const { store, own, raw, sessionId } = await generalConversation();
      const images: PictureBytes[] = [
        { mediaType: "image/png", bytes: Buffer.from([0, 1, 0, 255]) },
        { mediaType: "image/gif", bytes: Buffer.alloc(300_000, 7) },
      ];
      const { user } = await own.messages.begin({ sessionId, content: "See", images, modelName: null });
      expect(user.images).toEqual([
        { image_id: "1", media_type: "image/png", size: 4 },
        { image_id: "2", media_type: "image/gif", size: 300_000 },
      ]);
      expect((await own.messages.list(sessionId))[0]).toEqual(user);
      for (const [place, { mediaType, bytes }] of images.entries()) {
        const kept = await own.messages.image(user.images[place]?.image_id ?? "");
        expect([kept.mediaType, Buffer.from(kept.bytes).equals(bytes)]).toEqual([mediaType, true]);
      }
      for (const id of ["3", "x", "0", "1e0"]) {
        await expect(own.messages.image(id)).rejects.toMatchObject({ code: "not_found", status: 404 });
      }
      await expect(store.as("bob").messages.image("1")).rejects.toMatchObject({ code: "not_found" });
      await own.conversations.delete(sessionId);
      expect(await raw.get("SELECT count(*) AS n FROM images")).toEqual({ n: 0 });
    });

    test("what is written to a deleted conversation's reply goes nowhere", async () => {
      const { store, own, sessionId } = await generalConversation();
      const { reply } = await own.messages.begin({ sessionId, content: "Hi", modelName: null });
      await own.conversations.delete(sessionId);
      expect(await growText(store, reply.message_id, 0, "ghost")).toBe(false);
      expect(await store.replies.finish(reply.message_id, ENDING)).toBe(false);
      expect(await own.messages.find(reply.message_id)).toBeUndefined();
      await expect(own.messages.list(sessionId)).rejects.toMatchObject({ code: "conversation_not_found" });
    });
  });
}

/** First thoughts, then both, then text. */
function addedBy(piece: number): { text: string; thinking: string } {
  return {
    thinking: piece < 200 ? `🤔 ${piece} `.repeat(20) : "",
    text: piece > 100 ? `${piece}, `.repeat(20) : "",
  };
}
