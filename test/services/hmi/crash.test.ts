import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { startTestEngine, startTestGateway } from "../../support/gateway.ts";
import { createdIn, type HmiClient, hmiClient, startTestStack } from "../../support/stack.ts";
import { eventually } from "../../support/streams.ts";
import { tempFolder } from "../../support/temp.ts";

const SERVICE = new URL("../../../src/service-process.ts", import.meta.url).pathname;

interface HmiProcess extends HmiClient {
  /** Ends the process, and waits for its exit; returns its code, null after SIGKILL. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** An HMI as a process of its own, on a free port. */
async function startHmiProcess(gatewayUrl: string, storePath: string): Promise<HmiProcess> {
  const child = spawn(process.execPath, [SERVICE, "hmi"], {
    cwd: tempFolder(),
    env: {
      ...process.env,
      STACK_HMI_PORT: "0",
      STACK_GATEWAY_PORT: new URL(gatewayUrl).port,
      STACK_STORE_PATH: storePath,
      STACK_STREAM_SAVE_EVERY_MS: "10",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    const [code] = await exited;
    return code;
  };
  onTestFinished(async () => {
    await end("SIGKILL");
  });
  return { ...hmiClient(await urlOf(createInterface({ input: child.stdout }))), end };
}

/** The address that the service writes into its log when it is ready. */
async function urlOf(log: AsyncIterable<string>): Promise<string> {
  for await (const line of log) {
    const { msg, url } = JSON.parse(line);
    if (msg === "ready") return url;
  }
  throw new Error("The HMI stopped before it was ready.");
}

test("after a kill -9 in mid-reply, what was saved is there as interrupted, and all goes on", async () => {
  const gateway = await startTestGateway({
    engineUrl: await startTestEngine({ tokenDelayMs: 5 }),
    conversations: { isKnown: async () => true, pendingRequest: async () => undefined },
  });
  const storePath = join(tempFolder(), "chat.db");
  const killed = await startHmiProcess(gateway.url, storePath);
  const before = await killed.general({ message: "Count to 1000" });
  await eventually(() => expect(before.text.length).toBeGreaterThan(100));
  const session_id = createdIn(before);
  await killed.end("SIGKILL");
  await expect(before.ended).rejects.toThrow();

  const hmi = await startHmiProcess(gateway.url, storePath);
  const [user, reply] = await hmi.messages(session_id);
  expect(user).toMatchObject({ content: "Count to 1000", status: "complete" });
  expect(reply?.status).toBe("interrupted");
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

test("a stopped HMI process saves what has arrived, tells its reader, and exits with 0", async () => {
  const gateway = await startTestGateway({ standIn: { tokenDelayMs: 5 } });
  const storePath = join(tempFolder(), "chat.db");
  const stopped = await startHmiProcess(gateway.url, storePath);
  const reader = await stopped.general({ message: "Count to 1000" });
  await eventually(() => expect(reader.text).not.toBe(""));
  expect(await stopped.end("SIGTERM")).toBe(0);
  await reader.ended;
  expect(reader.events.slice(-2)).toMatchObject([
    { type: "error", code: "reply_interrupted" },
    { type: "done", finish_reason: "error" },
  ]);
  const stack = await startTestStack({ storePath });
  expect((await stack.messages(createdIn(reader))).at(-1)).toMatchObject({
    content: reader.text,
    status: "interrupted",
    error: { code: "reply_interrupted" },
  });
});
