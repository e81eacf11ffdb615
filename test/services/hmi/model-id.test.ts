/** The nine claims of the contract's section 4, for both ways to send a message. */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { call } from "../../support/http.ts";
import { startTestStack, type TestStack } from "../../support/stack.ts";
import { eventually } from "../../support/streams.ts";
import { tempFolder } from "../../support/temp.ts";

interface Said {
  message: string;
  model_id?: number;
  session_id?: string;
}

/** Sends a message, reads its reply to the end, and returns the conversation that both are in. */
type Speak = (stack: TestStack, said: Said) => Promise<string>;

const byMessage: Speak = async (stack, said) => {
  const { sent, reader } = await stack.send(said);
  await reader.ended;
  return sent.session_id;
};

const byGeneralStream: Speak = async (stack, said) => {
  const reader = await stack.general(said);
  await reader.ended;
  const { json } = await call(stack.hmi, hmiRoutes.sessions.path(undefined, { limit: 500 }));
  const messageId = reader.ids.at(-1)?.split(":")[0] ?? "";
  for (const session of json.sessions) {
    const rows = await stack.messages(session.session_id);
    if (rows.some((row) => row.message_id === messageId)) return session.session_id;
  }
  throw new Error(`message ${messageId} is in no conversation`);
};

/** Where the next message of a conversation is sent: the general stream finds the active one by itself. */
const goingOn = (speak: Speak, sessionId: string): { session_id?: string } =>
  speak === byMessage && sessionId !== "" ? { session_id: sessionId } : {};

const REFUSALS = [
  ["0", 400, "invalid_model_id"],
  ["-1", 400, "invalid_model_id"],
  ["1.5", 400, "invalid_model_id"],
  ['"184"', 400, "invalid_model_id"],
  ["184", 404, "model_profile_not_found"],
] as const;

describe.each([
  ["POST /api/chat/message", byMessage],
  ["GET /api/chat/general-stream", byGeneralStream],
] as const)("%s", (_, speak) => {
  test.each(REFUSALS)("1. model_id %s is %i %s, and nothing is saved", async (model_id, status, code) => {
    const stack = await startTestStack();
    const path = hmiRoutes.generalStream.path(undefined, { message: "Hi", model_id });
    const body = `{"message":"Hi","model_id":${model_id}}`;
    const answer =
      speak === byMessage
        ? await call(stack.hmi, hmiRoutes.sendMessage.path(), { body })
        : await call(stack.hmi, path);
    expect([answer.status, answer.json.error.code]).toEqual([status, code]);
    const { json } = await call(stack.hmi, hmiRoutes.sessions.path());
    expect(json.total).toBe(0);
    expect(await stack.generations()).toEqual([]);
  });

  test("2-4. conversation, message and reply have the model_id that was given", async () => {
    const stack = await startTestStack();
    const { model_id } = await stack.profile({ name: "Tower" });
    const sessionId = await speak(stack, { message: "Count to 3", model_id });
    expect((await stack.session(sessionId)).model_id).toBe(model_id);
    expect(await stack.messages(sessionId)).toMatchObject([
      { session_id: sessionId, model_id, role: "user", content: "Count to 3", status: "complete" },
      { session_id: sessionId, model_id, role: "assistant", content: "1, 2, 3", status: "complete" },
    ]);
  });

  test("2-4. without a model_id they have none, also where a profile's conversation is newer", async () => {
    const stack = await startTestStack();
    const { model_id } = await stack.profile({ name: "Tower" });
    await speak(stack, { message: "Count to 2", model_id });
    const sessionId = await speak(stack, { message: "Count to 3" });
    expect((await stack.session(sessionId)).model_id).toBeNull();
    expect((await stack.messages(sessionId)).map((row) => row.model_id)).toEqual([null, null]);
  });

  test("5. the profile's own context is in the prompt, and no other profile's", async () => {
    const stack = await startTestStack();
    const tower = {
      name: "Tower",
      instructions: "Use metres.",
      settings: { height: 40, options: { seed: 7 } },
    };
    const bridge = { name: "Bridge", instructions: "Use feet." };
    const [a, b] = [await stack.profile(tower), await stack.profile(bridge)];
    await speak(stack, { message: "Hi", model_id: a.model_id });
    await speak(stack, { message: "Hi", model_id: b.model_id });
    await speak(stack, { message: "Hi" });
    const generations = await stack.generations();
    const [forTower, forBridge, general] = generations.map((each) => each.messages?.[0]?.content ?? "");
    for (const part of ["Tower", "Use metres.", '"height":40']) expect(forTower).toContain(part);
    expect(forTower).not.toMatch(/Bridge|feet|seed/);
    expect(forBridge).toMatch(/Bridge.*Use feet\./s);
    expect(forBridge).not.toMatch(/Tower|metres/);
    expect(general).not.toMatch(/Tower|Bridge/);
    expect(generations[0]?.options).toEqual({ seed: 7 });
    expect(generations[1]?.options).toEqual({});
  });

  test("7. a given conversation is used as given, also when another one is newer and active", async () => {
    const stack = await startTestStack();
    const { model_id } = await stack.profile({ name: "Tower" });
    const older = await speak(stack, { message: "Count to 2", model_id });
    await stack.newSession({ model_id });
    expect(await speak(stack, { message: "Count to 3", session_id: older })).toBe(older);
    expect(await speak(stack, { message: "Count to 4", session_id: older, model_id })).toBe(older);
    expect((await stack.messages(older)).map((row) => row.content)).toEqual([
      "Count to 2",
      "1, 2",
      "Count to 3",
      "1, 2, 3",
      "Count to 4",
      "1, 2, 3, 4",
    ]);
  });

  test("7. a given conversation of another profile is 409, and nothing is written anywhere", async () => {
    const stack = await startTestStack();
    const [a, b] = [await stack.profile({ name: "A" }), await stack.profile({ name: "B" })];
    const ofA = await speak(stack, { message: "Count to 2", model_id: a.model_id });
    const general = await speak(stack, { message: "Count to 2" });
    for (const session_id of [ofA, general]) {
      const said = { message: "Hi", session_id, model_id: b.model_id };
      const answer =
        speak === byMessage
          ? await stack.post(said)
          : await call(stack.hmi, hmiRoutes.generalStream.path(undefined, said));
      expect([answer.status, answer.json.error.code]).toEqual([409, "model_mismatch"]);
      expect(await stack.messages(session_id)).toHaveLength(2);
    }
    const { json } = await call(stack.hmi, hmiRoutes.sessions.path(undefined, { model_id: b.model_id }));
    expect(json.total).toBe(0);
  });

  test("8. concurrent first messages make one active conversation", async () => {
    const path = join(tempFolder(), "chat.db");
    const stack = await startTestStack({ storePath: path, tokenDelayMs: 5 });
    const { model_id } = await stack.profile({ name: "Tower" });
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        speak === byMessage
          ? stack.send({ message: "Hi", model_id })
          : stack.general({ message: "Hi", model_id }),
      ),
    );
    // A POST makes a conversation of its own each time; the general stream's all go to the active one.
    const made = speak === byMessage ? 8 : 1;
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(made);
    for (const answer of answers) {
      if (answer.status === "rejected") expect(String(answer.reason)).toContain("generation_in_progress");
    }
    const db = new DatabaseSync(path);
    onTestFinished(() => db.close());
    const rows = db.prepare("SELECT model_id, active FROM conversations ORDER BY active DESC").all();
    expect(rows).toEqual([{ model_id, active: 1 }, ...Array(made - 1).fill({ model_id, active: 0 })]);
  });

  test("9. after a reload the exchanges are there, in order, whole", async () => {
    const stack = await startTestStack({ storePath: join(tempFolder(), "chat.db") });
    const { model_id } = await stack.profile({ name: "Tower" });
    const numbers = [2, 3, 4, 5, 6];
    let sessionId = "";
    for (const number of numbers) {
      sessionId = await speak(stack, {
        message: `Count to ${number}`,
        model_id,
        ...goingOn(speak, sessionId),
      });
    }
    const rows = await stack.messages(sessionId);
    expect(rows.map((row) => row.content)).toEqual(
      numbers.flatMap((number) => [
        `Count to ${number}`,
        Array.from({ length: number }, (_, index) => index + 1).join(", "),
      ]),
    );
    expect(rows.map((row) => row.status)).toEqual(rows.map(() => "complete"));
  });

  test("6. the summary after 60 messages is written to its own conversation and used in its next prompt", async () => {
    const stack = await startTestStack();
    const { model_id } = await stack.profile({ name: "Tower" });
    const general = await speak(stack, { message: "Hello" });
    let sessionId = "";
    for (let message = 1; message <= 31; message += 1) {
      sessionId = await speak(stack, {
        message: `Say: reply ${message}`,
        model_id,
        ...goingOn(speak, sessionId),
      });
    }
    await eventually(async () => expect(await summariesOf(stack, sessionId)).toHaveLength(1));
    expect(await summariesOf(stack, sessionId)).toMatchObject([
      { session_id: sessionId, model_id, role: "system", status: "complete", content: expect.any(String) },
    ]);
    expect(await summariesOf(stack, general)).toEqual([]);

    await speak(stack, { message: "Say: the next one", model_id, ...goingOn(speak, sessionId) });
    const prompt = (await stack.generations()).at(-1)?.messages ?? [];
    const [summary] = await summariesOf(stack, sessionId);
    expect(prompt[0]?.content).toContain(summary?.content);
    // The last 30 of the 62 stay as they were said; then the new message.
    expect(prompt.slice(1).map((message) => message.content)).toEqual([
      ...Array.from({ length: 15 }, (_, index) => [`Say: reply ${index + 17}`, `reply ${index + 17}`]).flat(),
      "Say: the next one",
    ]);
  });
});

async function summariesOf(stack: TestStack, sessionId: string) {
  const rows = await stack.messages(sessionId);
  return rows.filter((row) => row.message_type === "summary");
}
