import { checkSqliteFile } from "../../src/services/conversations/sqlite/check-sqlite.ts";
import { openRaw, openTestStore } from "./store.ts";
import { startStoreProcesses } from "./store-processes.ts";
import type { TestStore } from "./test-stores.ts";

/** A store in a file of its own. */
export async function openSqliteTestStore(): Promise<TestStore> {
  const { store, own, path } = openTestStore();
  return {
    store,
    own,
    raw: {
      async exec(sql) {
        openRaw(path).exec(sql);
      },
      get: async (sql) => openRaw(path).prepare(sql).get(),
      async refuseInserts(table) {
        openRaw(path).exec(
          `CREATE TRIGGER full BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'full'); END`,
        );
      },
      problems: async () => checkSqliteFile(path).problems,
    },
    openAnother: async () => openTestStore(path),
    openMany: (count) => startStoreProcesses(count, path),
  };
}
