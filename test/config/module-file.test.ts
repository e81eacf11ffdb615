import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { problemsOf } from "../support/config.ts";
import { tempFolder } from "../support/temp.ts";

const TS = "stack.config.ts";
const load = (files: Record<string, string>) => loadConfig({ cwd: tempFolder(files), env: {} });

test.each([
  ["an object", TS, "const port: number = 7101;\nexport default { hmi: { port, host: undefined } };\n"],
  ["a function", "stack.config.mjs", "export default () => ({ hmi: { port: 7101 } });\n"],
  ["an async function", "stack.config.mts", "export default async () => ({ hmi: { port: 7101 } });\n"],
  ["CommonJS", "stack.config.js", "module.exports = { hmi: { port: 7101 } };\n"],
])("a program gives the settings as %s", async (_, name, text) => {
  expect((await load({ [name]: text })).hmi).toEqual({ host: "127.0.0.1", port: 7101 });
});

test("YAML in the same folder goes first", async () => {
  const files = { [TS]: "export default { hmi: { port: 1 } };", "stack.config.yaml": "hmi: { port: 2 }" };
  expect((await load(files)).hmi.port).toBe(2);
});

test("problems name the file and the path of the setting", async () => {
  const text = "export default { hmi: { prot: 1 }, services: { a: { command: ['x'], port: '1' } } };";
  expect(await problemsOf({ cwd: tempFolder({ [TS]: text }) })).toEqual([
    `${TS}  hmi.prot: there is no such setting; did you mean port?`,
    `${TS}  services.a.port: expected a port number, such as 8000; found the text "1"`,
  ]);
});

test.each([
  ["throws", 'throw new Error("no token");\nexport default {};', "no token"],
  ["throws when it is called", 'export default () => { throw new Error("late"); };', "late"],
  ["is no program", "export default {", ""],
])("a file that %s is told by its own message", async (_, text, message) => {
  const [problem] = await problemsOf({ cwd: tempFolder({ [TS]: text }) });
  expect(problem).toMatch(/^stack\.config\.ts(:\d+)* {2}./);
  expect(problem).toContain(message);
});

test("a default export that is no settings is refused", async () => {
  expect(await problemsOf({ cwd: tempFolder({ [TS]: "export const port = 1;" }) })).toEqual([
    `${TS}  expected a default export of settings, or of a function that returns them`,
  ]);
});
