import type { OpenStore } from "../../../support/test-stores.ts";
import { clientKeysSuite } from "./client-keys-suite.ts";
import { concurrencySuite } from "./concurrency-suite.ts";
import { messagesSuite } from "./messages-suite.ts";
import { profilesSuite } from "./profiles-suite.ts";
import { regenerationSuite } from "./regeneration-suite.ts";
import { searchSuite } from "./search-suite.ts";
import { sessionsSuite } from "./sessions-suite.ts";
import { transactionsSuite } from "./transactions-suite.ts";
import { transferSuite } from "./transfer-suite.ts";
import { usersSuite } from "./users-suite.ts";
import { versionsSuite } from "./versions-suite.ts";

/** What every kind of store does, whatever its database. */
export function describeStore(open: OpenStore): void {
  const suites = [
    profilesSuite,
    sessionsSuite,
    messagesSuite,
    versionsSuite,
    regenerationSuite,
    clientKeysSuite,
    transactionsSuite,
    usersSuite,
    searchSuite,
    transferSuite,
    concurrencySuite,
  ];
  for (const suite of suites) suite(open);
}
