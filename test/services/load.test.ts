import { json } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { findGrammarFault } from "../../src/contract/stream-grammar.ts";
import { engineLine, FINAL_LINE, startFakeEngine, startTestGateway } from "../support/gateway.ts";
import { rounds } from "../support/rounds.ts";
import { startService } from "../support/service-process.ts";
import { type HmiClient, hmiClient } from "../support/stack.ts";
import type { StreamReader } from "../support/streams.ts";
import { tempFolder } from "../support/temp.ts";

/** Streams at once. */
const STREAMS = rounds(200, 3_000);

/** Many at once in one process, with their readers and their engine. */
const TIMEOUT_MS = rounds(60_000, 360_000);

const TOKENS = 20;

/** An engine whose every token is the message that it answers; none ends before all of them have begun. */
async function startEcho(streams: number): Promise<string> {
  const all = Promise.withResolvers<void>();
  let begun = 0;
  return await startFakeEngine(async (request, response) => {
    const { messages } = (await json(request)) as { messages: { content: string }[] };
    const token = engineLine(`${messages.at(-1)?.content} `);
    response.write(token);
    begun += 1;
    if (begun === streams) all.resolve();
    await all.promise;
    for (let sent = 1; sent < TOKENS; sent += 1) {
      response.write(token);
      await setImmediate();
    }
    response.end(FINAL_LINE);
  });
}

function messagesOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `canary-${index}`);
}

function replyTo(message: string): string {
  return `${message} `.repeat(TOKENS);
}

/** Gateway and HMI as processes of their own: in one, each stream through both takes eight file descriptors. */
async function startServices(engineUrl: string): Promise<HmiClient> {
  const shared = { STACK_ENGINE_URL: engineUrl, STACK_STORE_PATH: "chat.db" };
  const folder = tempFolder();
  const gateway = await startService("gateway", folder, { ...shared, STACK_GATEWAY_PORT: "0" });
  const port = new URL(gateway.url).port;
  const hmi = await startService("hmi", folder, { ...shared, STACK_GATEWAY_PORT: port, STACK_HMI_PORT: "0" });
  return hmiClient(hmi.url);
}

/** Each reader must have got its own reply, all of it, and nothing else. */
async function expectOwnReplies(
  messages: readonly string[],
  readers: readonly StreamReader[],
): Promise<void> {
  await Promise.all(readers.map(({ ended }) => ended));
  expect(readers.map(({ text }) => text)).toEqual(messages.map(replyTo));
  expect(readers.map(({ events }) => findGrammarFault(events))).toEqual(messages.map(() => undefined));
  expect(readers.map(({ events }) => events.at(-1))).toEqual(
    messages.map(() => ({ type: "done", finish_reason: "stop" })),
  );
}

test(
  "hundreds of streams at once through the gateway: none is cut short, none gets another one's tokens",
  async () => {
    const gateway = await startTestGateway({ engineUrl: await startEcho(STREAMS) });
    const messages = messagesOf(STREAMS);
    const readers = messages.map((content) =>
      gateway.chat({ session_id: content, message_id: content, model: "m", content }),
    );
    await expectOwnReplies(messages, await Promise.all(readers));
  },
  TIMEOUT_MS,
);

test(
  "hundreds of streams at once through HMI and gateway: none is lost or mixed up, each is saved whole",
  async () => {
    const hmi = await startServices(await startEcho(STREAMS));
    const messages = messagesOf(STREAMS);
    const sent = await Promise.all(
      messages.map(async (message) => {
        const { session_id } = await hmi.newSession();
        return { session_id, reader: (await hmi.send({ session_id, message, model: "m" })).reader };
      }),
    );
    await expectOwnReplies(
      messages,
      sent.map(({ reader }) => reader),
    );
    const saved = await Promise.all(sent.map(({ session_id }) => hmi.messages(session_id)));
    expect(saved.map((rows) => rows.map(({ content, status }) => [content, status]))).toEqual(
      messages.map((message) => [
        [message, "complete"],
        [replyTo(message), "complete"],
      ]),
    );
  },
  TIMEOUT_MS,
);
