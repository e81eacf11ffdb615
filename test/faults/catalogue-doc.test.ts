import { existsSync, globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { everySuite } from "../../src/checks/suites.ts";
import { faults } from "../../src/faults/find-fault.ts";

const ROOT = new URL("../../", import.meta.url);
const DOC = readFileSync(new URL("docs/faults.md", ROOT), "utf8");

/** A line of a table that names faults in one cell and checks in the last: a row of the catalogue has a number. */
interface Row {
  readonly number: string | undefined;
  readonly faults: readonly string[];
  readonly checks: readonly string[];
}

const ROWS = DOC.split("\n").flatMap((line): Row[] => {
  const numbered = /^\| (S?\d+) \|.*\| (none|`[^|]+) \| ([^|]*)\|$/.exec(line);
  if (numbered !== null) return [rowOf(numbered[1], numbered[2], numbered[3])];
  const unnumbered = /^\| (`[a-z-]+`) \|.*\| (`[^|]+) \|$/.exec(line);
  return unnumbered === null ? [] : [rowOf(undefined, unnumbered[1], unnumbered[2])];
});

function rowOf(number: string | undefined, faultCell = "", checkCell = ""): Row {
  return { number, faults: namesIn(faultCell), checks: namesIn(checkCell) };
}

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`\n]+)`/g)].map(([, name = ""]) => name);
}

test("every fault stands there once, and every name there is one", () => {
  const named = ROWS.flatMap((row) => row.faults);
  const switchedOn = faults.filter(({ name }) => name !== "none");
  expect(named.toSorted()).toEqual(switchedOn.map(({ name }) => name).toSorted());
});

test("every row names the checks that catch its faults, and no others", () => {
  for (const row of ROWS) {
    const caughtBy = faults
      .filter(({ name }) => row.faults.includes(name))
      .flatMap((fault) => fault.caughtBy);
    expect(row.checks.toSorted(), `row ${row.number ?? row.faults}`).toEqual(
      [...new Set(caughtBy)].toSorted(),
    );
  }
});

test("the rows are numbered without a gap, S1 and on, then 1 and on", () => {
  const numbers = ROWS.flatMap(({ number }) => number ?? []);
  const next = { S: 0, "": 0 };
  for (const number of numbers) {
    const series = number.startsWith("S") ? "S" : "";
    next[series] += 1;
    expect(number).toBe(`${series}${next[series]}`);
  }
});

test("a row without a fault says why", () => {
  const [, reasons = ""] = DOC.split("## Rows that no fault expresses");
  const explained = [...reasons.matchAll(/^\| (S?\d+) \|/gm)].map(([, number]) => number);
  for (const { number, faults: named } of ROWS) if (named.length === 0) expect(explained).toContain(number);
});

test("every row that a fault or a check cites is there; a fault stands in each row that it cites", () => {
  for (const file of globSync("src/{faults,checks}/**/*.ts", { cwd: fileURLToPath(ROOT) })) {
    const name = basename(file, ".ts");
    for (const cited of citedIn(readFileSync(new URL(file, ROOT), "utf8"))) {
      const row = ROWS.find(({ number }) => number === cited);
      expect(row, `${file} cites row ${cited} of docs/faults.md`).toBeDefined();
      if (faults.some((fault) => fault.name === name)) expect(row?.faults, `row ${cited}`).toContain(name);
    }
  }
  // Not every fault has a file that is called like it.
  for (const { name, seenIn } of faults) {
    for (const cited of citedIn(seenIn)) {
      expect(ROWS.find(({ number }) => number === cited)?.faults, `row ${cited}`).toContain(name);
    }
  }
});

/** `docs/faults.md, rows 6, 47, 48`, `FAULTS S12, 46`, or a docstring that begins with `S8`. */
function citedIn(source: string): string[] {
  const citations = source.matchAll(/(?:\brows? |\bFAULTS |\/\*\* (?=S))(S?\d+(?:(?:, | and )S?\d+)*)\b/gi);
  return [...citations].flatMap(([, numbers = ""]) => numbers.split(/, | and /));
}

test("every check and every file that it names is there", () => {
  const ids = everySuite.flatMap(({ checks }) => checks.map(({ id }) => id));
  for (const name of namesIn(DOC)) {
    if (/^(src|test)\//.test(name)) expect(existsSync(new URL(name, ROOT)), name).toBe(true);
    else if (/^[a-z-]+\/[a-z-]+$/.test(name)) expect(ids).toContain(name);
  }
});
