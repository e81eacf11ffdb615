import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** What `stack up` runs; the suite's set-up has built it. */
const SERVICE = new URL("../../dist/service-process.js", import.meta.url).pathname;

/** One service as a process of its own. */
export interface ServiceProcess {
  readonly url: string;
  /** Ends the process, and waits for its exit; returns its code, null after SIGKILL. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts a service and waits until it is ready; killed when the test ends. */
export async function startService(
  name: "engine" | "gateway" | "hmi",
  cwd: string,
  settings: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [SERVICE, name], {
    cwd,
    env: { ...process.env, ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    const [code] = await exited;
    return code;
  };
  onTestFinished(async () => {
    await end("SIGKILL");
  });
  const url = await urlIn(createInterface({ input: child.stdout }));
  // Unread, a full pipe would stop the service.
  child.stdout.resume();
  return { url, end };
}

/** The address that a service writes into its log when it is ready. */
async function urlIn(log: AsyncIterable<string>): Promise<string> {
  for await (const line of log) {
    const { msg, url } = JSON.parse(line);
    if (msg === "ready") return url;
  }
  throw new Error("The service stopped before it was ready.");
}
