import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { Config } from "../../../src/config/config-schema.ts";
import {
  engineLine,
  FINAL_LINE,
  startFakeEngine,
  startTestEngine,
  startTestGateway,
} from "../../support/gateway.ts";
import { startTestHmi } from "../../support/restarted-hmi.ts";
import { startService } from "../../support/service-process.ts";
import { hmiClient } from "../../support/stack.ts";
import { openRaw, openTestStore } from "../../support/store.ts";
import { eventually } from "../../support/streams.ts";
import { tempFolder } from "../../support/temp.ts";

/** Two HMIs on one database file, each with a store of its own; the second one starts by `startSecond`. */
async function startFirst(engineUrl: string, stream: Partial<Config["stream"]> = {}) {
  const { store, path } = openTestStore();
  const gateway = await startTestGateway({ engineUrl });
  const first = await startTestHmi(store, gateway.url, stream);
  const startSecond = () => startTestHmi(openTestStore(path).store, gateway.url);
  return { first, startSecond, gateway, path };
}

test("a second HMI leaves the first one's running reply alone, and passes its readers on to it", async () => {
  const held = Promise.withResolvers<void>();
  const engineUrl = await startFakeEngine(async (_, response) => {
    response.write(engineLine("One, "));
    await held.promise;
    response.end(engineLine("two.") + FINAL_LINE);
  });
  const { first, startSecond } = await startFirst(engineUrl);
  const { sent, reader } = await first.send({ message: "Count to 2" });
  await eventually(() => expect(reader.text).not.toBe(""));
  const { session_id } = sent;
  const second = await startSecond();
  expect((await second.messages(session_id)).at(-1)).toMatchObject({ status: "streaming" });
  const inProgress = { status: 409, json: { error: { code: "generation_in_progress" } } };
  expect(await second.post({ message: "Too soon", session_id })).toMatchObject(inProgress);
  const seen = reader.ids.length;
  const back = await second.stream(session_id, { "last-event-id": reader.ids[seen - 1] ?? "" });
  held.resolve();
  await Promise.all([reader.ended, back.ended]);
  expect(back.ids).toEqual(reader.ids.slice(seen));
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "stop" });
  const [, reply] = await second.messages(session_id);
  expect(reply).toMatchObject({ content: reader.text, status: "complete" });
  await (await second.send({ message: "Count to 3", session_id })).reader.ended;
  expect(await first.messages(session_id)).toHaveLength(4);
});

test("a first message that is sent to both with its key makes one conversation, and fifty at once make fifty", async () => {
  const { first, startSecond } = await startFirst(await startTestEngine({ tokenDelayMs: 1 }));
  const second = await startSecond();
  const keys = Array.from({ length: 50 }, (_, number) => `key-${number}`);
  const answers = await Promise.all(
    keys.map(async (client_message_id) => {
      const body = { session_id: null, message: `Say: ${client_message_id}`, client_message_id };
      return await Promise.all([first.post(body), second.post(body)]);
    }),
  );
  for (const [one, other] of answers) {
    expect([one.status, other.status]).toEqual([200, 200]);
    expect(one.json).toEqual(other.json);
  }
  const sessions = answers.map(([one]) => one.json.session_id);
  expect(new Set(sessions).size).toBe(50);
  for (const [place, session_id] of sessions.entries()) {
    await eventually(async () =>
      expect(await first.messages(session_id)).toMatchObject([
        { content: `Say: ${keys[place]}` },
        { content: keys[place], status: "complete" },
      ]),
    );
  }
});

test("when the first HMI stops, the second one takes its reply over and brings it to its end", async () => {
  const { first, startSecond } = await startFirst(await startTestEngine({ tokenDelayMs: 5 }));
  const { sent, reader } = await first.send({ message: "Count to 300" });
  await eventually(() => expect(reader.text).not.toBe(""));
  const second = await startSecond();
  await first.close();
  await eventually(async () =>
    expect((await second.messages(sent.session_id)).at(-1)).toMatchObject({
      status: "complete",
      content: Array.from({ length: 300 }, (_, index) => index + 1).join(", "),
    }),
  );
});

test("when the first HMI is killed, the second one takes its reply over, and sweeps what it left", async () => {
  const gateway = await startTestGateway({ engineUrl: await startTestEngine({ tokenDelayMs: 5 }) });
  const path = join(tempFolder(), "chat.db");
  const killed = await startService("hmi", tempFolder(), {
    STACK_HMI_PORT: "0",
    STACK_GATEWAY_PORT: new URL(gateway.url).port,
    STACK_STORE_PATH: path,
  });
  const { sent, reader } = await hmiClient(killed.url).send({ message: "Count to 300" });
  await eventually(() => expect(reader.text).not.toBe(""));
  const second = await startTestHmi(openTestStore(path).store, gateway.url);
  const lockFiles = () => readdirSync(dirname(path)).filter((name) => name.includes("-writer-"));
  const [left = ""] = lockFiles();
  await killed.end("SIGKILL");
  await eventually(async () =>
    expect((await second.messages(sent.session_id)).at(-1)).toMatchObject({ status: "complete" }),
  );
  expect(existsSync(join(dirname(path), left))).toBe(false);
  expect(lockFiles()).toHaveLength(1);
});

test("a reply whose row was deleted is not told as saved, and no more is asked for it", async () => {
  const { first, gateway, path } = await startFirst(await startTestEngine({ tokenDelayMs: 5 }));
  const { reader } = await first.send({ message: "Count to 1000" });
  await eventually(() => expect(reader.text).not.toBe(""));
  openRaw(path).exec("DELETE FROM messages WHERE status = 'streaming'");
  await reader.ended;
  expect(reader.events.slice(-3)).toMatchObject([
    { type: "error", code: "reply_lost" },
    { type: "usage" },
    { type: "done", finish_reason: "error" },
  ]);
  expect((await gateway.generation())?.ended).not.toBe("done");
});

test("readers of a reply that was taken over are sent away without an ending, and come back for the rest", async () => {
  const { first, path } = await startFirst(await startTestEngine({ tokenDelayMs: 5 }));
  const { sent, reader } = await first.send({ message: "Count to 200" });
  await eventually(() => expect(reader.text).not.toBe(""));
  // By one that has died since: then whoever is asked next takes it over.
  openRaw(path).exec("UPDATE messages SET writer = 'another' WHERE status = 'streaming'");
  await reader.ended;
  expect(reader.events.at(-1)?.type).toBe("token");
  const back = await first.stream(sent.session_id, { "last-event-id": reader.ids.at(-1) ?? "" });
  await back.ended;
  const counted = Array.from({ length: 200 }, (_, index) => index + 1).join(", ");
  expect([reader.text + back.text, back.events.at(-1)]).toEqual([
    counted,
    { type: "done", finish_reason: "stop" },
  ]);
});

test("a reply that is cancelled where it was taken over from tells its readers no end, and is cancelled with all that has come", async () => {
  // It would be noticed when it is saved next.
  const { first, path } = await startFirst(await startTestEngine({ tokenDelayMs: 5 }), {
    save_every_ms: 60_000,
  });
  const { sent, reader } = await first.send({ message: "Count to 1000" });
  await eventually(() => expect(reader.text).not.toBe(""));
  openRaw(path).exec("UPDATE messages SET writer = 'another' WHERE status = 'streaming'");
  expect((await first.cancel(sent.session_id)).status).toBe(200);
  await reader.ended;
  expect(reader.events.at(-1)?.type).toBe("token");
  const back = await first.stream(sent.session_id, { "last-event-id": reader.ids.at(-1) ?? "" });
  await back.ended;
  expect(back.events.at(-1)).toEqual({ type: "done", finish_reason: "cancelled" });
  expect((await first.messages(sent.session_id)).at(-1)).toMatchObject({
    status: "cancelled",
    content: reader.text + back.text,
  });
});
