import { createInterface } from "node:readline/promises";
import { UserError } from "../errors/user-error.ts";
import type { Screen } from "./screen.ts";

/** Throws `bad_flag` where nobody is there to answer: `whether to stop it`. */
export function requirePerson(what: string, about = ""): void {
  if (process.stdin.isTTY) return;
  throw new UserError("bad_flag", `${about}Nobody is there to be asked ${what}.`, {
    hint: "Say yes beforehand with --yes.",
  });
}

/** Asks a person yes or no; anything but yes is no. Throws `bad_flag` where nobody is there to answer. */
export async function confirm(screen: Screen, question: string, ask = "Stop it?"): Promise<boolean> {
  requirePerson("whether to stop it", `${question} `);
  if (question !== "") screen.line(`  ${question}`, 2);
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await reader.question(`  ${ask} [y/N] `)).trim());
  } finally {
    reader.close();
  }
}
