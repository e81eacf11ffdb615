import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

test("every file that the map of the house names is there", () => {
  const map = readFileSync(join(root, "docs/architecture.md"), "utf8");
  const files = globSync("{src,web,test,bench,scripts}/**/*.{ts,tsx}", { cwd: root }).map(
    (file) => `/${file}`,
  );
  // Whole names alone: `<suite>-suite.ts` and `contract/{routes,grammar}.ts` stand for several.
  const named = [...map.matchAll(/`([\w./-]+\.tsx?)`/g)].map(([, name]) => name ?? "");
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((name) => !files.some((file) => file.endsWith(`/${name}`)))).toEqual([]);
});
