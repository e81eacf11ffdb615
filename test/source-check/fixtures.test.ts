import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { checkSource } from "../../src/source-check/check-source.ts";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/source/${name}`, import.meta.url));

test("BUG-016's four places are found, and the client that a row overwrites", async () => {
  const root = fixture("before");
  const { findings, unreadable, not_judged } = await checkSource({ root });
  expect({ unreadable, not_judged }).toEqual({ unreadable: [], not_judged: null });
  const places = findings.map(({ file, line, kind, source }) => [
    file.slice(root.length + 1),
    line,
    kind,
    source,
  ]);
  expect(places).toEqual([
    [
      "configured_chat.py",
      22,
      "client-overwritten",
      expect.stringMatching(/^client = await connection\.fetchrow\(/),
    ],
    ["main.py", 41, "none-passed", "model_id=None  # General conversation"],
    ["main.py", 69, "none-passed", "model_id=None,  # General conversation (not tied to a model)"],
    ["main.py", 77, "none-passed", "model_id=None,  # General conversation (not tied to a model)"],
    ["main.py", 84, "none-passed", "model_id=None  # General conversation"],
  ]);
});

test("what was found is what the fix changed", async () => {
  const { findings } = await checkSource({ root: fixture("before") });
  expect(findings.filter(({ kind }) => kind === "none-passed").map(({ instead }) => instead)).toEqual(
    Array(4).fill("model_id=model_id"),
  );
});

test.each(["after", "clean"])("nothing is found in %s, and it was judged", async (name) => {
  const report = await checkSource({ root: fixture(name) });
  expect(report).toMatchObject({ findings: [], unreadable: [], not_judged: null });
  expect(report.counts.calls).toBeGreaterThan(5);
});
