import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import type { StoreElsewhere } from "./test-stores.ts";

const SCRIPT = new URL("./store-process.ts", import.meta.url).pathname;

/** Starts this many processes with a store on one SQLite file; returns when all of them wait for their first call. */
export async function startStoreProcesses(count: number, path: string): Promise<StoreElsewhere[]> {
  return await Promise.all(Array.from({ length: count }, () => startStoreProcess(path)));
}

async function startStoreProcess(path: string): Promise<StoreElsewhere> {
  const child = spawn(process.execPath, [SCRIPT, path], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  onTestFinished(async () => {
    child.stdin.end();
    await exited;
  });
  const lines = createInterface({ input: child.stdout });
  await once(lines, "line");
  return {
    async call(...call) {
      const line = once(lines, "line");
      child.stdin.write(`${JSON.stringify(call)}\n`);
      return JSON.parse(String(await line));
    },
  };
}
