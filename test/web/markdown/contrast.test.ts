import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/** What WCAG asks for of text at level AA. */
const ENOUGH = 4.5;

const styles = ["base", "code", "markdown"].map((name) =>
  readFileSync(new URL(`../../../web/styles/${name}.css`, import.meta.url), "utf8"),
);
const css = styles.join("\n");

/** The page's colours: the second of each name is that of the dark scheme. */
function pageColour(name: string, scheme: "light" | "dark"): string {
  const found = [...css.matchAll(new RegExp(`--${name}: (#[\\da-f]{6});`, "g"))].map(
    ([, colour = ""]) => colour,
  );
  expect(found, name).toHaveLength(2);
  return found[scheme === "light" ? 0 : 1] ?? "";
}

const PAIRS = [...css.matchAll(/(\S+): light-dark\((#[\da-f]{6}), (#[\da-f]{6})\)/g)].map(
  ([, name = "", light = "", dark = ""]) => ({ name, light, dark }),
);

describe.each(["light", "dark"] as const)("in the %s scheme", (scheme) => {
  test.each(PAIRS)("$name can be read on code and on the page", (pair) => {
    for (const ground of ["panel", "ground"]) {
      expect(contrast(pair[scheme], pageColour(ground, scheme))).toBeGreaterThan(ENOUGH);
    }
  });

  test.each(["text", "muted", "trouble"])("the page's %s can be read on code", (name) => {
    expect(contrast(pageColour(name, scheme), pageColour("panel", scheme))).toBeGreaterThan(ENOUGH);
  });
});

test("the colours of code are among those that are checked", () => {
  expect(PAIRS.map(({ name }) => name)).toContain("--code-keyword");
});

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
