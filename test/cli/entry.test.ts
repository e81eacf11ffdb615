import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { findSuites } from "../../src/verify/verify-stack.ts";
import { BIN, PATH, runStack } from "../support/cli.ts";
import { tempFolder } from "../support/temp.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/** A Node of the system's own that is older than ours may be. */
const oldNode = ["/usr/bin/node", "/usr/local/bin/node"].find((file) => majorOf(file) < 22);

test("--version names the package, the platform and the Node", async () => {
  const expected = `chat-stack/${version} ${process.platform}-${process.arch} node-${process.version}`;
  for (const flag of ["--version", "-v"]) expect(await run(flag)).toEqual(success(expected));
});

test("without arguments, and with --help, it lists the commands", async () => {
  const help = await run("--help");
  expect(help).toMatchObject({ exitCode: 0, stderr: "" });
  for (const command of ["chat", "down", "status", "up", "verify"]) {
    expect(help.stdout).toMatch(new RegExp(`^ {2}${command} +[A-Z]`, "m"));
  }
  expect(await run()).toEqual(help);
});

test("the help of verify names every suite", async () => {
  const help = (await run("verify", "--help")).stdout.replaceAll(/\s+/g, " ");
  expect(help).toContain(
    `Suites: ${findSuites(undefined)
      .map(({ name }) => name)
      .join(", ")}. Without one, all.`,
  );
});

test.each(["--help", "up --help"])(
  "a reader that leaves after the first line of %s is no error",
  async (args) => {
    // bash, because it can tell how each part of a pipe ended.
    const script = `"${process.execPath}" "${BIN}" ${args} | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await execa("bash", ["-c", script], { cwd: tempFolder() });
    expect(stderr).toBe("");
    expect(stdout.split("\n")).toEqual([expect.stringMatching(/^[A-Z].+[.,]$/), "0"]);
  },
);

test.each(["--help", "--version", "status --json", "verify --list"])(
  "output of %s that a full disk does not take is told in a line, and is no success",
  async (args) => {
    if (!existsSync("/dev/full")) return;
    const script = `"${process.execPath}" "${BIN}" ${args} > /dev/full`;
    const { exitCode, stderr } = await execa("sh", ["-c", script], { cwd: tempFolder(), reject: false });
    expect(exitCode).toBeGreaterThan(0);
    expect(stderr.split("\n").at(-1)).toMatch(/^The output could not be written.*: ENOSPC: [^:]*\.$/);
    expect(stderr).not.toContain("    at ");
  },
);

test("where neither stream can be written, the exit code is left", async () => {
  if (!existsSync("/dev/full")) return;
  const script = `"${process.execPath}" "${BIN}" --help > /dev/full 2> /dev/full`;
  expect(await execa("sh", ["-c", script], { cwd: tempFolder(), reject: false })).toMatchObject({
    exitCode: 2,
  });
});

test.each([
  ["throw new Error('a reason')", "a reason"],
  ["Promise.reject(new Error('a reason'))", "a reason"],
  ["syntax error here", "Unexpected identifier 'error'"],
  ["import './not-there.js'", "Cannot find module"],
])(
  "what goes wrong before the command line is there is told without its source: %s",
  async (source, message) => {
    const folder = tempFolder({ "dist/main.js": source });
    for (const name of ["bin", "package.json"]) {
      cpSync(new URL(`../../${name}`, import.meta.url), join(folder, name), { recursive: true });
    }
    const file = join(folder, "bin", "stack.js");
    const { exitCode, stderr } = await execa(process.execPath, [file, "down"], { reject: false });
    expect(exitCode).toBe(1);
    expect(stderr.split("\n")).toEqual([expect.stringContaining(`stack itself failed: ${message}`)]);
  },
);

test("without /proc, services are not called stopped", async () => {
  const hide = ["-rm", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"];
  const canHide = spawnSync("unshare", [...hide, "true"]).status === 0;
  if (!canHide) return;
  const { exitCode, stdout } = await execa("unshare", [...hide, process.execPath, BIN, "status", "--json"], {
    cwd: tempFolder(),
    reject: false,
  });
  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "processes_hidden" } });
});

test("an old Node is told what to do instead of being shown a syntax error", async ({ skip }) => {
  if (oldNode === undefined) return skip("the system has no Node older than 22");
  const { exitCode, stdout, stderr } = await execa(oldNode, [BIN, "status"], { reject: false });
  expect({ exitCode, stdout, stderr: stderr.split("\n") }).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: [
      expect.stringMatching(/^stack needs Node 22\.19 or newer; this is v\d+\.\d+\.\d+\.$/),
      "In a checkout, call it through npm, which brings its own Node: npx --no-install stack ...",
      "Elsewhere, install the current Node LTS.",
    ],
  });
});

test("a checkout that is not built yet says how to build it", async () => {
  const folder = tempFolder();
  for (const name of ["bin", "package.json"]) {
    cpSync(new URL(`../../${name}`, import.meta.url), join(folder, name), { recursive: true });
  }
  const file = join(folder, "bin", "stack.js");
  const { exitCode, stderr } = await execa(process.execPath, [file, "down"], { reject: false });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: "stack is not built yet. Run: npm run build",
  });
});

function run(...args: string[]): ReturnType<typeof runStack> {
  return runStack(args, { cwd: tempFolder(), env: { PATH } });
}

function success(stdout: string): object {
  return { exitCode: 0, stdout, stderr: "" };
}

function majorOf(file: string): number {
  if (!existsSync(file)) return Number.POSITIVE_INFINITY;
  return Number(execFileSync(file, ["-p", "process.versions.node.split('.')[0]"], { encoding: "utf8" }));
}
