import { test } from "vitest";
import { checkPostgresql } from "../../src/services/conversations/postgresql/check-postgresql.ts";
import { expectPeopleApart } from "../support/crowd-run.ts";
import { NO_POSTGRESQL } from "../support/postgresql.ts";
import { useTestSchemas } from "../support/postgresql-test-store.ts";
import { rounds } from "../support/rounds.ts";
import { startBehindOneAddress } from "../support/start-replicas.ts";

const schemas = NO_POSTGRESQL === undefined ? useTestSchemas() : undefined;

const OPERATIONS = rounds(400, 100_000);

test.skipIf(schemas === undefined)(
  `no word of a person reaches another in ${OPERATIONS} operations of ten people at three copies`,
  { timeout: 3_600_000 },
  async () => {
    const storeUrl = (await schemas?.empty()) ?? "";
    await expectPeopleApart(OPERATIONS, async (options) => ({
      ...(await startBehindOneAddress({ ...options, storeUrl })),
      problems: async () => (await checkPostgresql(storeUrl)).problems,
    }));
  },
);
