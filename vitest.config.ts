import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/support/build.ts",
    // A test that waits for a condition fails with that condition's own message before this.
    testTimeout: 15_000,
    hookTimeout: 15_000,
  },
});
