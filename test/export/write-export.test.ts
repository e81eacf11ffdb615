import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeExport } from "../../src/export/write-export.ts";
import { tempFolder } from "../support/temp.ts";

const FILES = [
  { name: "one.yaml", text: "one\n" },
  { name: "two.yaml", text: "two\n" },
];

function textsIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
}

test("all files are written, into a folder that is made for them", () => {
  const folder = join(tempFolder(), "a", "b");
  expect(writeExport(FILES, folder, { force: false })).toEqual([
    join(folder, "one.yaml"),
    join(folder, "two.yaml"),
  ]);
  expect(textsIn(folder)).toEqual({ "one.yaml": "one\n", "two.yaml": "two\n" });
});

test("where one is there already, none is written; with force all are", () => {
  const folder = tempFolder({ "two.yaml": "mine" });
  expect(() => writeExport(FILES, folder, { force: false })).toThrow(
    `There is a file already: ${join(folder, "two.yaml")}.`,
  );
  expect(textsIn(folder)).toEqual({ "two.yaml": "mine" });
  writeExport(FILES, folder, { force: true });
  expect(textsIn(folder)).toEqual({ "one.yaml": "one\n", "two.yaml": "two\n" });
});

test("where one cannot be written, nothing of the others is there, and nothing is lost", () => {
  const folder = tempFolder({ "one.yaml": "mine" });
  mkdirSync(join(folder, "two.yaml"));
  expect(() => writeExport(FILES, folder, { force: true })).toThrow(
    `${join(folder, "two.yaml")} is a folder`,
  );
  const long = [...FILES.slice(0, 1), { name: "x".repeat(300), text: "" }];
  expect(() => writeExport(long, folder, { force: true })).toThrow("ENAMETOOLONG");
  expect(readdirSync(folder)).toEqual(["one.yaml", "two.yaml"]);
  expect(readFileSync(join(folder, "one.yaml"), "utf8")).toBe("mine");
});
