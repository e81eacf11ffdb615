import { readFileSync } from "node:fs";
import { Config } from "@oclif/core";
import { expect, test } from "vitest";
import StackHelp from "../../src/cli/help.ts";
import { packageRoot } from "../../src/files/package-root.ts";
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

/** What `stack COMMAND --help` prints, without a process for each of a hundred. */
async function helpHere(id: string, columns: number): Promise<string> {
  const printed: string[] = [];
  class CapturedHelp extends StackHelp {
    protected override log(...lines: string[]): void {
      printed.push(...lines);
    }
  }
  await new CapturedHelp(await CONFIG, { maxWidth: columns, stripAnsi: true }).showHelp([id]);
  return printed.join("\n");
}

const CONFIG = Config.load({ root: packageRoot() });

test.each([40, 60, 80, 200])(
  "the help of every command fits into %i columns, and says nothing twice",
  async (columns) => {
    for (const { id, summary } of COMMANDS.filter(({ hidden }) => hidden !== true)) {
      const text = await helpHere(id, columns);
      const [prose = ""] = text.split("\nEXAMPLES");
      // The examples are whole, to be copied.
      expect(
        prose.split("\n").filter((line) => line.length > columns),
        id,
      ).toEqual([]);
      const flat = text.replace(/\s+/g, " ");
      expect(flat.split(summary.replace(/\s+/g, " ")).length - 1, `${id} says its summary`).toBe(1);
    }
  },
  60_000,
);

test.each([40, 60, 80])(
  "the list of all commands fits into %i columns, each of them once",
  async (columns) => {
    const lines = (await help("", columns)).split("\n");
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
    const names = lines.flatMap((line) => /^ {2}([a-z]+(?: [a-z]+)?)(?: {2}|$)/.exec(line)?.[1] ?? []);
    const shown = COMMANDS.filter(({ hidden }) => hidden !== true).map(({ id }) => id.replace(":", " "));
    expect(names).toEqual(shown.toSorted());
  },
);

test.each([[], ["up"]])("-h after %j is --help", async (...words) => {
  const short = await runStack([...words, "-h"], { cwd: tempFolder(), env: { PATH } });
  expect(short).toMatchObject({ exitCode: 0, stderr: "", stdout: await help(words.join(":"), 80) });
});

test.each([40, 200])("what is printed in %i columns is what was made for them", async (columns) => {
  expect(await help("verify:source", columns)).toBe(await helpHere("verify:source", columns));
});

test("the list of commands is wrapped once", async () => {
  const text = await help("", 80);
  expect(text).toMatch(
    /^ {2}chat +Send one message through HMI, gateway and engine, and\n +print the reply as it comes\.\n/m,
  );
});
