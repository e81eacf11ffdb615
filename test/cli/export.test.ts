/** The command itself; what is in the files: test/export. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXPORT_FORMATS } from "../../src/export/export-formats.ts";
import { PATH, runStack } from "../support/cli.ts";
import { tempFolder } from "../support/temp.ts";

const CONFIG = "http: { allowed_hosts: [chat.example.com] }\n";

function project(config = CONFIG) {
  const cwd = tempFolder({ "stack.config.yaml": config });
  const run = (...args: string[]) => runStack(["export", ...args], { cwd, env: { PATH } });
  return { cwd, run };
}

test("an export is its file alone on the standard output, and what is still to be done on the other", async () => {
  const { run } = project();
  const { exitCode, stdout, stderr } = await run("nginx");
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining("server_name chat.example.com;")]);
  expect(stderr).toContain("set auth.token");
  const [first, ...others] = stdout.split("\n");
  expect(first).toMatch(/^# The page of the chat stack/);
  expect(others.at(-1)).toBe("}");
});

test("with --out the files are written, templates too, and never over others", async () => {
  const { cwd, run } = project();
  expect(await run("kubernetes", "--out", "deploy")).toMatchObject({ exitCode: 0 });
  const folder = join(cwd, "deploy");
  expect(readdirSync(folder)).toEqual(["secret.example.yaml", "stack.yaml"]);
  const again = await run("kubernetes", "--out", "deploy", "--host", "other.example.com");
  expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("There is a file already") });
  expect(readFileSync(join(folder, "stack.yaml"), "utf8")).toContain("chat.example.com");
  expect(await run("kubernetes", "--out", "deploy", "--host", "other.example.com", "--force")).toMatchObject({
    exitCode: 0,
  });
  expect(readFileSync(join(folder, "stack.yaml"), "utf8")).toContain("other.example.com");
});

test("--json has the files, the notes, and where they were written", async () => {
  const { run } = project();
  const { stdout } = await run("caddy", "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    format: "caddy",
    written: null,
    files: [{ name: "Caddyfile", text: expect.stringContaining("chat.example.com {") }],
    notes: [expect.stringContaining("set auth.token")],
  });
});

test("what cannot be run so is told with the setting that changes it, and nothing is written", async () => {
  const { cwd, run } = project("engine: { api: openai }\n");
  const { exitCode, stdout, stderr } = await run("kubernetes", "--out", "deploy");
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("Set engine.url to where containers reach it");
  expect(readdirSync(cwd)).toEqual(["stack.config.yaml"]);
  expect(await run("nginx", "--upstream", "6101")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--upstream takes an address and a port; "6101" is not that.'),
  });
  expect(await run("kubernetes", "--host", "http://chat")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--host takes a host name; "http://chat" is not that.'),
  });
});

test("each format has a word of its own, which help and completion know", async () => {
  const names = EXPORT_FORMATS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const { run } = project();
  const { stderr } = await run("helm");
  expect(stderr).toContain(names.join(", "));
});
