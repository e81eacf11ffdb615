import { spawn } from "node:child_process";
import { onTestFinished } from "vitest";
import { BIN, type TestStack } from "./cli.ts";

/** A command on a pseudo-terminal. */
export interface OnTerminal {
  /** All that it has shown so far, with its codes. */
  output(): string;
  type(text: string): void;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
}

/** Runs the command line on a pseudo-terminal, which script(1) of util-linux makes. */
export function onTerminal({ cwd, env }: Pick<TestStack, "cwd" | "env">, ...args: string[]): OnTerminal {
  // Without a shell that hears Ctrl-C too.
  const command = ["exec", process.execPath, BIN, ...args].join(" ");
  const child = spawn("script", ["-q", "-e", "-c", command, "/dev/null"], {
    cwd,
    env: { ...env, PATH: `${env["PATH"]}:/usr/bin:/bin`, TERM: "xterm", SHELL: "/bin/sh" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => {
    output += bytes;
  });
  return {
    output: () => output,
    type: (text) => child.stdin.write(text),
    ended: new Promise((resolve) => child.once("close", resolve)),
  };
}
