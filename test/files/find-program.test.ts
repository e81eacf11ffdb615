import { chmodSync, mkdirSync } from "node:fs";
import { delimiter, join, relative } from "node:path";
import { expect, test } from "vitest";
import { findProgram } from "../../src/files/find-program.ts";
import { tempFolder } from "../support/temp.ts";

test("the first program on the PATH that may be run is found; folders and plain files are not programs", () => {
  const folder = tempFolder({ "plain/ollama": "", "first/ollama": "", "second/ollama": "" });
  mkdirSync(join(folder, "folder", "ollama"), { recursive: true });
  for (const name of ["first", "second"]) chmodSync(join(folder, name, "ollama"), 0o755);
  const path = ["missing", "plain", "folder", "first", "second"].map((name) => join(folder, name));
  expect(findProgram("ollama", path.join(delimiter))).toBe(join(folder, "first", "ollama"));
  expect(findProgram("ollama", path.slice(0, 3).join(delimiter))).toBeUndefined();
});

test("a program in a relative folder of the PATH is given as an absolute path", () => {
  const folder = tempFolder({ ollama: "" });
  chmodSync(join(folder, "ollama"), 0o755);
  expect(findProgram("ollama", relative(process.cwd(), folder))).toBe(join(folder, "ollama"));
});

test.each([undefined, "", delimiter])("on the PATH %j there is no program", (path) => {
  expect(findProgram("ollama", path)).toBeUndefined();
});
