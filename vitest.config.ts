import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** What needs a Chromium; `npm test -- --project '!browser'` does without. */
const BROWSER = ["test/browser/**/*.test.ts"];
/** What takes the time of things: each has the machine for itself, after everything else. */
const LOAD = ["test/load/measure-load.test.ts", "test/verify/verify-load.test.ts"];
const PROOF = ["test/faults/matrix.test.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "stack",
          include: ["test/**/*.test.ts"],
          exclude: [...BROWSER, ...LOAD, ...PROOF],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: BROWSER,
          globalSetup: "test/browser/temp-folder.ts",
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: "load", include: LOAD, maxWorkers: 1, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: "proof", include: PROOF, maxWorkers: 1, sequence: { groupOrder: 2 } } },
    ],
    // No test keeps anything in a module, so that files share them: half the time of the whole.
    isolate: false,
    // CI reads the counts from a file.
    reporters: process.env["TEST_REPORT"]
      ? ["default", ["json", { outputFile: process.env["TEST_REPORT"] }]]
      : ["default"],
    // Most tests wait for processes and sockets for more than half of their time: on two cores fewer workers would sleep.
    maxWorkers: 4,
    globalSetup: ["test/support/temp-in-memory.ts", "test/support/build.ts"],
    // Programs of the tests that import our sources are compiled once, not with each start.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/test-programs") },
    // Only that nothing waits for ever: what takes a moment here takes many seconds on a machine that is busy otherwise.
    expect: { poll: { timeout: 20_000, interval: 20 } },
    // A test that waits for a condition fails with that condition's own message before this.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
