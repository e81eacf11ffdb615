import { expect, test } from "vitest";
import { testStack } from "../support/cli.ts";
import { openRaw, openTestStore } from "../support/store.ts";

test("a database that is whole exits with 0, and a broken rule with 1, for people and for programs", async () => {
  const stack = await testStack();
  const { own } = openTestStore(stack.database);
  await own.conversations.create({ modelId: null, agentId: "architect" });
  const whole = await stack.run("store", "check");
  expect([whole.exitCode, whole.stdout]).toEqual([0, expect.stringContaining("Nothing is wrong with it.")]);
  expect(whole.stdout).toContain("0 profiles, 1 conversations, 0 messages");

  openRaw(stack.database).exec("UPDATE conversations SET message_count = 3");
  const broken = await stack.run("store", "check");
  expect([broken.exitCode, broken.stdout]).toEqual([1, expect.stringContaining("message_count is wrong: 1")]);
  expect(await stack.json("store", "check")).toMatchObject({
    exitCode: 1,
    json: { ok: false, problems: ["conversations whose message_count is wrong: 1"] },
  });
});

test("where there is no database it says so, exits with 2, and makes none", async () => {
  const stack = await testStack();
  const missing = await stack.json("store", "check");
  expect(missing).toMatchObject({ exitCode: 2, json: { error: { code: "database_missing" } } });
  expect((await stack.run("store", "check")).exitCode).toBe(2);
});
