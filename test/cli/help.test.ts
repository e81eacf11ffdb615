import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PATH, runStack } from "../support/cli.ts";
import { tempFolder } from "../support/temp.ts";

const MANIFEST = JSON.parse(readFileSync(new URL("../../oclif.manifest.json", import.meta.url), "utf8"));
const COMMANDS: { id: string; summary: string; hidden?: boolean }[] = Object.values(MANIFEST.commands);

async function help(command: string, columns: number): Promise<string> {
  const env = { PATH, OCLIF_COLUMNS: String(columns) };
  const words = command === "" ? [] : command.split(":");
  const { exitCode, stdout, stderr } = await runStack([...words, "--help"], { cwd: tempFolder(), env });
  expect([exitCode, stderr]).toEqual([0, ""]);
  return stdout;
}

/** What cannot be broken: one word of an example, and the name of a flag with its value. */
const LONGEST_WORD = 60;

test.each([40, 80, 200])(
  "the help of every command fits into %i columns, and says nothing twice",
  async (columns) => {
    for (const { id, summary } of COMMANDS.filter(({ hidden }) => hidden !== true)) {
      const text = await help(id, columns);
      const [prose = ""] = text.split("\nEXAMPLES");
      const tooLong = prose
        .split("\n")
        .filter((line) => line.length > columns && line.trim().length > LONGEST_WORD)
        .filter((line) => /\S\s+\S/.test(line.slice(columns)));
      expect(tooLong, id).toEqual([]);
      const flat = text.replace(/\s+/g, " ");
      expect(flat.split(summary.replace(/\s+/g, " ")).length - 1, `${id} says its summary`).toBe(1);
    }
  },
  60_000,
);

test("the list of commands is wrapped once", async () => {
  const text = await help("", 80);
  expect(text).toContain("chat        Send one message through HMI, gateway and engine, and print the\n");
  expect(text).not.toMatch(/^ +the\n +proof/m);
});
