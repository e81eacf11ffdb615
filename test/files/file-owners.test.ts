import { chmodSync, chownSync, mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { foreignOwner, isSafeDirectory, whyUntrusted } from "../../src/files/file-owners.ts";
import { ownUser } from "../../src/files/user-names.ts";
import { giveAway, IS_ROOT, OTHER_USER } from "../support/other-user.ts";
import { tempFolder } from "../support/temp.ts";

const EMPTY = {};

function aFile(mode = 0o644): { folder: string; file: string } {
  const folder = realpathSync(tempFolder({ file: "" }));
  chmodSync(join(folder, "file"), mode);
  return { folder, file: join(folder, "file") };
}

test.each([0o644, 0o600, 0o400])("a file of ours that only we may write (%o) is trusted", (mode) => {
  expect(whyUntrusted(aFile(mode).file, EMPTY)).toBeUndefined();
});

test("a file that is not there is for its reader to tell", () => {
  expect(whyUntrusted(join(aFile().folder, "none"), EMPTY)).toBeUndefined();
  expect(whyUntrusted(join(aFile().file, "below a file"), EMPTY)).toBeUndefined();
});

test("a file that all may write is not trusted, by its mode and with what closes it", () => {
  const { file } = aFile(0o666);
  expect(whyUntrusted(file, EMPTY)).toEqual({
    found: `others may write it, which belongs to ${ownUser()} (mode 0666)`,
    advice: `Close it to them: \`chmod go-w ${file}\`.`,
  });
});

test("nor is a file in a folder that all may write, unless that keeps others' hands off it", () => {
  const { folder, file } = aFile();
  chmodSync(folder, 0o777);
  expect(whyUntrusted(file, EMPTY)?.found).toBe(
    `others may write ${folder}, which belongs to ${ownUser()} (mode 0777)`,
  );
  chmodSync(folder, 0o1777);
  expect(whyUntrusted(file, EMPTY)).toBeUndefined();
});

test("a symbolic link is as trusted as what it leads to", () => {
  const { folder } = aFile();
  const { file: open } = aFile(0o666);
  const link = join(folder, "link");
  symlinkSync(open, link);
  expect(whyUntrusted(link, EMPTY)?.found).toContain(`others may write ${open}`);
});

test("links in a circle end", () => {
  const { folder } = aFile();
  symlinkSync("b", join(folder, "a"));
  symlinkSync("a", join(folder, "b"));
  expect(whyUntrusted(join(folder, "a"), EMPTY)).toBeUndefined();
});

test.each([
  ["itself", "", true],
  ["any", "*", true],
  ["one above, with all below it", "/..//*", true],
  ["one above alone", "/..", false],
  ["one that begins with the same letters", "x", false],
])("a folder is allowed by the name of %s", (_, entry, isAllowed) => {
  const { folder, file } = aFile(0o666);
  const allowed = entry === "*" ? "*" : folder + entry;
  const env = { STACK_SAFE_DIRECTORIES: `/nowhere, ${allowed}` };
  expect(isSafeDirectory(folder, env)).toBe(isAllowed);
  expect(whyUntrusted(file, env) === undefined).toBe(isAllowed);
});

test("a folder allows itself by any of its paths", () => {
  const { folder } = aFile();
  const link = join(tempFolder(), "link");
  symlinkSync(folder, link);
  expect(isSafeDirectory(folder, { STACK_SAFE_DIRECTORIES: link })).toBe(true);
});

test("a path that is not absolute would mean another folder in each place: it is refused", () => {
  expect(() => isSafeDirectory("/srv", { STACK_SAFE_DIRECTORIES: "chat" })).toThrow(
    expect.objectContaining({
      code: "config_invalid",
      message: 'STACK_SAFE_DIRECTORIES: expected absolute paths of folders, with commas; found "chat".',
    }),
  );
});

test.runIf(IS_ROOT)("another user's file is not trusted (as root only)", () => {
  const { file } = aFile();
  giveAway(file);
  expect(whyUntrusted(file, EMPTY)?.found).toBe(
    `it belongs to ${OTHER_USER.name} (mode 0644), and this command runs as ${ownUser()}`,
  );
});

test.runIf(IS_ROOT)(
  "nor is ours in another user's folder, who could put another there (as root only)",
  () => {
    const { folder, file } = aFile();
    giveAway(folder);
    expect(whyUntrusted(file, EMPTY)?.found).toContain(`${folder} belongs to ${OTHER_USER.name}`);
    chmodSync(folder, 0o1777);
    expect(whyUntrusted(file, EMPTY)).toBeDefined();
  },
);

test.runIf(IS_ROOT)(
  "in a folder like /tmp each file is its owner's: theirs is not trusted (as root only)",
  () => {
    const { folder, file } = aFile();
    chmodSync(folder, 0o1777);
    giveAway(file);
    expect(whyUntrusted(file, EMPTY)).toBeDefined();
    const own = join(folder, "own");
    mkdirSync(own);
    symlinkSync(file, join(own, "link"));
    expect(whyUntrusted(join(own, "link"), EMPTY)?.found).toContain(`${file} belongs to ${OTHER_USER.name}`);
  },
);

test.runIf(IS_ROOT)("a link that another user made chooses which of our files is read (as root only)", () => {
  const { folder, file } = aFile();
  const link = join(folder, "link");
  symlinkSync(file, link);
  giveAway(link);
  expect(whyUntrusted(link, EMPTY)?.found).toContain(`it belongs to ${OTHER_USER.name}`);
});

test.runIf(IS_ROOT)("a group with others in it may not write either (as root only)", () => {
  const { file } = aFile(0o664);
  expect(whyUntrusted(file, EMPTY)).toBeUndefined();
  chownSync(file, 0, OTHER_USER.gid);
  expect(whyUntrusted(file, EMPTY)?.found).toContain("others may write it");
});

test.runIf(IS_ROOT)("under sudo, what belongs to whoever typed it is trusted (as root only)", () => {
  const { folder, file } = aFile();
  giveAway(folder, file);
  process.env["SUDO_UID"] = String(OTHER_USER.uid);
  onTestFinished(() => {
    delete process.env["SUDO_UID"];
  });
  expect(whyUntrusted(file, EMPTY)).toBeUndefined();
});

test.runIf(IS_ROOT)("root is told to run the command as the owner (as root only)", () => {
  expect(foreignOwner("/srv/.stack", { uid: OTHER_USER.uid, mode: 0o40700 })).toMatchObject({
    code: "foreign_owner",
    message: `/srv/.stack belongs to ${OTHER_USER.name} (mode 0700), and this command runs as root.`,
    hint: expect.stringContaining("Run it as its owner: `sudo -u "),
  });
});

test.skipIf(IS_ROOT)("what sudo left in our folder is to be given back (as an ordinary user only)", () => {
  const { file } = aFile();
  expect(foreignOwner(file, { uid: 0, mode: 0o600 })).toMatchObject({
    message: `${file} belongs to root (mode 0600), and this command runs as ${ownUser()}.`,
    hint: expect.stringContaining(`sudo chown -R ${ownUser()} ${file}`),
  });
});
