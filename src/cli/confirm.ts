import { createInterface } from "node:readline/promises";
import { UserError } from "../errors.ts";
import type { Screen } from "./screen.ts";

/** Asks a person yes or no; anything but yes is no. Throws `bad_flag` where nobody is there to answer. */
export async function confirm(screen: Screen, question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new UserError("bad_flag", `${question} Nobody is there to be asked whether to stop it.`, {
      hint: "Say yes beforehand with --yes.",
    });
  }
  screen.line(`  ${question}`, 2);
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await reader.question("  Stop it? [y/N] ")).trim());
  } finally {
    reader.close();
  }
}
