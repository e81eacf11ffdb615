import {
  chmodSync,
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
import { ownUser } from "../../src/files/user-names.ts";
import {
  openLog,
  prepareState,
  requireReadable,
  serviceFiles,
  stateFolder,
  sweepTemporaries,
  writeWhole,
} from "../../src/supervisor/state-folder.ts";
import { giveAway, IS_ROOT, takeBack } from "../support/other-user.ts";
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

test("the folder is made with a word to git; one that was there gets none", () => {
  const state = temporaryState();
  expect(readFileSync(join(state.root, ".gitignore"), "utf8")).toBe("*\n");
  const present = stateFolder(temporaryFolder());
  prepareState(present);
  expect(readdirSync(present.root).sort()).toEqual(["log", "run"]);
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

test.each(["log", "run"] as const)(
  "a symbolic link among the files of %s is told to whoever reads",
  (part) => {
    const state = temporaryState();
    symlinkSync("/etc/passwd", join(state[part], "hmi.log"));
    expect(() => requireReadable(state)).toThrow(
      expect.objectContaining({
        code: "state_unreadable",
        message: expect.stringContaining("symbolic link"),
      }),
    );
  },
);

test("a file that may not be read is not an empty one", () => {
  const state = temporaryState();
  writeWhole(join(state.root, "wanted.json"), "{}");
  requireReadable(state);
  chmodSync(join(state.root, "wanted.json"), 0o000);
  expect(() => requireReadable(state)).toThrow(
    expect.objectContaining({
      code: "state_unreadable",
      message: expect.stringContaining(`wanted.json: it belongs to ${ownUser()} (mode 0000).`),
    }),
  );
});

test.runIf(IS_ROOT)("nor is one of another user, whichever it is (as root only)", () => {
  const state = temporaryState();
  const { record, log } = serviceFiles(state, "hmi");
  for (const path of [join(state.root, "states.json"), record, log, state.log, state.run, state.root]) {
    if (!existsSync(path)) writeWhole(path, "{}");
    giveAway(path);
    expect(() => requireReadable(state), path).toThrow(
      expect.objectContaining({
        code: "foreign_owner",
        message: expect.stringContaining(`${path} belongs to`),
      }),
    );
    takeBack(path);
    requireReadable(state);
  }
});

test("what else lies in the folder is no business of its readers", () => {
  const state = temporaryState();
  symlinkSync("/etc/passwd", join(state.root, "notes.txt"));
  requireReadable(state);
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
