import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PATH, runStack } from "../support/cli.ts";
import { tempFolder } from "../support/temp.ts";

const place = (files: Record<string, string> = {}) => ({
  cwd: tempFolder(files),
  // Where no engine is: nobody listens on port 1.
  env: { PATH, OLLAMA_HOST: "127.0.0.1:1" },
});

test("init shows what it found with its evidence, and writes the file", async () => {
  const here = place({ "api.py": "app = FastAPI()\n" });
  const { exitCode, stdout } = await runStack(["init"], here);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/FastAPI application `app` +api\.py:1 +-> gateway/);
  expect(stdout).toContain(`Written: ${join(here.cwd, "stack.config.yaml")}`);
  expect((await runStack(["init"], here)).exitCode).toBe(2);
});

test("init --dry-run prints the configuration", async () => {
  const here = place();
  const { exitCode, stdout } = await runStack(["init", "--dry-run"], here);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("  hmi: { embedded: hmi, depends_on: [gateway] }");
  expect(existsSync(join(here.cwd, "stack.config.yaml"))).toBe(false);
});

test("init --json is the result", async () => {
  const here = place();
  const { stdout } = await runStack(["init", "--json"], here);
  expect(JSON.parse(stdout)).toEqual({
    file: join(here.cwd, "stack.config.yaml"),
    written: true,
    findings: expect.any(Array),
    text: expect.stringContaining("services:"),
  });
});
