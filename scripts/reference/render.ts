import { HELD_BY, type HoldingTests } from "../../test/reference/held-by.ts";
import { referenceTables, type Table } from "./tables.ts";

export const REFERENCE_FILE = new URL("../../docs/reference.md", import.meta.url);

/** The text of docs/reference.md. Throws where a row has no test. */
export function renderReference(): string {
  return `${[HEAD, ...referenceTables().map(renderTable)].join("\n\n")}\n`;
}

const HEAD = `# Reference

Everything that the stack promises to its callers, and the test that holds each promise: if the promise breaks, that
test fails. In a test that runs for several cases, \`%s\` and \`$name\` stand for the case.

Written from the code by \`npm run docs\`; a test compares the two.`;

function renderTable({ name, introduction, columns, rows }: Table): string {
  const title = name.replace(/^./, (letter) => letter.toUpperCase());
  return [
    `## ${title}`,
    "",
    introduction,
    "",
    line([...columns, "Held by"]),
    line([...columns, ""].map(() => "---")),
    ...[...rows].map(([key, cells]) => line([...cells, testsOf(name, key)])),
  ].join("\n");
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, "\\|")).join(" | ")} |`;
}

function testsOf(table: Table["name"], key: string): string {
  const rows: Readonly<Record<string, HoldingTests>> = HELD_BY[table];
  const tests = Object.entries(rows[key] ?? {}).flatMap(([file, titles]) =>
    [titles].flat().map((title) => `[${shortName(file)}](../test/${file}): ${plain(title)}`),
  );
  if (tests.length === 0) throw new Error(`${key} has no test: name one in test/reference/held-by.ts.`);
  return tests.join("<br>");
}

function shortName(file: string): string {
  return file.replace(/\.test\.ts$/, "");
}

/** A title as text: what Markdown would take for markup is escaped. */
function plain(title: string): string {
  return title.replace(/[<>*_[\]`]/g, "\\$&");
}
