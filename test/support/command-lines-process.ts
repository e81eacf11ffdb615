/**
 * Runs command lines, given as JSON, one after the other in this process, each as `bin/stack.js` would, and prints as JSON what
 * became of them. One that ends the process is the last that is told of.
 */
import { writeSync } from "node:fs";
import { enableCompileCache } from "node:module";
import type { Run } from "./cli.ts";

const MAIN = new URL("../../dist/main.js", import.meta.url);
const BIN = new URL("../../bin/stack.js", import.meta.url);

const [node = "", , lines = "[]"] = process.argv;
const runs: Run[] = [];
let said = { stdout: "", stderr: "" };

for (const name of ["stdout", "stderr"] as const) {
  const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    said[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    const told = rest.findLast((each) => typeof each === "function");
    if (told !== undefined) process.nextTick(told);
    return true;
  };
  process[name].write = write;
}

let isRunning = false;
process.on("exit", (code) => {
  if (isRunning) runs.push({ exitCode: code, ...said });
  writeSync(1, JSON.stringify(runs));
});

enableCompileCache();
for (const [number, args] of (JSON.parse(lines) as string[][]).entries()) {
  said = { stdout: "", stderr: "" };
  process.argv = [node, BIN.pathname, ...args];
  process.exitCode = undefined;
  isRunning = true;
  // Only this file is loaded anew: what it imports is there.
  await import(`${MAIN.href}?${number}`);
  isRunning = false;
  runs.push({ exitCode: Number(process.exitCode ?? 0), ...said });
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(name);
}
process.exit(0);
