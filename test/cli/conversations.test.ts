import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChatExport } from "../../src/contract/chat-export.ts";
import { type RunningStack, startInProcessStack } from "../../src/services/in-process-stack.ts";
import { PATH, runStack } from "../support/cli.ts";
import { CONVERSATION, exportOf } from "../support/exported-conversations.ts";
import { tempFolder } from "../support/temp.ts";

const TOKEN = "token-of-the-house";
const USERS = { alice: "token-of-alice" };

/** Each command is a process of its own. */
const SEVERAL = 60_000;

let stack: RunningStack;
beforeAll(async () => {
  stack = await startInProcessStack({ auth: { token: TOKEN, users: USERS } });
});
afterAll(() => stack?.close());

/** Runs a command of `stack conversations` in a folder of its own, for the stack of this file. */
function start(folder = tempFolder()) {
  writeFileSync(join(folder, "stack.config.json"), JSON.stringify({ auth: { token: TOKEN, users: USERS } }));
  const env = { PATH, HOME: folder };
  const run = (...args: string[]) =>
    runStack(["conversations", ...args, "--hmi", stack.hmi], { cwd: folder, env });
  return { folder, run };
}

test("what one person has goes to a file and to another person, once; a refusal exits with 1", {
  timeout: SEVERAL,
}, async () => {
  const { folder, run } = start();
  const faulty = { ...CONVERSATION, key: "faulty", title: "\u001b[31mred", agent_id: "nobody" };
  writeFileSync(join(folder, "old.json"), JSON.stringify(exportOf([CONVERSATION, faulty])));
  const first = await run("import", "old.json", "--user", "alice");
  expect([first.exitCode, first.stderr]).toEqual([1, ""]);
  expect(first.stdout).toContain("conversations: 1 imported, 0 here already, 1 refused");
  expect(first.stdout).toContain('There is no agent "nobody"');
  expect(first.stdout).not.toContain("\u001b[31mred");

  const saved = await run("export", "alice.json", "--user", "alice", "--json");
  expect([saved.exitCode, JSON.parse(saved.stdout)]).toMatchObject([
    0,
    { file: "alice.json", conversations: 1 },
  ]);
  expect(statSync(join(folder, "alice.json")).mode & 0o777).toBe(0o600);
  const file: ChatExport = JSON.parse(readFileSync(join(folder, "alice.json"), "utf8"));
  expect(file.conversations[0]?.title).toBe("Brought");

  const again = await run("export", "alice.json", "--user", "alice");
  expect([again.exitCode, again.stderr]).toEqual([2, expect.stringContaining("--force")]);
  const report = await run("import", "alice.json", "--json");
  expect([report.exitCode, JSON.parse(report.stdout).conversations.imported]).toEqual([0, 1]);
  const second = await run("import", "alice.json");
  expect([second.exitCode, second.stdout]).toEqual([
    0,
    expect.stringContaining("0 imported, 1 here already"),
  ]);
  const piped = await run("export", "-");
  expect(JSON.parse(piped.stdout).conversations).toHaveLength(1);
});

test.each([
  [["import", "nowhere.json"], "nowhere.json cannot be read"],
  [["import", "stack.config.json"], "This file cannot be imported: it is an object with auth"],
  [["export", "--user", "mallory"], 'auth.users has no "mallory"'],
  [["export", "-", "--json"], "both want the standard output"],
  [["export", "x.json", "--session", "77"], 'There is no conversation "77"'],
])("stack conversations %j says what is wrong, and exits with 2", async (args, words) => {
  const { exitCode, stdout, stderr } = await start().run(...args);
  expect([exitCode, stdout + stderr]).toEqual([2, expect.stringContaining(words)]);
});
