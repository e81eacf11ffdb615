import { expect, test } from "vitest";
import { type Check, defineCheck, type Suite } from "../../src/harness/define-check.ts";
import { parseShard, selectChecks } from "../../src/harness/select-checks.ts";

function check(id: string, claim = "it is so"): Check<string, never> {
  return defineCheck<string, string>({
    ...{ id, claim, why: "w", lookAt: "l", needs: [] },
    collect: async () => "seen",
    judge: () => ({ verdict: "holds", seen: "it" }),
  });
}

const suites = [
  { name: "a", title: "A.", checks: [check("a/one"), check("a/two", "a cancel ends it"), check("a/three")] },
  { name: "b", title: "B.", checks: [check("b/one"), check("b/two")] },
];

const idsOf = (selected: readonly Suite<string>[]): string[] =>
  selected.flatMap(({ checks }) => checks.map(({ id }) => id));

test("without a selection everything is run", () => {
  expect(idsOf(selectChecks(suites, {}))).toEqual(["a/one", "a/two", "a/three", "b/one", "b/two"]);
});

test("a pattern selects by id and by claim, and drops suites that have nothing left", () => {
  expect(idsOf(selectChecks(suites, { grep: /one/ }))).toEqual(["a/one", "b/one"]);
  expect(selectChecks(suites, { grep: /cancel/ }).map(({ name }) => name)).toEqual(["a"]);
});

test("checks are left out by a pattern, and chosen by their ids", () => {
  expect(idsOf(selectChecks(suites, { grepInvert: /cancel|b\// }))).toEqual(["a/one", "a/three"]);
  expect(idsOf(selectChecks(suites, { ids: ["b/two", "a/one", "gone/away"] }))).toEqual(["a/one", "b/two"]);
});

test.each([1, 2, 3, 5])("%i shards are together the whole, and even to one check", (of) => {
  const shards = Array.from({ length: of }, (_, index) =>
    idsOf(selectChecks(suites, { shard: { index: index + 1, of } })),
  );
  expect(shards.flat().toSorted()).toEqual(idsOf(suites).toSorted());
  const sizes = shards.map(({ length }) => length);
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
});

test("a selection of nothing is an error: it would prove nothing", () => {
  expect(() => selectChecks(suites, { grep: /nothing like this/ })).toThrow(
    expect.objectContaining({ code: "nothing_selected", exitCode: 2 }),
  );
});

test("a shard is a part and the number of parts", () => {
  expect(parseShard("2/3")).toEqual({ index: 2, of: 3 });
  for (const text of ["0/3", "4/3", "2", "a/b", "-1/2", "1/0"]) {
    expect(() => parseShard(text)).toThrow(expect.objectContaining({ code: "bad_flag" }));
  }
});
