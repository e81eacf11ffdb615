import { globSync } from "node:fs";
import { type Command, Errors, Parser } from "@oclif/core";
import { expect, test } from "vitest";
import { explainWithUsage } from "../../src/cli/usage-error.ts";
import Init from "../../src/commands/init.ts";
import Verify from "../../src/commands/verify.ts";
import { UserError } from "../../src/errors/user-error.ts";

test("an error about flags is put into one line", () => {
  const error = new Errors.CLIError("Parsing --profile \n\tExpected an integer\nSee more help with --help");
  expect(explainWithUsage(error)).toEqual({
    code: "bad_flag",
    message: "Parsing --profile: Expected an integer",
    hint: "Add --help for what there is.",
    exitCode: 2,
  });
});

test("any other error is explained as everywhere", () => {
  expect(explainWithUsage(new UserError("port_taken", "It is taken."))).toMatchObject({ code: "port_taken" });
  expect(explainWithUsage(new TypeError("x is not a function"))).toMatchObject({ code: "internal_error" });
});

test("what flags need of each other is said in words of our own", async () => {
  const said = async ({ flags }: Pick<Command.Class, "flags">, ...args: string[]): Promise<string> =>
    await Parser.parse(args, { flags }).then(
      () => expect.unreachable(),
      (error: unknown) => explainWithUsage(error).message,
    );
  expect(await said(Init, "--yes")).toBe("--yes is for a command with --from, which this has not.");
  expect(await said(Verify, "--drill", "--clean")).toBe("--drill and --clean cannot go together.");
});

test("no flag that may be given several times takes the arguments after it", async () => {
  const files = globSync("**/*.ts", { cwd: new URL("../../src/commands/", import.meta.url) });
  const greedy = await Promise.all(
    files.map(async (file) => {
      const { default: command } = await import(new URL(`../../src/commands/${file}`, import.meta.url).href);
      const flags: Command.Class["flags"] = command?.flags ?? {};
      return Object.entries(flags).flatMap(([name, flag]) =>
        flag.type === "option" && flag.multiple === true && flag.multipleNonGreedy !== true
          ? [`${file}: --${name}`]
          : [],
      );
    }),
  );
  expect(files.length).toBeGreaterThan(15);
  expect(greedy.flat()).toEqual([]);
});
