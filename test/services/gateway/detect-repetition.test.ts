import fc from "fast-check";
import { expect, test } from "vitest";
import { endsInRepetition, watchRepetition } from "../../../src/services/gateway/detect-repetition.ts";

const SENTENCE = "I am sorry, I cannot help you with that. ";
const LONG_PIECE = Array.from({ length: 40 }, (_, index) => `w${index}`)
  .join(" ")
  .padEnd(199, ".")
  .concat(" ");

function watch(text: string, size = 4): boolean {
  const watched = watchRepetition();
  for (let at = 0; at < text.length; at += size) if (watched.push(text.slice(at, at + size))) return true;
  return false;
}

test.each([
  ["a sentence", SENTENCE.repeat(40)],
  ["a sentence after a good beginning", `The answer is 42, because of what was said. ${SENTENCE.repeat(60)}`],
  ["a word", "hello ".repeat(300)],
  ["a letter", "G".repeat(1_600)],
  ["a piece of 200 characters", LONG_PIECE.repeat(12)],
  ["wide characters", "再見。".repeat(600)],
  ["the same sign for pages", "!".repeat(5_000)],
  ["line breaks for pages", "\n".repeat(5_000)],
])("%s again and again is a repetition", (_, text) => expect(watch(text)).toBe(true));

const ROWS = Array.from({ length: 120 }, (_, row) => `| ${row} | yes | no |\n`).join("");
const CODE = Array.from({ length: 80 }, (_, line) => `  if (x === ${line}) {\n    return null;\n  }\n`).join(
  "",
);

test.each([
  ["prose", "It was the best of times, it was the worst of times; each sentence differs. ".repeat(1)],
  ["a sentence seven times", SENTENCE.repeat(7)],
  ["a table", ROWS],
  ["the empty rows of a table", "|     |     |     |\n".repeat(100)],
  ["code", CODE],
  ["a list of zeros", "0, ".repeat(900)],
  ["lines of dashes", `${"-".repeat(120)}\n`.repeat(20)],
  [
    "a rule as long as a page is wide, again and again",
    `${"=".repeat(80)}\nA heading\n${"=".repeat(80)}\n\n`.repeat(5),
  ],
  ["a frame in ASCII", `+${"-".repeat(76)}+\n${`|${" ".repeat(76)}|\n`.repeat(30)}+${"-".repeat(76)}+\n`],
  [
    "a song with a refrain",
    Array.from({ length: 12 }, (_, verse) => `Verse ${verse}: la la.\n${SENTENCE}\n`).join(""),
  ],
  ["a piece of 300 characters ten times", `${LONG_PIECE}${"x".repeat(100)}`.repeat(10)],
  ["numbers that grow", Array.from({ length: 3_000 }, (_, number) => number).join(", ")],
])("%s is none", (_, text) => expect(watch(text)).toBe(false));

test("the word that one asked for a hundred times is none yet", () => {
  expect(watch("hello ".repeat(100))).toBe(false);
});

/** The same by its definition. */
function isRepetition(text: string): boolean {
  for (let period = 1; period <= 200; period += 1) {
    let length = period;
    while (length < text.length && text.at(-length - 1) === text.at(-length - 1 + period)) length += 1;
    const least = /\p{L}/u.test(text.slice(-period)) ? 1_000 : 4_000;
    if (length <= text.length && length >= least && length >= period * 8) return true;
  }
  return false;
}

test("it is found exactly where its definition says so", () => {
  const piece = fc.string({ unit: fc.constantFrom("a", "b", "-", " "), minLength: 1, maxLength: 210 });
  fc.assert(
    fc.property(
      fc.string({ maxLength: 50 }),
      piece,
      fc.integer({ min: 1, max: 5_000 }),
      fc.nat(3),
      (before, one, length, cut) => {
        const text = before + one.repeat(Math.ceil(length / one.length)).slice(0, length - cut);
        expect(endsInRepetition(text)).toBe(isRepetition(text));
      },
    ),
    { numRuns: 200 },
  );
});

test("pieces of any size are watched, and what was told once stays told", () => {
  for (const size of [1, 7, 600, 10_000]) expect(watch(SENTENCE.repeat(100), size)).toBe(true);
  const watched = watchRepetition();
  expect(watched.push(SENTENCE.repeat(100))).toBe(true);
  expect(watched.push("Now something else.")).toBe(true);
});
