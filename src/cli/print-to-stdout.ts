import { safeJson, safeJsonText } from "../text/escape-untrusted-text.ts";

/** Prints a value for a program; in one line where answers come piece by piece, else for the eye too. */
export function printJson(value: unknown, how: "one line" | "indented" = "indented"): void {
  process.stdout.write(`${safeJson(value, how === "indented" ? 2 : undefined)}\n`);
}

/** Prints what a reporter has made, which is safe by that: a format has its own way to say what is hostile. */
export function printReport(text: string): void {
  process.stdout.write(text);
}

/** Prints a piece of a program's JSON, and waits while whoever reads it is behind. */
export async function printJsonPiece(json: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(safeJsonText(json), (error) => (error ? reject(error) : resolve()));
  });
}
