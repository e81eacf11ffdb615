import { globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { makeFolders } from "../../src/files/make-folders.ts";
import { tempFolder } from "../support/temp.ts";

test("all that are missing are made, and what is there is left as it is", () => {
  const folder = tempFolder();
  makeFolders(join(folder, "a", "b", "c"));
  writeFileSync(join(folder, "a", "b", "file"), "kept");
  makeFolders(join(folder, "a", "b"));
  expect(statSync(join(folder, "a", "b", "c")).isDirectory()).toBe(true);
  expect(readFileSync(join(folder, "a", "b", "file"), "utf8")).toBe("kept");
});

test("below a file nothing is made", () => {
  const folder = tempFolder({ file: "" });
  expect(() => makeFolders(join(folder, "file"))).toThrow(/EEXIST/);
  expect(() => makeFolders(join(folder, "file", "a", "b"))).toThrow(/ENOTDIR/);
});

// Node's own recursion asks for ever there. macOS has no /proc, where the root cannot be written.
test("where nothing can be made it says so, and ends", () => {
  expect(() => makeFolders("/proc/nowhere/a/b")).toThrow(/ENOENT|EACCES|EROFS/);
});

test("nobody leaves it to Node's own recursion where a user names the path", () => {
  const src = fileURLToPath(new URL("../../src", import.meta.url));
  const recursing = globSync("**/*.ts", { cwd: src }).filter((file) =>
    /mkdir(?:Sync)?\([^;]*recursive: true/.test(readFileSync(join(src, file), "utf8")),
  );
  // Below the state folder, which is there.
  expect(recursing).toEqual(["supervisor/daemon/request-environment.ts"]);
});
