import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { COMPLETION_SCRIPTS } from "../../src/cli/completion-scripts.ts";
import { temporaryFolder } from "../supervisor/helpers.ts";
import { BIN, PATH } from "../support/cli.ts";

/** How each shell is asked for the words at the end of a line, as a press of Tab asks it. */
const SHELLS = {
  bash: {
    flags: ["--norc", "--noprofile", "-c"],
    ask: (line: string) => `
      COMP_LINE=${quoted(line)} COMP_POINT=${line.length}
      _stack
      printf '%s\\n' "\${COMPREPLY[@]}"
    `,
  },
  fish: {
    flags: ["--no-config", "-c"],
    ask: (line: string) => `complete -C ${quoted(line)} | string replace -r '\\t.*' ''`,
  },
} as const;

describe.each(["bash", "fish"] as const)("%s", (shell) => {
  const isThere = spawnSync(shell, ["--version"]).status === 0;

  test.skipIf(!isThere)(
    "commands, flags, services, suites, faults and formats are completed",
    () => {
      const wordsAt = start(shell);
      expect(wordsAt("stack sta")).toEqual(["status"]);
      expect(wordsAt("stack status --wa")).toEqual(["--watch"]);
      expect(wordsAt("stack status --")).toEqual(expect.arrayContaining(["--json", "--watch", "--help"]));
      expect(wordsAt("stack up ")).toEqual(["engine", "gateway", "hmi"]);
      expect(wordsAt("stack up --adopt h")).toEqual(["hmi"]);
      expect(wordsAt("stack prove --target reply-w")).toEqual([]);
      expect(wordsAt("stack verify model-c")).toEqual(["model-conversation"]);
      expect(wordsAt("stack verify --fault done-missing-")).toEqual(["done-missing-after-empty-reply"]);
      expect(wordsAt("stack verify --report jun")).toEqual(["junit="]);
    },
    60_000,
  );

  test.skipIf(!isThere)(
    "a press of Tab runs nothing that was typed",
    () => {
      const wordsAt = start(shell);
      wordsAt("stack up $(touch typed) ");
      wordsAt('stack up "`touch typed`" ');
      expect(readdirSync(wordsAt.cwd)).not.toContain("typed");
    },
    60_000,
  );
});

test("bash completes what follows the = of a flag, because readline has taken the rest", () => {
  expect(start("bash")("stack verify --report=jun")).toEqual(["junit="]);
  expect(start("bash")("stack up --adopt=")).toEqual(["engine", "gateway", "hmi"]);
});

test("logs are completed by whatever has a log", () => {
  const wordsAt = start("bash");
  mkdirSync(join(wordsAt.cwd, ".stack", "log"), { recursive: true });
  writeFileSync(join(wordsAt.cwd, ".stack", "log", "supervisor.log"), "");
  expect(wordsAt("stack logs gateway ")).toEqual(["engine", "hmi", "supervisor"]);
});

/** A shell that has read the script, in a folder where `stack` is. */
function start(shell: keyof typeof SHELLS): ((line: string) => string[]) & { cwd: string } {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, "stack"), `#!/bin/sh\nexec node ${quoted(BIN)} "$@"\n`, { mode: 0o755 });
  const env = { HOME: cwd, PATH: [cwd, PATH, "/usr/bin", "/bin"].join(delimiter), COMP_WORDBREAKS: "=" };
  const { flags, ask } = SHELLS[shell];
  const wordsAt = (line: string): string[] => {
    const script = `${COMPLETION_SCRIPTS[shell]}\n${ask(line)}`;
    const { stdout, stderr } = spawnSync(shell, [...flags, script], { cwd, env, encoding: "utf8" });
    expect(stderr).toBe("");
    return stdout.split("\n").filter((word) => word !== "");
  };
  return Object.assign(wordsAt, { cwd });
}

function quoted(text: string): string {
  return `'${text}'`;
}
