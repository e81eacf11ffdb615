import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { BIN, PATH } from "../support/cli.ts";
import { tempFolder } from "../support/temp.ts";

/** Every command by oclif, as `bin/stack.js` starts those that have no file of their own. */
const BY_OCLIF = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** Runs it in this folder; what differs from run to run is left out. */
async function run(file: string, words: readonly string[], cwd: string) {
  const env = { PATH, HOME: cwd, STACK_HMI_PROT: "1" };
  const options = { cwd, env, extendEnv: false, reject: false } as const;
  const { exitCode, stdout, stderr } = await execa(process.execPath, [file, ...words], options);
  const timeless = (text: string): string => text.replace(/"time": "[^"]+"/, '"time"');
  return { exitCode, stdout: timeless(stdout), stderr: timeless(stderr) };
}

test.each([
  ["no configuration", undefined, 1],
  ["a mistake in the configuration", "hmi: { port: none }\n", 2],
  ["a configuration that is no YAML", "hmi: {\n", 2],
] as const)("plain `stack status` says with %s what the command says", async (_, config, exitCode) => {
  const cwd = tempFolder();
  const ports = "hmi: { port: 1 }\ngateway: { port: 2 }\nengine: { url: http://127.0.0.1:3 }\n";
  writeFileSync(join(cwd, "stack.config.yaml"), config ?? ports);
  for (const words of [["status"], ["status", "--json"]]) {
    const plain = await run(BIN, words, cwd);
    expect(plain).toMatchObject({
      exitCode,
      stderr: expect.stringContaining("Did you mean STACK_HMI_PORT?"),
    });
    expect(plain).toEqual(await run(BY_OCLIF, words, cwd));
  }
  expect(existsSync(join(cwd, "state"))).toBe(false);
});

test("plain help is oclif's", async () => {
  const cwd = tempFolder();
  const help = await run(BIN, ["--help"], cwd);
  expect(help).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("COMMANDS") });
  for (const words of [[], ["-h"], ["help"]]) expect(await run(BIN, words, cwd)).toEqual(help);
  for (const words of [[], ["--help"], ["help"]]) expect(await run(BY_OCLIF, words, cwd)).toEqual(help);
});
