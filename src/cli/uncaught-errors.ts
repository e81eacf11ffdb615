import { EXIT } from "../errors/exit-codes.ts";
import { messageOf } from "../errors/thrown-error.ts";
import { explain, tell } from "./explain-error.ts";
import { createScreen } from "./screen.ts";

/**
 * Sees to what no command has caught. Without it Node shows the line of the bundle where it happened, which is one of
 * thousands of letters, and the reader's terminal nothing else.
 */
export function handleUncaughtErrors(isJson: boolean): void {
  // Of bin/stack.js, which knows less.
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => {
    tell(explain(error), isJson);
    process.exit();
  });
  // One of oclif's throws whatever is no EPIPE.
  process.stdout.removeAllListeners("error");
  process.stdout.on("error", noteUnwritable);
  process.stderr.removeAllListeners("error");
  // Where even that cannot be written, there is nobody to be told.
  process.stderr.on("error", () => undefined);
}

let isTold = false;

/**
 * A reader that leaves early (`stack verify | head -1`, a terminal that is closed) is not an error. Nor is it an end,
 * whatever the reason: what was begun is still finished, and what was made for it undone. But output that is lost on
 * a full disk must not look like a success.
 */
function noteUnwritable(error: NodeJS.ErrnoException): void {
  // EIO: the terminal was closed.
  if (error.code === "EPIPE" || error.code === "EIO" || isTold) return;
  isTold = true;
  process.once("exit", () => {
    process.exitCode ||= EXIT.unusable;
  });
  createScreen(process.stderr).line(
    `The output could not be written, and is not whole: ${messageOf(error)}.`,
    2,
  );
}
