import { spawnSync } from "node:child_process";
import { renameSync } from "node:fs";
import { expect, test } from "vitest";
import { openTestStore } from "../../../support/store.ts";

/** The place of the WAL is taken by a pipe, which cannot be synced; SQLite goes on with the file that it has. */
function spoilSync(path: string): void {
  renameSync(`${path}-wal`, `${path}-moved`);
  expect(spawnSync("mkfifo", [`${path}-wal`]).status).toBe(0);
}

test.skipIf(process.platform === "win32").each([
  ["full", "after"],
  ["normal", "before"],
] as const)("with synchronous %s a commit is acknowledged %s the WAL was synced", async (synchronous, _) => {
  const { own, path } = openTestStore(undefined, { synchronous });
  spoilSync(path);
  const made = own.conversations.create({ modelId: null, agentId: "architect" });
  if (synchronous === "normal") {
    expect((await made).active).toBe(true);
  } else {
    await expect(made).rejects.toMatchObject({ code: "store_unavailable" });
  }
});

test("commits that come at once are all acknowledged, and in the file", async () => {
  const { own, path } = openTestStore();
  const made = await Promise.all(
    Array.from({ length: 200 }, () => own.conversations.create({ modelId: null, agentId: "architect" })),
  );
  expect(new Set(made.map(({ session_id }) => session_id)).size).toBe(200);
  const other = openTestStore(path).own;
  expect((await other.conversations.list({ limit: 1, offset: 0 })).total).toBe(200);
});

test("what was begun before a store is closed is done, and nothing after", async () => {
  const { store, own, path } = openTestStore();
  const made = own.conversations.create({ modelId: null, agentId: "architect" });
  await store.close();
  expect((await made).session_id).toBe("1");
  await expect(own.conversations.get("1")).rejects.toMatchObject({ code: "store_unavailable" });
  expect((await openTestStore(path).own.conversations.get("1")).active).toBe(true);
});
