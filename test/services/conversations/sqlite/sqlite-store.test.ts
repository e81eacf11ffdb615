import { openSqliteTestStore } from "../../../support/sqlite-test-store.ts";
import { describeStore } from "../store-suites/all-suites.ts";

describeStore(openSqliteTestStore);
