import { chmodSync, chownSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { BIN, isAlive, PATIENTLY, type Run, type TestStack, testStack } from "../support/cli.ts";
import { giveAway, IS_ROOT, OTHER_USER, takeBack } from "../support/other-user.ts";

const CONFIG = `
services:
  one: { command: [sleep, "600"], ready: { command: ["true"] }, restart: { backoff_ms: 100 } }
`;

/** A stack in a folder of another user's, who has brought it up. Ended by that user. */
async function theirStack(): Promise<{ stack: TestStack; asThem: (...args: string[]) => Promise<Run> }> {
  const stack = await testStack({ PATH: `${process.env["PATH"]}` }, CONFIG);
  giveAway(stack.cwd, join(stack.cwd, "stack.config.yaml"));
  const asThem = async (...args: string[]): Promise<Run> => {
    const { exitCode, stdout, stderr } = await execa(process.execPath, [BIN, ...args], {
      cwd: stack.cwd,
      env: stack.env,
      extendEnv: false,
      reject: false,
      uid: OTHER_USER.uid,
      gid: OTHER_USER.gid,
    });
    return { exitCode, stdout, stderr };
  };
  return { stack, asThem };
}

/** Another user must reach our files: in a folder below /root nobody does. */
const CAN_REACH = IS_ROOT && (await reaches());

async function reaches(): Promise<boolean> {
  const { exitCode } = await execa(
    process.execPath,
    ["-e", `require("fs").accessSync(${JSON.stringify(BIN)})`],
    {
      reject: false,
      uid: OTHER_USER.uid,
      gid: OTHER_USER.gid,
    },
  );
  return exitCode === 0;
}

test.runIf(CAN_REACH)(
  "a command of root's in a user's stack refuses, names the user and what to type, and changes nothing (as root only)",
  async () => {
    const { stack, asThem } = await theirStack();
    try {
      expect(await asThem("up", "--detach")).toMatchObject({ exitCode: 0, stderr: "" });
      const before = listing(stack.stateDir);
      for (const words of [
        ["up"],
        ["restart", "one"],
        ["status"],
        ["down"],
        ["logs"],
        ["events"],
        ["doctor"],
      ]) {
        const allowed = { env: { ...stack.env, SUDO_UID: String(OTHER_USER.uid) }, cwd: stack.cwd };
        for (const place of [{ env: stack.env, cwd: stack.cwd }, allowed]) {
          const run = await execa(process.execPath, [BIN, ...words, "--json"], {
            ...place,
            extendEnv: false,
            reject: false,
          });
          expect({ exitCode: run.exitCode, ...JSON.parse(run.stdout) }, words.join(" ")).toEqual({
            exitCode: 2,
            error: {
              code: place === allowed ? "foreign_owner" : "config_untrusted",
              message: expect.stringContaining(`belongs to ${OTHER_USER.name}`),
              hint: expect.stringContaining(`sudo -u ${OTHER_USER.name} stack ${words.join(" ")}`),
            },
          });
        }
      }
      expect(listing(stack.stateDir)).toEqual(before);
      const pid = pidOf(stack);
      process.kill(pid, "SIGKILL");
      await expect.poll(() => isAlive(pidOf(stack)) && pidOf(stack) !== pid, PATIENTLY).toBe(true);
      expect(statSync(`/proc/${pidOf(stack)}`).uid).toBe(OTHER_USER.uid);
    } finally {
      expect(await asThem("down")).toMatchObject({ exitCode: 0 });
    }
  },
  60_000,
);

test.runIf(CAN_REACH)(
  "a state file that root has written is told by its owner, and services are restarted all the same (as root only)",
  async () => {
    const { stack, asThem } = await theirStack();
    const wanted = join(stack.stateDir, "wanted.json");
    try {
      await asThem("up", "--detach");
      // As an older version did under sudo.
      writeFileSync(`${wanted}.new`, readFileSync(wanted));
      await execa("mv", [`${wanted}.new`, wanted]);
      chmodSync(wanted, 0o600);
      for (const command of ["status", "up", "down"]) {
        expect(await asThem(command), command).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining(`${wanted} belongs to root (mode 0600)`),
        });
      }
      const pid = pidOf(stack);
      process.kill(pid, "SIGKILL");
      await expect.poll(() => isAlive(pidOf(stack)) && pidOf(stack) !== pid, PATIENTLY).toBe(true);
    } finally {
      chownSync(wanted, OTHER_USER.uid, OTHER_USER.gid);
      expect(await asThem("down")).toMatchObject({ exitCode: 0 });
    }
  },
  60_000,
);

test.runIf(CAN_REACH)(
  "completion does not run a stranger's configuration, and says nothing (as root only)",
  async () => {
    const stack = await testStack();
    const config = join(stack.cwd, "stack.config.mjs");
    writeFileSync(
      config,
      'import { writeFileSync } from "node:fs";\nwriteFileSync("ran", "");\nexport default {};\n',
    );
    expect((await stack.run("complete", "--", "up", "")).stdout).toContain("engine");
    expect(readdirSync(stack.cwd)).toContain("ran");
    giveAway(config);
    await execa("rm", [join(stack.cwd, "ran")]);
    expect(await stack.run("complete", "--", "up", "")).toMatchObject({ stdout: "", stderr: "" });
    expect(readdirSync(stack.cwd)).not.toContain("ran");
    takeBack(config);
  },
);

test.runIf(CAN_REACH)(
  "a user without a name and a shell, as in a container, is served as any other (as root only)",
  async () => {
    const { stdout, stderr } = await execa(process.execPath, [BIN, "status"], {
      cwd: "/",
      env: { PATH: `${process.env["PATH"]}`, HOME: "/", STACK_STATE_DIR: "/nonexistent/state" },
      extendEnv: false,
      reject: false,
      uid: 54_321,
      gid: 54_321,
    });
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringContaining("engine"), stderr: "" });
  },
);

function pidOf({ stateDir }: TestStack): number {
  try {
    return Number(readFileSync(join(stateDir, "run", "one.pid"), "utf8"));
  } catch {
    return 0;
  }
}

/** Every file with its owner and its content; events and states are the supervisor's to write at any time. */
function listing(stateDir: string): string[] {
  return readdirSync(stateDir, { recursive: true, encoding: "utf8" })
    .sort()
    .map((file) => {
      const found = statSync(join(stateDir, file));
      const isChanging = !found.isFile() || /^states\.json$|events/.test(file);
      return `${file} ${found.uid} ${isChanging ? "" : readFileSync(join(stateDir, file), "utf8")}`;
    });
}
