import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { STORE_NAMES } from "../../src/contract/store-address.ts";
import { REQUIRED } from "../../src/targets/store/store-queries.ts";

const GUIDE = readFileSync(new URL("../../docs/your-back-end.md", import.meta.url), "utf8");

test("the guide names every table and column of a store, as it is called, and which must be there", () => {
  const [, section = ""] = GUIDE.split("## Its database");
  const rows = [
    ...(section.split("\n## ")[0] ?? "").matchAll(/^\| `([a-z_.]+)` \| `([a-z_]+)` \| (.*) \|$/gm),
  ];
  expect(Object.fromEntries(rows.map(([, name, ours]) => [name, ours]))).toEqual(STORE_NAMES);
  const required = rows.filter(([, , , words]) => words?.endsWith("Must be there")).map(([, name]) => name);
  expect(required.toSorted()).toEqual([...REQUIRED].toSorted());
});
