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
  const { store, path } = openTestStore();
  const modelId = await makeProfile(store, "Tower");
  const processes = await startProcesses(8, path);
  const opened = await Promise.all(processes.map((each) => each.call("conversations", "open", { modelId })));
  const sessionId = opened[0]?.result?.session.session_id;
  const message = { sessionId, content: "Hi", modelName: null, clientMessageId: "key" };
  const sent = await Promise.all(processes.map((each) => each.call("messages", "begin", message)));
  expect(new Set(sent.map(({ result }) => result?.user.message_id)).size).toBe(1);
  expect(sent.filter(({ result }) => result?.isNew)).toHaveLength(1);
  expect(openRaw(path).prepare("SELECT count(*) AS n FROM messages").get()).toEqual({ n: 2 });
});

test("of 8 processes that send different messages at once, one begins and the others are told to wait", async () => {
  const { store, path } = openTestStore();
  const { session } = await store.conversations.open({ modelId: null, agentId: undefined });
  const processes = await startProcesses(8, path);
  const message = { sessionId: session.session_id, content: "Hi", modelName: null };
  const sent = await Promise.all(processes.map((each) => each.call("messages", "begin", message)));
  expect(sent.filter(({ result }) => result?.isNew)).toHaveLength(1);
  expect(sent.filter(({ error }) => error === "generation_in_progress")).toHaveLength(7);
});
