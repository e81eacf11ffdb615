import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PATH, PATIENTLY, type TestStack, testStack } from "../support/cli.ts";

const RUNS = '[sh, -c, "echo up; exec sleep 1000"]';
const configOf = (db = RUNS): string => `
services:
  db: { command: ${db}, ready: { log: up }, restart: { policy: always, backoff_ms: 20 } }
  api: { command: ${RUNS}, ready: { log: up }, depends_on: { db: { restart: true } } }
  web: { command: ${RUNS}, ready: { log: up }, depends_on: { api: { restart: true } } }
  other: { command: ${RUNS}, ready: { log: up }, depends_on: [db] }
`;

async function pidsOf(stack: TestStack): Promise<Record<string, number | null>> {
  const { services } = await stack.status();
  return Object.fromEntries(services.map(({ name, state, pid }) => [name, state === "healthy" ? pid : null]));
}

/** Waits until these have other processes than before and are well; the others have the same. */
async function expectRestarted(stack: TestStack, before: Record<string, number | null>, names: string[]) {
  const isNew = async () => {
    const now = await pidsOf(stack);
    const changed = Object.keys(before).filter((name) => now[name] !== before[name]);
    return Object.values(now).includes(null) ? undefined : changed.toSorted();
  };
  await expect.poll(isNew, PATIENTLY).toEqual(names.toSorted());
}

test("depends_on with restart: true starts a service again after what it depends on, however that came", async () => {
  const stack = await testStack({ PATH: `${PATH}:/usr/bin:/bin` }, configOf());
  await stack.run("up", "--detach");
  let before = await pidsOf(stack);
  expect(Object.values(before)).not.toContain(null);

  await stack.run("restart", "db");
  await expectRestarted(stack, before, ["db", "api", "web"]);

  before = await pidsOf(stack);
  process.kill(before["db"] ?? Number.NaN, "SIGKILL");
  await expectRestarted(stack, before, ["db", "api", "web"]);

  before = await pidsOf(stack);
  writeFileSync(join(stack.cwd, "stack.config.yaml"), configOf(RUNS.replace("1000", "1001")));
  await stack.run("up", "--detach");
  await expectRestarted(stack, before, ["db", "api", "web"]);

  before = await pidsOf(stack);
  await stack.run("restart", "web");
  await expectRestarted(stack, before, ["web"]);
  const { stdout } = await stack.run("events", "--service", "api");
  expect(stdout.match(/was stopped {2}because db was started again/g)).toHaveLength(3);
});
