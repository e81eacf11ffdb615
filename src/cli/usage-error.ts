import { Errors } from "@oclif/core";
import { didYouMean } from "../config/closest-name.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { type Explanation, explain } from "./explain-error.ts";

/** What {@link explain} says of any error, and of those that oclif itself throws, which are about flags and arguments. */
export function explainWithUsage(error: unknown): Explanation {
  const explanation = explain(error);
  if (!(error instanceof Errors.CLIError)) return explanation;
  return {
    code: "bad_flag",
    message: inOneLine(error.message),
    hint: [meantFlag(error), "Add --help for what there is."].filter((part) => part !== undefined).join(" "),
    exitCode: EXIT.unusable,
  };
}

/** `Did you mean "--timeout"?`, where a flag was misspelt. Told by its fields: oclif exports no such class. */
function meantFlag(error: Error): string | undefined {
  const { flags, parse } = error as {
    readonly flags?: readonly string[];
    readonly parse?: {
      readonly input?: { readonly flags?: Readonly<Record<string, { allowNo?: boolean }>> };
    };
  };
  const known = Object.entries(parse?.input?.flags ?? {}).flatMap(([name, { allowNo }]) =>
    allowNo ? [`--${name}`, `--no-${name}`] : [`--${name}`],
  );
  const [unknown] = flags ?? [];
  return unknown === undefined ? undefined : didYouMean(unknown.split("=", 1)[0] ?? "", known);
}

/** `Parsing --profile \n\tExpected an integer` -> `Parsing --profile: Expected an integer`. */
function inOneLine(message: string): string {
  const [text = ""] = message.split("\nSee more help");
  return text.replace(/:?\s*\n\s*/g, ": ");
}
