import { join } from "node:path";
import { test } from "vitest";
import { checkSqliteFile } from "../../src/services/conversations/sqlite/check-sqlite.ts";
import { expectPeopleApart } from "../support/crowd-run.ts";
import { startTestStack } from "../support/hmi.ts";
import { rounds } from "../support/rounds.ts";
import { tempFolder } from "../support/temp.ts";

const OPERATIONS = rounds(3_000, 100_000);

test(`no word of a person reaches another in ${OPERATIONS} operations of ten people`, {
  timeout: 3_600_000,
}, async () => {
  const storePath = join(tempFolder(), "chat.db");
  await expectPeopleApart(OPERATIONS, async (options) => ({
    ...(await startTestStack({ ...options, storePath })),
    problems: async () => checkSqliteFile(storePath).problems,
  }));
});
