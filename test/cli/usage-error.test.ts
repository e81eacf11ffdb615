import { Errors } from "@oclif/core";
import { expect, test } from "vitest";
import { explainWithUsage } from "../../src/cli/usage-error.ts";
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
