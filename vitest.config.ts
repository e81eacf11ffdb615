import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // No test keeps anything in a module, so that files share them: half the time of the whole.
    isolate: false,
    // CI reads the counts from a file.
    reporters: process.env["TEST_REPORT"]
      ? ["default", ["json", { outputFile: process.env["TEST_REPORT"] }]]
      : ["default"],
    // Most tests wait for processes and sockets: one worker, the default on two cores, would mostly sleep.
    maxWorkers: 2,
    globalSetup: "test/support/build.ts",
    // A test that waits for a condition fails with that condition's own message before this.
    testTimeout: 15_000,
    hookTimeout: 15_000,
  },
});
