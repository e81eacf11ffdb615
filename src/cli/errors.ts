import { debuglog } from "node:util";
import { Errors } from "@oclif/core";
import { didYouMean } from "../config/closest.ts";
import { EXIT, messageOf, UserError } from "../errors.ts";
import { visibleText } from "../text/foreign-text.ts";
import { paint, styled } from "../text/styled-text.ts";
import { createScreen, type Screen } from "./screen.ts";
import { printJson } from "./standard-output.ts";

/** An error as a person or a program is told of it. */
export interface Explanation {
  readonly code: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** One of {@link EXIT}. */
  readonly exitCode: number;
}

/** The stack of every error, for whoever works on `stack` itself: NODE_DEBUG=stack. */
const debug = debuglog("stack");

/** Explains an error by who must act: the user, with the hint; or us, with where to report it. */
export function explain(error: unknown): Explanation {
  debug("%s", visibleText(String(error instanceof Error ? error.stack : error)));
  if (error instanceof UserError) return error;
  // oclif's own errors are about flags and arguments.
  if (error instanceof Errors.CLIError) {
    return {
      code: "bad_flag",
      message: inOneLine(error.message),
      hint: [meantFlag(error), "Add --help for what there is."]
        .filter((part) => part !== undefined)
        .join(" "),
      exitCode: EXIT.unusable,
    };
  }
  return {
    code: "internal_error",
    message: `stack itself failed: ${messageOf(error)}`,
    hint: "This is a bug in stack. Please report it with the command that you typed. NODE_DEBUG=stack shows more.",
    exitCode: EXIT.failed,
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

/** Tells of an error, on standard error or as JSON on standard output, and sets the exit code. */
export function tell({ code, message, hint, exitCode }: Explanation, isJson: boolean): void {
  process.exitCode = exitCode;
  if (isJson) {
    const error = { code, message, ...(hint === undefined ? {} : { hint }) };
    printJson({ error });
    return;
  }
  tellPerson(createScreen(process.stderr), { message, hint });
}

/** Tells a person of an error: a mark, and under it, indented, what more it says, and what to do. */
export function tellPerson(screen: Screen, { message, hint }: Pick<Explanation, "message" | "hint">): void {
  const [first = "", ...rest] = message.split("\n");
  screen.line(styled`${paint("bad", "✗")} ${first}`, 2);
  // A list in a message is indented already; nothing else may look like a message of its own.
  for (const line of rest) screen.line(line.startsWith("  ") ? line : `  ${line}`, 2);
  for (const line of hint?.split("\n") ?? []) screen.line(`  ${line}`, 2);
}

/** `Parsing --profile \n\tExpected an integer` -> `Parsing --profile: Expected an integer`. */
function inOneLine(message: string): string {
  const [text = ""] = message.split("\nSee more help");
  return text.replace(/:?\s*\n\s*/g, ": ");
}
