import fc from "fast-check";
import { expect, test } from "vitest";
import { judgeSource } from "../../src/source-check/judge-source.ts";
import { loadPython } from "../../src/source-check/python-parser.ts";
import { readSourceFacts } from "../../src/source-check/source-facts.ts";
import { SEED_NAMES } from "../../src/source-check/source-report.ts";
import { anyText } from "../support/arbitraries.ts";
import { judgePython } from "../support/source.ts";

/** Pieces of endpoints, which make no sense in most orders. */
const PIECES = [
  '@app.get("/x")\n',
  "@app.get(",
  "def x(model_id):\n",
  "async def x(*, model_id=None, **rest):",
  "    ",
  "\n",
  "\t",
  "save_message(",
  "save_message(model_id=None)",
  "*args",
  "**fields",
  ")",
  "(",
  "model_id = None\n",
  "model_id, a = ",
  "if model_id is None:\n",
  "else:\n",
  "elif ",
  "match model_id:\n",
  "case None:\n",
  "for client in rows:\n",
  "client = ",
  "client.chat()",
  "row['model_id']",
  "lambda: ",
  "class A(A):\n",
  "return",
  "not ",
  " or ",
  " if ",
  "f'{",
  "}'",
  '"""',
  "#",
  "await ",
  "yield",
  ":=",
  "\\\n",
  "from a import b as c\n",
  "nonlocal model_id\n",
  "assert ",
  "...",
];

const anyPython = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), anyText), { maxLength: 30 })
  .map((all) => all.join(""));

test("no text makes it fail, and every place is in the text", async () => {
  const python = await loadPython();
  const check = (text: string): void => {
    const facts = readSourceFacts(text, SEED_NAMES, python);
    const { findings } = judgeSource([{ file: "main.py", ...facts }]);
    for (const { line, column } of findings) {
      expect(column - 1).toBeLessThan(facts.lines[line - 1]?.length ?? 0);
    }
  };
  fc.assert(fc.property(anyPython, check), { numRuns: 300 });
});

test.each([
  ["def f(:\n    pass\n", 1],
  ["x = 1\ny = (\n", 2],
  ["a = 1\nb = 2\nwhile True print(a)\n", 3],
])("the first line that is not Python is told: %j", async (text, line) => {
  expect(readSourceFacts(text, SEED_NAMES, await loadPython()).errorLine).toBe(line);
});

test.each([
  "async def lifespan(app):\n    async with (open_a() as a, open_b() as (b, c)):\n        yield\n",
  "type A[T] = list[T]\ndef f[**P](x: int = 1., /, *, y): return lambda: (yield)\n",
  "match x:\n    case A(b=None) | {'c': [1, *_], **rest} if rest: pass\n",
  "try:\n    x = f\"{d['k']!r:>{w}}\"\nexcept* (A, B) as e:\n    raise\n",
  "print 'Python 2'\n",
  "",
])("Python of any age is Python: %j", async (text) => {
  expect(readSourceFacts(text, SEED_NAMES, await loadPython()).errorLine).toBeNull();
});

test("what is readable of a broken file is judged", async () => {
  const { findings } = await judgePython(
    '@app.get("/x")\ndef x(model_id):\n    save_message(model_id=None)\n\ndef broken(:\n    pass\n',
  );
  expect(findings).toMatchObject([{ line: 3 }]);
});

test("columns count UTF-16 code units, also after wide characters", async () => {
  const { findings } = await judgePython(
    '@app.get("/x")\ndef x(model_id):\n    log("🏛️é漢"); save_message(model_id=None)\n',
  );
  expect(findings).toMatchObject([{ column: 5 + 'log("🏛️é漢"); save_message('.length }]);
});
