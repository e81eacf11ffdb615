import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  openLog,
  prepareState,
  serviceFiles,
  stateFolder,
  sweepTemporaries,
  writeWhole,
} from "../../src/supervisor/state.ts";
import { temporaryFolder, temporaryState } from "./helpers.ts";

const unwritable = (text: string) =>
  expect.objectContaining({ code: "state_unwritable", message: expect.stringContaining(text) });

test("folders and files are for their owner only", () => {
  const state = temporaryState();
  const { record } = serviceFiles(state, "hmi");
  writeWhole(record, "{}");
  expect([state.root, state.run, state.log].map((path) => statSync(path).mode & 0o777)).toEqual([
    0o700, 0o700, 0o700,
  ]);
  expect(statSync(record).mode & 0o777).toBe(0o600);
});

test("run and log are closed to others if they were open", () => {
  const state = stateFolder(temporaryFolder());
  mkdirSync(state.run, { mode: 0o755 });
  prepareState(state);
  expect(statSync(state.run).mode & 0o777).toBe(0o700);
});

test("a state folder below a file is refused by name", () => {
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  const state = stateFolder(join(file, "state"));
  expect(() => prepareState(state)).toThrow(unwritable(state.root));
});

test.each(["/proc/no/such/folder", "/dev/null/state"])("a state folder at %s is refused at once", (path) => {
  expect(() => prepareState(stateFolder(path))).toThrow(unwritable(path));
});

test.each(["", "run", "log"])("a symbolic link in place of the state folder's /%s is refused", (part) => {
  const folder = temporaryFolder();
  const state = stateFolder(join(folder, "state"));
  const elsewhere = join(folder, "elsewhere");
  mkdirSync(elsewhere);
  if (part !== "") mkdirSync(state.root);
  symlinkSync(elsewhere, join(state.root, part));
  expect(() => prepareState(state)).toThrow(unwritable("symbolic link"));
  expect(readdirSync(elsewhere)).toEqual([]);
});

test("a log that is a symbolic link is refused", () => {
  const state = temporaryState();
  const { log } = serviceFiles(state, "hmi");
  const target = join(state.root, "target");
  symlinkSync(target, log);
  expect(() => openLog(log)).toThrow(unwritable(log));
  expect(existsSync(target)).toBe(false);
});

test("writing leaves the file and nothing beside it", () => {
  const state = temporaryState();
  const { pid } = serviceFiles(state, "hmi");
  writeWhole(pid, "1\n");
  writeWhole(pid, "2\n");
  expect(readFileSync(pid, "utf8")).toBe("2\n");
  expect(readdirSync(state.run)).toEqual(["hmi.pid"]);
});

test("temporary files of dead writers are swept, those of living ones stay", () => {
  const state = temporaryState();
  const living = `.hmi.json.${process.pid}.tmp`;
  for (const name of [living, ".hmi.json.4194999.tmp"]) writeFileSync(join(state.run, name), "");
  sweepTemporaries(state);
  expect(readdirSync(state.run)).toEqual([living]);
});

test.each(["../hmi", "", ".hidden", "a/b", "a\0b"])("%j is no service name", (name) => {
  expect(() => serviceFiles(temporaryState(), name)).toThrow("service name");
});
