import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { makeProfile, openRaw, openTestStore } from "../../../support/store.ts";
import { tempFolder } from "../../../support/temp.ts";

const SCRIPT = new URL("../../../support/store-process.ts", import.meta.url).pathname;

/** What one process answers. */
interface Answer {
  result?: {
    session: { session_id: string };
    created: boolean;
    user: { message_id: string };
    isNew: boolean;
  };
  error?: string;
}

interface StoreProcess {
  call(...call: unknown[]): Promise<Answer>;
}

/** Starts so many processes on one file; returns when all of them wait for their first call. */
async function startProcesses(count: number, path: string): Promise<StoreProcess[]> {
  return await Promise.all(Array.from({ length: count }, () => startProcess(path)));
}

async function startProcess(path: string): Promise<StoreProcess> {
  const child = spawn(process.execPath, [SCRIPT, path], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  onTestFinished(async () => {
    child.stdin.end();
    await exited;
  });
  const lines = createInterface({ input: child.stdout });
  await once(lines, "line");
  return {
    async call(...call) {
      const line = once(lines, "line");
      child.stdin.write(`${JSON.stringify(call)}\n`);
      return JSON.parse(String(await line));
    },
  };
}

test("8 processes that open a new file at once agree on one active conversation", async () => {
  const path = join(tempFolder(), "chat.db");
  const processes = await startProcesses(8, path);
  const answers = await Promise.all(
    processes.map((each) => each.call("conversations", "open", { modelId: null })),
  );
  expect(answers.map(({ error }) => error)).toEqual(Array(8).fill(undefined));
  expect(new Set(answers.map(({ result }) => result?.session.session_id)).size).toBe(1);
  expect(answers.filter(({ result }) => result?.created)).toHaveLength(1);
  expect(openRaw(path).prepare("SELECT count(*) AS n FROM conversations").get()).toEqual({ n: 1 });
});

test("8 processes that send the same message of a profile at once make one exchange", async () => {
  const { own, path } = openTestStore();
  const modelId = await makeProfile(own, "Tower");
  const processes = await startProcesses(8, path);
  const opened = await Promise.all(processes.map((each) => each.call("conversations", "open", { modelId })));
  const sessionId = opened[0]?.result?.session.session_id;
  const message = { sessionId, content: "Hi", modelName: null, clientKey: { id: "key", fingerprint: "Hi" } };
  const sent = await Promise.all(processes.map((each) => each.call("messages", "begin", message)));
  expect(new Set(sent.map(({ result }) => result?.user.message_id)).size).toBe(1);
  expect(sent.filter(({ result }) => result?.isNew)).toHaveLength(1);
  expect(openRaw(path).prepare("SELECT count(*) AS n FROM messages").get()).toEqual({ n: 2 });
});

test("first messages that 5 processes send at once, ten each, make a conversation each, and each of them only once", async () => {
  const { own, path } = openTestStore();
  const processes = await startProcesses(5, path);
  const keys = Array.from({ length: 50 }, (_, number) => `key ${number}`);
  const first = async (process: StoreProcess | undefined, key: string) => {
    const opened = await process?.call("conversations", "openNew", { modelId: null }, key);
    const sessionId = opened?.result?.session.session_id;
    const clientKey = { id: key, fingerprint: key };
    return await process?.call("messages", "begin", { sessionId, content: key, modelName: null, clientKey });
  };
  // Each key comes twice, by two processes.
  const sent = await Promise.all(
    processes.map(async (process, place) => {
      const answers: (Answer | undefined)[] = [];
      const isMine = (number: number) => number % 5 === place || (number + 1) % 5 === place;
      for (const key of keys.filter((_, number) => isMine(number))) answers.push(await first(process, key));
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

test("of 8 processes that send different messages at once, one begins and the others are told to wait", async () => {
  const { own, path } = openTestStore();
  const { session } = await own.conversations.open({ modelId: null, agentId: undefined });
  const processes = await startProcesses(8, path);
  const message = { sessionId: session.session_id, content: "Hi", modelName: null };
  const sent = await Promise.all(processes.map((each) => each.call("messages", "begin", message)));
  expect(sent.filter(({ result }) => result?.isNew)).toHaveLength(1);
  expect(sent.filter(({ error }) => error === "generation_in_progress")).toHaveLength(7);
});
