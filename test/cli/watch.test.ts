import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PATH, PATIENTLY, type TestStack, testStack } from "../support/cli.ts";

/** A program that says which sources it was started with, and may take a while to be ready. */
const PROGRAM = '[sh, -c, "cat app/main.txt && exec sleep 1000"]';
const CONFIG = `
services:
  app: { command: ${PROGRAM}, ready: { log: version }, restart: no, watch: [app] }
`;

async function watchedStack(): Promise<TestStack> {
  const stack = await testStack({ PATH: `${PATH}:/usr/bin:/bin` }, CONFIG);
  mkdirSync(join(stack.cwd, "app", "node_modules"), { recursive: true });
  write(stack, "main.txt", "version 1");
  await stack.run("up", "--detach");
  return stack;
}

function write({ cwd }: TestStack, file: string, text: string): void {
  writeFileSync(join(cwd, "app", file), `${text}\n`);
}

function logOf({ stateDir }: TestStack): string[] {
  const log = readFileSync(join(stateDir, "log", "app.log"), "utf8");
  return log.split("\n").filter((line) => line !== "");
}

function changesOf(stack: TestStack): (string | null)[] {
  const changes = stack.events().filter(({ event }) => event === "file_changed");
  return changes.map(({ detail }) => detail);
}

test("a change in what a service watches restarts it, and one event names the file", async () => {
  const stack = await watchedStack();
  const app = (file: string) => join(stack.cwd, "app", file);
  // Many writes are one change.
  for (let time = 0; time < 5; time++) write(stack, "main.txt", "version 2");
  await expect.poll(() => logOf(stack), PATIENTLY).toEqual(["version 1", "version 2"]);

  // As editors write: another file takes its name.
  write(stack, "main.txt~", "version 3");
  renameSync(app("main.txt~"), app("main.txt"));
  await expect.poll(() => logOf(stack), PATIENTLY).toContain("version 3");
  write(stack, "main.txt", "version 4");
  await expect.poll(() => logOf(stack), PATIENTLY).toContain("version 4");

  // A folder that was not there before.
  mkdirSync(app("new/below"), { recursive: true });
  await expect.poll(() => changesOf(stack), PATIENTLY).toHaveLength(4);
  write(stack, "new/below/part.txt", "a");
  await expect.poll(() => changesOf(stack), PATIENTLY).toHaveLength(5);
  expect(changesOf(stack)).toEqual([
    ...[app("main.txt"), app("main.txt"), app("main.txt")],
    app("new"),
    app("new/below/part.txt"),
  ]);
  await expect
    .poll(async () => (await stack.status()).services, PATIENTLY)
    .toMatchObject([{ state: "healthy", restarts: 0 }]);
});

test("what is no source restarts nothing", async () => {
  const stack = await watchedStack();
  for (const file of ["node_modules/a.js", "main.txt.swp", "app.log"]) write(stack, file, "x");
  // The next real change comes after them, so that they would have been seen by then.
  write(stack, "main.txt", "version 2");
  await expect.poll(() => logOf(stack), PATIENTLY).toContain("version 2");
  expect(changesOf(stack)).toEqual([join(stack.cwd, "app", "main.txt")]);
});

test("a service that failed is started again when what it watches has changed", async () => {
  const stack = await watchedStack();
  const broken = { command: "[sh, -c, 'grep -q good app/main.txt && echo version ok && exec sleep 1000']" };
  writeFileSync(join(stack.cwd, "stack.config.yaml"), CONFIG.replace(PROGRAM, broken.command));
  await stack.run("up", "--detach", "--no-wait");
  const stateOf = async () => (await stack.status()).services[0]?.state;
  await expect.poll(stateOf, PATIENTLY).toBe("failed");
  write(stack, "main.txt", "good");
  await expect.poll(stateOf, PATIENTLY).toBe("healthy");
});

test("a change while a service starts counts", async () => {
  const stack = await watchedStack();
  const slow = "[sh, -c, 'cat app/main.txt; touch started; sleep 1; echo ready; exec sleep 1000']";
  const config = CONFIG.replace(PROGRAM, slow).replace("log: version", "log: ready");
  writeFileSync(join(stack.cwd, "stack.config.yaml"), config);
  await stack.run("up", "--detach", "--no-wait");
  await expect.poll(() => existsSync(join(stack.cwd, "started")), PATIENTLY).toBe(true);
  write(stack, "main.txt", "version 2");
  await expect.poll(() => logOf(stack), PATIENTLY).toContain("version 2");
  await expect.poll(() => logOf(stack).filter((line) => line === "ready"), PATIENTLY).toHaveLength(2);
});
