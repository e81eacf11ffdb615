import { existsSync } from "node:fs";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { BIN, testStack } from "../support/cli.ts";

/** Gives a program a terminal of its own. */
const SCRIPT = "/usr/bin/script";

/** A code that sets a colour or another look. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what an escape code begins with.
const LOOKS = /\u001b\[[0-9;]*m/g;

/** Red, green, bold and quiet, each with the code that ends it. */
const ENDS: Readonly<Record<string, string>> = { 31: "39", 32: "39", 1: "22", 2: "22" };

const BROKEN = "verify --in-process --fault reply-without-model-id";

test.each([
  "status",
  BROKEN.replace("verify", "verify model-conversation"),
  "chat Hello --hmi http://127.0.0.1:1",
])("stack %s writes no escape codes into a pipe", async (line) => {
  const cli = await testStack();
  const { stdout, stderr } = await cli.run(...line.split(" "));
  expect(stdout + stderr).not.toContain("\u001b");
});

describe.skipIf(process.platform !== "linux" || !existsSync(SCRIPT))(
  `on a terminal (needs ${SCRIPT} of util-linux)`,
  () => {
    test("colours are used, and every one of them is ended", async () => {
      const output = await brokenOnTerminal();
      const codes = (output.match(LOOKS) ?? []).map((code) => code.slice(2, -1));
      const begun = codes.filter((_, index) => index % 2 === 0);
      expect(new Set(begun)).toEqual(new Set(Object.keys(ENDS)));
      expect(codes.filter((_, index) => index % 2 === 1)).toEqual(begun.map((code) => ENDS[code]));
    });

    test("NO_COLOR is heard", async () => {
      expect((await onTerminal("status", 120)).match(LOOKS)).not.toBeNull();
      expect((await onTerminal("status", 120, { NO_COLOR: "1" })).match(LOOKS)).toBeNull();
    });

    test.each([
      ["status", () => onTerminal("status", 40)],
      [BROKEN, brokenOnTerminal],
    ])(
      "stack %s: no line is wider than a narrow terminal, as far as words can be parted",
      async (_, output) => {
        const lines = linesOf(await output());
        expect(lines.length).toBeGreaterThan(3);
        // What is to be copied is broken by nobody.
        const parted = lines.filter((each) => !/\bcurl -/.test(each));
        expect(parted.filter((each) => each.length > 40 && /\S\s+\S/.test(each))).toEqual([]);
        // The line that shows what runs is gone when the run is over.
        expect(lines.filter((each) => each.startsWith("  … "))).toEqual([]);
      },
    );

    test("a terminal that does not say how wide it is gets whole lines", async () => {
      const lines = linesOf(await onTerminal("status", 0));
      expect(lines).toHaveLength(4);
    });
  },
);

let broken: Promise<string> | undefined;

/** What all checks write to a narrow terminal, one of them broken; run once. */
function brokenOnTerminal(): Promise<string> {
  broken ??= onTerminal(BROKEN, 40);
  return broken;
}

/** What a command line writes to a terminal of this width. */
async function onTerminal(line: string, columns: number, env: Record<string, string> = {}): Promise<string> {
  const cli = await testStack();
  const command = `stty cols ${columns} rows 24; "${process.execPath}" "${BIN}" ${line}`;
  const { stdout } = await execa(SCRIPT, ["-qec", command, "/dev/null"], {
    cwd: cli.cwd,
    env: { ...cli.env, PATH: "/usr/bin:/bin", TERM: "xterm", ...env },
    extendEnv: false,
    reject: false,
  });
  return stdout;
}

/** The lines as a person sees them at the end: without looks, and without what was overwritten. */
function linesOf(output: string): string[] {
  return output
    .replace(LOOKS, "")
    .split(/\r?\n/)
    .map((line) => line.split("\r\u001b[K").at(-1) ?? "")
    .filter((line) => line !== "");
}
