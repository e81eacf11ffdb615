import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { onTestFinished } from "vitest";

/** What is in the image. */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A container as an export has it, on this machine: only places that there are in containers alone are others. */
export interface ExportedProcess {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Starts what the image's Node would; ended with the test. */
export function startExported({ args, env }: ExportedProcess): void {
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: "ignore" });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    if (child.exitCode === null) await new Promise((resolve) => child.once("close", resolve));
  });
}

/** How a probe of the export ends, run as whoever runs the container would: its first word is the image's Node. */
export async function runProbe([node = "", ...args]: readonly string[], env: ExportedProcess["env"]) {
  const options = { cwd: ROOT, env, extendEnv: false, reject: false };
  const { exitCode, stderr } = await execa(process.execPath, args, options);
  return { node, exitCode, stderr };
}
