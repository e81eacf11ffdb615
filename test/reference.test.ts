import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CHAT_EXPORT_SCHEMA_FILE, renderChatExportSchema } from "../scripts/reference/chat-export-schema.ts";
import { CONFIG_SCHEMA_FILE, renderConfigSchema } from "../scripts/reference/config-schema.ts";
import { REFERENCE_FILE, renderReference } from "../scripts/reference/render.ts";
import { REPORT_SCHEMA_FILE, renderReportSchema } from "../scripts/reference/report-schema.ts";
import { referenceTables } from "../scripts/reference/tables.ts";
import { HELD_BY } from "./reference/held-by.ts";

test.each(referenceTables())(
  "each of the $name has a test that holds it, and no test is left over",
  (table) => {
    expect(Object.keys(HELD_BY[table.name]).toSorted()).toEqual([...table.rows.keys()].toSorted());
  },
);

test("every test that the reference names is there, with that title", () => {
  const named = Object.values(HELD_BY)
    .flatMap((rows) => Object.values(rows))
    .flatMap((tests) => Object.entries(tests));
  const missing = named.flatMap(([file, titles]) => {
    const there = titlesIn(file);
    return [titles]
      .flat()
      .filter((title) => !there.has(title))
      .map((title) => `${file}: ${title}`);
  });
  expect(missing).toEqual([]);
});

test.each([
  { name: "reference.md", file: REFERENCE_FILE, render: renderReference },
  { name: "config.schema.json", file: CONFIG_SCHEMA_FILE, render: renderConfigSchema },
  { name: "chat-export.schema.json", file: CHAT_EXPORT_SCHEMA_FILE, render: renderChatExportSchema },
  { name: "report.schema.json", file: REPORT_SCHEMA_FILE, render: renderReportSchema },
])("docs/$name is what the code says now", ({ file, render }) => {
  const written = existsSync(file) ? readFileSync(file, "utf8") : "";
  expect(written, "it is stale: run `npm run docs`").toBe(render());
});

/** The first string of each call in the file that begins as a test does: `test("...",`, `])("...",`. */
const TITLE = /(?:\btest|\))\(\s*(?<literal>"(?:[^"\\]|\\.)*")\s*,/g;

/** The titles of a file's tests, as they stand in it. */
function titlesIn(file: string): ReadonlySet<string> {
  const path = new URL(file, import.meta.url);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  return new Set([...text.matchAll(TITLE)].map(({ groups }) => JSON.parse(groups?.["literal"] ?? "")));
}
