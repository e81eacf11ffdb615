import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { everySuite } from "../../src/checks/suites.ts";
import { faults } from "../../src/faults/find-fault.ts";

const SRC = fileURLToPath(new URL("../../src/", import.meta.url));

/** What the files of a folder of `src/` define, by the pattern of its name. */
function definedIn(folder: string, name: RegExp): string[] {
  return globSync(`${folder}/*/*.ts`, { cwd: SRC }).flatMap((file) =>
    [...readFileSync(`${SRC}${file}`, "utf8").matchAll(name)].map(([, found = ""]) => found),
  );
}

test("a check that a file defines is in its suite, once", () => {
  const listed = everySuite.flatMap(({ checks }) => checks.map(({ id }) => id));
  const defined = definedIn("checks", /^ {2}id: "([a-z-]+\/[a-z-]+)"/gm);
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
