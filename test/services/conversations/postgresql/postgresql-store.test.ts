import { describe } from "vitest";
import { NO_POSTGRESQL } from "../../../support/postgresql.ts";
import { openInSchemas, useTestSchemas } from "../../../support/postgresql-test-store.ts";
import { describeStore } from "../store-suites/all-suites.ts";

describe.skipIf(NO_POSTGRESQL !== undefined)(`on PostgreSQL ${NO_POSTGRESQL ?? ""}`, () => {
  describeStore(openInSchemas(useTestSchemas()));
});
