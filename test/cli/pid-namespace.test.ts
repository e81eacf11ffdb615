import { readdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { stateFolder } from "../../src/supervisor/state-folder.ts";
import { withLock } from "../../src/supervisor/state-lock.ts";
import { BIN, PATIENTLY, type Run, type TestStack, testStack } from "../support/cli.ts";
import { CAN_UNSHARE, UNSHARE } from "../support/unshare.ts";

const CONFIG = `
services:
  one: { command: [sleep, "600"], ready: { command: ["true"] } }
`;

const someStack = (): Promise<TestStack> => testStack({ PATH: `${process.env["PATH"]}` }, CONFIG);

/** Runs a program in a namespace of its own, which ends with it. */
function inside({ cwd, env }: TestStack, ...words: readonly string[]) {
  return execa("unshare", [...UNSHARE, ...words], { cwd, env, extendEnv: false, reject: false });
}

async function stackInside(stack: TestStack, ...args: readonly string[]): Promise<Run> {
  const { exitCode, stdout, stderr } = await inside(stack, process.execPath, BIN, ...args);
  return { exitCode, stdout: String(stdout), stderr: String(stderr) };
}

/** A stack that is up in a namespace of its own for as long as the test needs it. */
async function upInside(stack: TestStack): Promise<() => Promise<void>> {
  const script = `'${process.execPath}' '${BIN}' up --detach && sleep 600`;
  const shell = inside(stack, "sh", "-c", script);
  const end = async (): Promise<void> => {
    shell.kill("SIGKILL");
    await shell;
  };
  onTestFinished(end);
  await expect.poll(() => readdirOf(stack), PATIENTLY).toContain("one.pid");
  return end;
}

function readdirOf({ stateDir }: TestStack): string[] {
  try {
    return readdirSync(join(stateDir, "run"));
  } catch {
    return [];
  }
}

const REFUSED = {
  exitCode: 2,
  stderr: expect.stringMatching(
    /is in use in another PID namespace.* it holds .*one.*\n.*Run this command there/,
  ),
};

test.runIf(CAN_UNSHARE)(
  "in a container, what runs on its host is neither started again nor taken for dead (where unshare works)",
  async () => {
    const stack = await someStack();
    await stack.up();
    const { stdout } = await stack.run("status", "--json");
    for (const words of [
      ["status"],
      ["up", "--detach"],
      ["restart", "one"],
      ["down"],
      ["up", "--dry-run"],
      ["doctor"],
    ])
      expect(await stackInside(stack, ...words), words.join(" ")).toMatchObject(REFUSED);
    const { services } = JSON.parse((await stack.run("status", "--json")).stdout);
    expect(services[0]).toMatchObject({
      state: "healthy",
      pid: JSON.parse(stdout).services[0].pid,
      restarts: 0,
    });
  },
  60_000,
);

test.runIf(CAN_UNSHARE)(
  "nor is what runs in a container, on its host and in a container beside it, until it has ended (where unshare works)",
  async () => {
    const stack = await someStack();
    const end = await upInside(stack);
    expect(await stack.run("status")).toMatchObject(REFUSED);
    expect(await stackInside(stack, "down")).toMatchObject(REFUSED);
    await end();
    // As after a restart of the container: nothing is in the way.
    expect(await stackInside(stack, "up", "--detach")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await stack.run("status")).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("stale"),
    });
    await stack.up();
  },
  60_000,
);

test.runIf(CAN_UNSHARE)(
  "a lock that a command of another namespace holds is neither broken nor waited for (where unshare works)",
  async () => {
    const stack = await someStack();
    const state = stateFolder(stack.stateDir);
    await withLock(state, async () => {
      expect(await stackInside(stack, "up", "--detach")).toMatchObject({
        exitCode: 2,
        stderr: expect.stringMatching(
          new RegExp(`its pid ${process.pid}, holds the lock.*\\n.*rm ${state.run}/lock`),
        ),
      });
      expect(readdirOf(stack)).toEqual(["lock"]);
    });
    await stack.up();
  },
  30_000,
);
