import { chmodSync, mkdirSync } from "node:fs";
import { delimiter, join, relative } from "node:path";
import { expect, test } from "vitest";
import { findProgram, planEngine, readEngineAnswer } from "../../src/launch/engine.ts";
import { tempFolder } from "../support/temp.ts";

test.each([
  ["Ollama", 200, '{"version":"0.13.0"}', { kind: "ollama", version: "0.13.0" }],
  ["the stand-in", 200, '{"version":"0.13.0+stand-in"}', { kind: "stand-in", version: "0.13.0+stand-in" }],
  ["a version that is no text", 200, '{"version":13}', { kind: "other" }],
  ["another JSON", 200, '"0.13.0"', { kind: "other" }],
  ["null", 200, "null", { kind: "other" }],
  ["a page", 200, "<!doctype html>", { kind: "other" }],
  ["nothing", 200, "", { kind: "other" }],
  ["a refusal that has a version", 503, '{"version":"0.13.0"}', { kind: "other" }],
])("%s at /api/version is read for what it is", (_, status, body, expected) => {
  expect(readEngineAnswer(status, body)).toEqual(expected);
});

test("an engine that answers is used, whatever is on the PATH", () => {
  expect(planEngine({ kind: "ollama", version: "0.13.0" }, "/usr/bin/ollama")).toEqual({
    use: "external",
    version: "0.13.0",
    standIn: false,
  });
  expect(planEngine({ kind: "stand-in", version: "1+stand-in" }, undefined)).toMatchObject({
    use: "external",
    standIn: true,
  });
});

test.each(["nothing", "other"] as const)("where %s answers, ollama is started if there is one", (kind) => {
  expect(planEngine({ kind }, "/usr/bin/ollama")).toEqual({ use: "ollama", program: "/usr/bin/ollama" });
  expect(planEngine({ kind }, undefined)).toEqual({ use: "stand-in" });
});

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
