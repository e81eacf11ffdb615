import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { startTestEngine, startTestGateway } from "../../support/gateway.ts";
import { startService } from "../../support/service-process.ts";
import { createdIn, type HmiClient, hmiClient, startTestStack } from "../../support/stack.ts";
import { eventually } from "../../support/streams.ts";
import { tempFolder } from "../../support/temp.ts";

/** An HMI as a process of its own, on a free port. */
async function startHmiProcess(gatewayUrl: string, storePath: string) {
  const { url, end } = await startService("hmi", tempFolder(), {
    STACK_HMI_PORT: "0",
    STACK_GATEWAY_PORT: new URL(gatewayUrl).port,
    STACK_STORE_PATH: storePath,
    STACK_STREAM_SAVE_EVERY_MS: "10",
  });
  const client: HmiClient = hmiClient(url);
  return { ...client, end };
}

const COUNTED = Array.from({ length: 500 }, (_, index) => index + 1).join(", ");

test("after a kill -9 in mid-reply the next HMI goes on with it, and its reader misses nothing", async () => {
  const gateway = await startTestGateway({ engineUrl: await startTestEngine({ tokenDelayMs: 3 }) });
  const storePath = join(tempFolder(), "chat.db");
  const killed = await startHmiProcess(gateway.url, storePath);
  const before = await killed.general({ message: "Count to 500" });
  await eventually(() => expect(before.text.length).toBeGreaterThan(100));
  const session_id = createdIn(before);
  await killed.end("SIGKILL");
  await expect(before.ended).rejects.toThrow();

  const hmi = await startHmiProcess(gateway.url, storePath);
  expect((await hmi.messages(session_id)).map(({ status }) => status)).toEqual(["complete", "streaming"]);
  // The browser comes back by itself.
  const after = await hmi.general({ message: "Count to 500" }, { "last-event-id": before.ids.at(-1) ?? "" });
  await after.ended;
  expect(before.text + after.text).toBe(COUNTED);
  expect(await hmi.messages(session_id)).toMatchObject([
    { content: "Count to 500" },
    { content: COUNTED, status: "complete" },
  ]);
});

test("after a kill -9 of both, what was saved is there as interrupted, and all goes on", async () => {
  const engineUrl = await startTestEngine({ tokenDelayMs: 5 });
  const gateway = await startTestGateway({ engineUrl });
  const storePath = join(tempFolder(), "chat.db");
  const killed = await startHmiProcess(gateway.url, storePath);
  const before = await killed.general({ message: "Count to 1000" });
  await eventually(() => expect(before.text.length).toBeGreaterThan(100));
  const session_id = createdIn(before);
  // A machine that is busy may save late what its reader has.
  await eventually(async () => expect((await killed.messages(session_id)).at(-1)?.content).not.toBe(""));
  await killed.end("SIGKILL");
  await gateway.close();

  const hmi = await startHmiProcess((await startTestGateway({ engineUrl })).url, storePath);
  await eventually(async () => expect((await hmi.messages(session_id)).at(-1)?.status).toBe("interrupted"));
  const [user, reply] = await hmi.messages(session_id);
  expect(user).toMatchObject({ content: "Count to 1000", status: "complete" });
  expect(reply?.content.length).toBeGreaterThan(0);
  expect(before.text.startsWith(reply?.content ?? "") || reply?.content.startsWith(before.text)).toBe(true);

  // The browser comes back by itself, with more text than was saved or with less.
  const after = await hmi.general({ message: "Count to 1000" }, { "last-event-id": before.ids.at(-1) ?? "" });
  await after.ended;
  expect(after.events.at(-1)).toEqual({ type: "done", finish_reason: "error" });
  expect(await hmi.messages(session_id)).toHaveLength(2);

  const next = await hmi.send({ message: "Count to 3", session_id });
  await next.reader.ended;
  expect((await hmi.messages(session_id)).at(-1)).toMatchObject({ content: "1, 2, 3", status: "complete" });
});

test("a stopped HMI process exits with 0 and leaves its reply to the next one, which goes on with it", async () => {
  const gateway = await startTestGateway({ engineUrl: await startTestEngine({ tokenDelayMs: 3 }) });
  const storePath = join(tempFolder(), "chat.db");
  const stopped = await startHmiProcess(gateway.url, storePath);
  const before = await stopped.general({ message: "Count to 500" });
  await eventually(() => expect(before.text.length).toBeGreaterThan(100));
  expect(await stopped.end("SIGTERM")).toBe(0);
  await expect(before.ended).rejects.toThrow();
  expect(before.events.filter(({ type }) => type === "done" || type === "error")).toEqual([]);
  expect(readdirSync(dirname(storePath)).filter((name) => name.includes("writer"))).toEqual([]);

  const hmi = await startHmiProcess(gateway.url, storePath);
  const after = await hmi.general({ message: "Count to 500" }, { "last-event-id": before.ids.at(-1) ?? "" });
  await after.ended;
  expect(before.text + after.text).toBe(COUNTED);
  expect((await hmi.messages(createdIn(before))).at(-1)).toMatchObject({
    content: COUNTED,
    status: "complete",
  });
});

test("after a stop of the whole stack, what had arrived is there as interrupted", async () => {
  const storePath = join(tempFolder(), "chat.db");
  const first = await startTestStack({ storePath, tokenDelayMs: 5 });
  const reader = await first.general({ message: "Count to 1000" });
  await eventually(() => expect(reader.text.length).toBeGreaterThan(100));
  const ended = expect(reader.ended).rejects.toThrow();
  await first.close();
  await ended;
  const stack = await startTestStack({ storePath });
  const last = async () => (await stack.messages(createdIn(reader))).at(-1);
  await eventually(async () => expect(await last()).toMatchObject({ status: "interrupted" }));
  expect((await last())?.content.startsWith(reader.text)).toBe(true);
  expect((await last())?.error?.code).toBe("reply_interrupted");
});
