import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { tailLog } from "../../../src/supervisor/logs/tail-log.ts";
import { temporaryFolder } from "../helpers.ts";

function file(content: string): string {
  const path = join(temporaryFolder(), "log");
  writeFileSync(path, content);
  return path;
}

test("the last lines come oldest first", async () => {
  expect(await tailLog(file("a\nb\nc\n"), 2)).toEqual(["b", "c"]);
});

test("a last line without a line break is a line", async () => {
  expect(await tailLog(file("a\nb\nc"), 2)).toEqual(["b", "c"]);
});

test("a line that was written over is its last state", async () => {
  expect(await tailLog(file("10 %\r100 %\r\nb\r\n"), 2)).toEqual(["100 %", "b"]);
});

test("nothing is read from before the offset", async () => {
  expect(await tailLog(file("old\nnew\n"), 10, 4)).toEqual(["new"]);
});

test("a file that is not there has no lines", async () => {
  expect(await tailLog(join(temporaryFolder(), "none"), 10)).toEqual([]);
});

test("lines longer than a block come whole", async () => {
  const lines = fc.array(fc.string({ unit: "grapheme", maxLength: 30_000 }), { maxLength: 6 });
  const path = file("");
  await fc.assert(
    fc.asyncProperty(lines, fc.integer({ min: 0, max: 7 }), async (texts, count) => {
      const written = texts.map((text) => text.replaceAll(/[\r\n]/g, " "));
      writeFileSync(path, written.map((text) => `${text}\n`).join(""));
      expect(await tailLog(path, count)).toEqual(count === 0 ? [] : written.slice(-count));
    }),
    { numRuns: 50 },
  );
});

test("a flood without line breaks is cut, not loaded", async () => {
  const [line = ""] = await tailLog(file("x".repeat(3 * 1024 * 1024)), 1);
  expect(line).toHaveLength(1024 * 1024);
});
