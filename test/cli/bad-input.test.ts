import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { SCHEMA_VERSION } from "../../src/services/conversations/sqlite/sqlite-migrations.ts";
import { processesOf, recordsIn, type TestStack, testStack } from "../support/cli.ts";
import { startTestStack } from "../support/hmi.ts";

interface Refusal {
  readonly args: readonly string[];
  readonly code: string;
  readonly message: string | RegExp;
  readonly hint: string | RegExp;
  readonly exitCode?: number;
}

const cases: readonly (Refusal & { readonly name: string })[] = [
  {
    name: "an unknown command",
    args: ["dance"],
    code: "unknown_command",
    message: "There is no command `stack dance`.",
    hint: "Run `stack --help` for what there is.",
  },
  {
    name: "a misspelt command",
    args: ["statsu"],
    code: "unknown_command",
    message: "There is no command `stack statsu`.",
    hint: "Did you mean `stack status`? Run `stack --help` for what there is.",
  },
  {
    name: "a misspelt command with arguments",
    args: ["lgos", "gateway"],
    code: "unknown_command",
    message: "There is no command `stack lgos gateway`.",
    hint: "Did you mean `stack logs`? Run `stack --help` for what there is.",
  },
  {
    name: "help for an unknown command",
    args: ["help", "statsu"],
    code: "unknown_command",
    message: "There is no command `stack statsu`.",
    hint: "Did you mean `stack status`? Run `stack --help` for what there is.",
  },
  {
    name: "a server for several copies that is none",
    args: ["prove", "--postgresql", "sqlite:chat.db"],
    code: "bad_flag",
    message: "--postgresql is a SQLite file, which the processes of one machine alone share.",
    hint: /CREATEDB/,
  },
  {
    name: "a misspelt flag without a command",
    args: ["--hlep"],
    code: "bad_flag",
    message: "--hlep stands where a command is expected.",
    hint: 'Did you mean "--help"? Run `stack --help` for what there is.',
  },
  {
    name: "a flag before the command",
    args: ["--config", "x.yaml", "status"],
    code: "bad_flag",
    message: "--config stands where a command is expected.",
    hint: "Flags go after the command: `stack COMMAND --config`. Run `stack --help` for what there is.",
  },
  {
    name: "an unknown flag",
    args: ["status", "--loud"],
    code: "bad_flag",
    message: "Nonexistent flag: --loud",
    hint: "Add --help for what there is.",
  },
  {
    name: "a missing argument",
    args: ["chat"],
    code: "bad_flag",
    message: "Missing 1 required arg: message  What to say.",
    hint: "Add --help for what there is.",
  },
  {
    name: "an argument too many",
    args: ["chat", "Hello", "world"],
    code: "bad_flag",
    message: "Unexpected argument: world",
    hint: "Add --help for what there is.",
  },
  {
    name: "a profile that is no number",
    args: ["chat", "Hello", "--profile", "main"],
    code: "bad_flag",
    message: "Parsing --profile: Expected an integer but received: main",
    hint: "Add --help for what there is.",
  },
  {
    name: "a profile that no row can have",
    args: ["chat", "Hello", "--profile", "0"],
    code: "bad_flag",
    message: "Parsing --profile: Expected an integer greater than or equal to 1 but received: 0",
    hint: "Add --help for what there is.",
  },
  {
    name: "an unknown suite",
    args: ["verify", "everything"],
    code: "unknown_suite",
    message: 'There is no suite "everything".',
    hint: /^Suites: model-conversation/,
  },
  {
    name: "an unknown fault",
    args: ["verify", "--in-process", "--fault", "gremlins"],
    code: "unknown_fault",
    message: 'There is no fault "gremlins".',
    hint: /^Faults: none, .+\.$/,
  },
  {
    name: "a misspelt fault",
    args: ["prove", "done-mising"],
    code: "unknown_fault",
    message: 'There is no fault "done-mising".',
    hint: 'Did you mean "done-missing"?',
  },
  {
    name: "a fault in a stack by its URL",
    args: ["verify", "--fault", "none", "--hmi", "http://127.0.0.1:1"],
    code: "bad_flag",
    message: "A fault can be switched on only in a stack of our own.",
    hint: "Add --in-process.",
  },
  {
    name: "both --in-process and a URL",
    args: ["verify", "--in-process", "--hmi", "http://127.0.0.1:1"],
    code: "bad_flag",
    message: "--in-process and URLs exclude each other.",
    hint: "Leave one of them out.",
  },
  {
    name: "a URL without a scheme",
    args: ["verify", "--gateway", "127.0.0.1:6120"],
    code: "bad_url",
    message: '"127.0.0.1:6120" is not an http:// or https:// URL.',
    hint: "For example: http://127.0.0.1:6101",
  },
  {
    name: "a URL of another scheme",
    args: ["chat", "Hello", "--hmi", "ftp://127.0.0.1"],
    code: "bad_url",
    message: '"ftp://127.0.0.1" is not an http:// or https:// URL.',
    hint: "For example: http://127.0.0.1:6101",
  },
  {
    name: "a URL with a path",
    args: ["verify", "--hmi", "http://127.0.0.1:6101/llm"],
    code: "bad_url",
    message: '"http://127.0.0.1:6101/llm" is more than the address of a service: its paths are known.',
    hint: "For example: http://127.0.0.1:6101",
  },
  {
    name: "an HMI that does not answer, for verify",
    args: ["verify", "--hmi", "http://127.0.0.1:1"],
    code: "unreachable",
    message: "The HMI at http://127.0.0.1:1 does not answer: connect ECONNREFUSED 127.0.0.1:1.",
    hint: "Nothing listens there: start it, or name another one with --hmi.",
  },
  {
    name: "an HMI that does not answer, for chat",
    args: ["chat", "Hello", "--hmi", "http://127.0.0.1:1"],
    code: "unreachable",
    message: "The HMI at http://127.0.0.1:1 does not answer: connect ECONNREFUSED 127.0.0.1:1.",
    hint: "Nothing listens there: start it, or name another one with --hmi.",
  },
  {
    name: "a configuration file that is not there",
    args: ["up", "--config", "missing.yaml"],
    code: "config_unreadable",
    message: /^The configuration cannot be read: there is no file \S+\/missing\.yaml\.$/,
    hint: "Check the path given with --config.",
  },
];

test.each(cases)("$name is refused in words and as JSON", async (refusal) => {
  await expectRefused(await testStack(), refusal);
});

test("a bad URL in the environment is named by its variable", async () => {
  await expectRefused(await testStack({ STACK_ENGINE_URL: "localhost:11434" }), {
    args: ["status"],
    code: "config_invalid",
    message:
      'The configuration has a problem:\n  STACK_ENGINE_URL  engine.url: must be an http:// URL; found the text "localhost:11434"',
    hint: "Mend the lines above. Nothing was started or changed.",
  });
});

test("a state folder that is a file is refused, and nothing is started", async () => {
  const stack = await testStack();
  writeFileSync(stack.stateDir, "");
  for (const args of [["up", "--detach"], ["down"], ["status"], ["doctor"], ["logs"], ["events"]]) {
    await expectRefused(stack, {
      args,
      code: "state_unwritable",
      message: /^The state folder must be writable, but \S+\/\.stack is not: /,
      hint: "Make it a folder of your own, or choose another state folder.",
    });
  }
  await expect.poll(() => processesOf(stack.stateDir)).toEqual([]);
  // The same is said at the end of the test: there is nothing to stop.
});

test("a database of a newer version is refused before anything starts, and stays as it is", async () => {
  const stack = await testStack();
  const before = makeNewerDatabase(stack.database);
  await expectRefused(stack, {
    args: ["up", "--detach"],
    code: "database_too_new",
    message: `The database ${stack.database} has schema version 999; this stack knows versions up to ${SCHEMA_VERSION}.`,
    hint: "Update stack, or set store.path to another file. Nothing was changed.",
  });
  await expectNothingStarted(stack);
  expect(readFileSync(stack.database)).toEqual(before);
});

test("a database that is none is refused before anything starts", async () => {
  const stack = await testStack();
  mkdirSync(dirname(stack.database));
  writeFileSync(stack.database, "This is a letter, not a database. ".repeat(100));
  await expectRefused(stack, {
    args: ["up", "--detach"],
    code: "database_unreadable",
    message: `The database ${stack.database} cannot be opened: file is not a database.`,
    hint: "Check that the folder can be written and that the file is a SQLite database.",
  });
  await expectNothingStarted(stack);
});

test("a fault with the stack running is refused unless it is to be in a stack of its own", async () => {
  const { hmi } = await startTestStack();
  await expectRefused(await testStack({ STACK_HMI_PORT: new URL(hmi).port }), {
    args: ["verify", "--fault", "reply-without-model-id"],
    code: "bad_flag",
    message: "A fault can be switched on only in a stack of our own.",
    hint: "Add --in-process.",
  });
});

/** Runs it twice: for a person, on standard error and without a stack trace; and as JSON, on standard output. */
async function expectRefused(
  stack: TestStack,
  { args, code, message, hint, exitCode = 2 }: Refusal,
): Promise<void> {
  const [text, asJson] = await stack.runLines([...args], [...args, "--json"]);
  expect(text).toMatchObject({ exitCode, stdout: "" });
  expect(text?.stderr).not.toMatch(/^\s+at .+:\d+:\d+/m);

  const json = JSON.parse(asJson?.stdout ?? "");
  expect({ exitCode: asJson?.exitCode, json }).toEqual({
    exitCode,
    json: { error: { code, message: matching(message), hint: matching(hint) } },
  });
  const { error } = json as { error: { message: string; hint: string } };
  expect(text?.stderr).toBe(`✗ ${error.message}\n  ${error.hint}`);
}

function matching(expected: string | RegExp): unknown {
  return typeof expected === "string" ? expected : expect.stringMatching(expected);
}

/** A supervisor that was got ready beside the looking, and was given nothing to do, ends by itself when it hears of that. */
async function expectNothingStarted(stack: TestStack): Promise<void> {
  await expect.poll(() => processesOf(stack.stateDir)).toEqual([]);
  expect(recordsIn(stack.stateDir)).toEqual([]);
  expect(readdirSync(join(stack.stateDir, "log"))).toEqual([]);
}

/** A database that says it was written by a newer program; returns its bytes. */
function makeNewerDatabase(path: string): Buffer {
  mkdirSync(dirname(path));
  const db = new DatabaseSync(path);
  db.exec("CREATE TABLE of_the_future (id INTEGER); PRAGMA user_version = 999");
  db.close();
  return readFileSync(path);
}
