import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  makePrivateFolder,
  openNew,
  openOwn,
  openToAppend,
  preparePrivateFile,
  readOwn,
} from "../../src/files/private-files.ts";
import { giveAway, IS_ROOT } from "../support/other-user.ts";
import { tempFolder } from "../support/temp.ts";

const modeOf = (path: string): number => statSync(path).mode & 0o7777;

test("a folder and those above it are made for their owner only", () => {
  const path = join(tempFolder(), "a", "b");
  expect(makePrivateFolder(path)).toBe(true);
  expect([modeOf(path), modeOf(join(path, ".."))]).toEqual([0o700, 0o700]);
  expect(makePrivateFolder(path)).toBe(false);
});

test.each([0o755, 0o777, 0o750])("a folder of ours that others may read or write (%o) is closed", (mode) => {
  const path = tempFolder();
  chmodSync(path, mode);
  makePrivateFolder(path);
  expect(modeOf(path)).toBe(0o700);
});

test("a folder that is like /tmp is nobody's to close: it is refused, and stays as it is", () => {
  const path = tempFolder();
  chmodSync(path, 0o1777);
  expect(() => makePrivateFolder(path)).toThrow(/others may write it: .* \(mode 1777\)/);
  expect(modeOf(path)).toBe(0o1777);
});

test("the folder that this process works in is left as it is, unless others may write it", () => {
  const path = tempFolder();
  const before = process.cwd();
  onTestFinished(() => process.chdir(before));
  chmodSync(path, 0o755);
  process.chdir(path);
  makePrivateFolder(path);
  expect(modeOf(path)).toBe(0o755);
  chmodSync(path, 0o757);
  expect(() => makePrivateFolder(path)).toThrow("it is for other things too");
});

test("in place of a folder, a symbolic link and a file are refused", () => {
  const folder = tempFolder({ file: "" });
  symlinkSync(tempFolder(), join(folder, "link"));
  expect(() => makePrivateFolder(join(folder, "link"))).toThrow("symbolic link");
  expect(() => makePrivateFolder(join(folder, "file"))).toThrow("not a folder");
});

test("a file that is added to is made for its owner only, and closed where it was open", () => {
  const path = join(tempFolder(), "log");
  for (const word of ["one ", "two"]) {
    const fd = openToAppend(path);
    writeSync(fd, word);
    closeSync(fd);
    expect(modeOf(path)).toBe(0o600);
    chmodSync(path, 0o644);
  }
  expect(readFileSync(path, "utf8")).toBe("one two");
});

test("no symbolic link is followed, neither for reading nor for writing", () => {
  const folder = tempFolder({ target: "kept" });
  const link = join(folder, "link");
  symlinkSync(join(folder, "target"), link);
  for (const open of [openToAppend, openNew, openOwn, readOwn, preparePrivateFile])
    expect(() => open(link), open.name).toThrow();
  expect(readFileSync(join(folder, "target"), "utf8")).toBe("kept");
});

test("a link that leads nowhere does not make what it leads to", () => {
  const folder = tempFolder();
  symlinkSync(join(folder, "target"), join(folder, "link"));
  expect(() => preparePrivateFile(join(folder, "link"))).toThrow("symbolic link");
  expect(() => openToAppend(join(folder, "link"))).toThrow();
  expect(existsSync(join(folder, "target"))).toBe(false);
});

test("a file for others to open is made, and closed with those beside it; what it holds is kept", () => {
  const folder = tempFolder({ "a.db": "kept", "a.db-wal": "", "a.db.txt": "" });
  for (const file of readdirSync(folder)) chmodSync(join(folder, file), 0o644);
  preparePrivateFile(join(folder, "a.db"), ["-wal", "-shm"]);
  const modes = readdirSync(folder).map((file) => [file, modeOf(join(folder, file))]);
  expect(modes).toEqual([
    ["a.db", 0o600],
    ["a.db-wal", 0o600],
    ["a.db.txt", 0o644],
  ]);
  expect(readFileSync(join(folder, "a.db"), "utf8")).toBe("kept");
  preparePrivateFile(join(folder, "new", "b.db"));
  expect(modeOf(join(folder, "new", "b.db"))).toBe(0o600);
});

test.runIf(IS_ROOT)("what belongs to another user is refused, and not touched (as root only)", () => {
  const folder = tempFolder({ file: "kept" });
  const file = join(folder, "file");
  mkdirSync(join(folder, "theirs"), { mode: 0o755 });
  giveAway(file, join(folder, "theirs"));
  const theirs = expect.objectContaining({ code: "foreign_owner" });
  for (const open of [openToAppend, openOwn, readOwn, preparePrivateFile])
    expect(() => open(file), open.name).toThrow(theirs);
  expect(() => makePrivateFolder(join(folder, "theirs"))).toThrow(theirs);
  expect([modeOf(file), modeOf(join(folder, "theirs"))]).toEqual([0o644, 0o755]);
});

test.runIf(IS_ROOT)(
  "root makes nothing among another user's files, which could never be theirs (as root only)",
  () => {
    const folder = tempFolder();
    giveAway(folder);
    const theirs = expect.objectContaining({ code: "foreign_owner" });
    expect(() => makePrivateFolder(join(folder, "a", "b"))).toThrow(theirs);
    expect(() => preparePrivateFile(join(folder, "a.db"))).toThrow(theirs);
    expect(readdirSync(folder)).toEqual([]);
  },
);

test.runIf(IS_ROOT)("unless their folder is allowed (as root only)", () => {
  const folder = tempFolder();
  giveAway(folder);
  process.env["STACK_SAFE_DIRECTORIES"] = folder;
  onTestFinished(() => {
    delete process.env["STACK_SAFE_DIRECTORIES"];
  });
  expect(makePrivateFolder(join(folder, "a"))).toBe(true);
});
