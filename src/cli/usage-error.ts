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

/**
 * `Parsing --profile \n\tExpected an integer` -> `Parsing --profile: Expected an integer`; what flags need of each other in
 * words of our own.
 */
function inOneLine(message: string): string {
  const [text = ""] = message.split("\nSee more help");
  const needs = [...text.matchAll(/(All|One) of the following must be provided when using (--\S+): (.+)/g)];
  if (needs.length > 0) {
    return needs
      .map(([, how, flag = "", others = ""]) => {
        const last = how === "All" ? " and " : " or ";
        return `${flag} is for a command with ${others.split(", ").join(last)}, which this has not.`;
      })
      .join(" ");
  }
  const excluded = [...text.matchAll(/(--\S+?)(?:=\S*)? cannot also be provided when using (--\S+)/g)];
  if (excluded.length > 0) {
    return excluded.map(([, one, other]) => `${other} and ${one} cannot go together.`).join(" ");
  }
  return text.replace(/:?\s*\n\s*/g, ": ");
}
