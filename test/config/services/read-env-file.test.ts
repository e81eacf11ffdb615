import { join } from "node:path";
import { expect, test } from "vitest";
import { readEnvFile } from "../../../src/config/services/read-env-file.ts";
import { tempFolder } from "../../support/temp.ts";
import { PYTHON_DOTENV_ANSWERS } from "./python-dotenv-answers.ts";

const read = (text: string) => readEnvFile(join(tempFolder({ ".env": text }), ".env"));

test("values stand bare, in quotes and over several lines, with comments and export", () => {
  const text = `# first\nA=1\n export B = two words # c\n\nC='#3'\nD="a\nb"\r\nE=\nF=it's\n`;
  expect(read(text)).toEqual({
    variables: { A: "1", B: "two words", C: "#3", D: "a\nb", E: "", F: "it's" },
  });
});

test.each(PYTHON_DOTENV_ANSWERS)("%j is read as python-dotenv reads it", (text, variables) => {
  expect(read(text)).toEqual({ variables });
});

test("a byte order mark is no part of the first name", () => {
  expect(read("\uFEFFA=1\n")).toEqual({ variables: { A: "1" } });
});

test("no name is more than a name", () => {
  const reading = read("__proto__=1\n");
  expect(Object.keys("variables" in reading ? reading.variables : {})).toEqual(["__proto__"]);
});

test.each([
  ["A=1\nnonsense\n", 2],
  ['A="x\ny"\n\n=3', 4],
  ["A 1", 1],
  ["A='open\nB=2\n", 1],
  ["export A", 1],
  ['A="x" y', 1],
  ['A=1\n\n{ "B": 1 }', 3],
])("%j is malformed, and what stands there is not shown", (text, line) => {
  expect(read(text)).toEqual({ problem: expect.stringMatching(`^line ${line} of /\\S+ is not NAME=value$`) });
});

test("a file that is not there, and a folder, are problems in plain words", () => {
  const folder = tempFolder();
  expect(readEnvFile("/nowhere/.env")).toEqual({ problem: "there is no file /nowhere/.env" });
  expect(readEnvFile(folder)).toEqual({ problem: `${folder} is a folder, and a file was expected` });
});
