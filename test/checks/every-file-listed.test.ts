import { globSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { everySuite } from "../../src/checks/suites.ts";
import { faults } from "../../src/faults/find-fault.ts";

const SRC = fileURLToPath(new URL("../../src/", import.meta.url));

/** What the files of a folder of `src/` define, by the pattern of its name, each with its file. */
function definitionsIn(folder: string, name: RegExp): { name: string; file: string }[] {
  return globSync(`${folder}/*/*.ts`, { cwd: SRC }).flatMap((file) =>
    [...readFileSync(`${SRC}${file}`, "utf8").matchAll(name)].map(([, found = ""]) => ({
      name: found,
      file,
    })),
  );
}

/** Their names. */
function definedIn(folder: string, name: RegExp): string[] {
  return definitionsIn(folder, name).map((defined) => defined.name);
}

const CHECK_ID = /^ {2}id: "([a-z-]+\/[a-z-]+)"/gm;

test("a check that a file defines is in its suite, once", () => {
  const listed = everySuite.flatMap(({ checks }) => checks.map(({ id }) => id));
  const defined = definedIn("checks", CHECK_ID);
  expect(defined.length).toBeGreaterThan(100);
  expect(defined.filter((id) => !listed.includes(id))).toEqual([]);
  expect(listed).toEqual([...new Set(listed)]);
  for (const { name, checks } of everySuite)
    expect(checks.filter(({ id }) => !id.startsWith(`${name}/`))).toEqual([]);
});

test("a fault that a file defines is in the catalogue, once", () => {
  const listed = faults.map(({ name }) => name);
  // In a file of its own, or in a table.
  const defined = definedIn("faults", /^ {2}(?: {2})?name: "([a-z-]+)"/gm);
  expect(defined.length).toBeGreaterThan(100);
  expect(defined.filter((name) => !listed.includes(name))).toEqual([]);
  expect(listed).toEqual([...new Set(listed)]);
});

test("a check's file is called as the check, where that says too little with its suite before it", () => {
  const elsewhere = definitionsIn("checks", CHECK_ID).filter(({ name, file }) => {
    const [suite, claim] = name.split("/");
    return (
      dirname(file) !== `checks/${suite}` || ![`${claim}.ts`, `${suite}-${claim}.ts`].includes(basename(file))
    );
  });
  expect(elsewhere).toEqual([]);
});

test("a fault's file is called as the fault, or is the table of those that act on single events", () => {
  const elsewhere = definitionsIn("faults", /^ {2}name: "([a-z-]+)"/gm).filter(
    ({ name, file }) => basename(file) !== `${name}.ts`,
  );
  expect(elsewhere).toEqual([]);
});
