import { debuglog } from "node:util";
import { EXIT } from "../errors/exit-codes.ts";
import { messageOf } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import { visibleText } from "../text/escape-untrusted-text.ts";
import { paint, styled } from "../text/styled-text.ts";
import { printJson } from "./print-to-stdout.ts";
import { createScreen, type Screen } from "./screen.ts";

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
  return {
    code: "internal_error",
    message: `stack itself failed: ${messageOf(error)}`,
    hint: "This is a bug in stack. Please report it with the command that you typed. NODE_DEBUG=stack shows more.",
    exitCode: EXIT.failed,
  };
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
