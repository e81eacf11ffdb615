import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "./network.ts";

/** How a process of a host is started. */
export interface HostCommand {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What it says is appended to `NAME.log` there. */
  readonly logFolder: string;
}

/** A process on a host. */
export class HostProcess {
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>;
  readonly #child: ChildProcess;
  #isAskedToEnd = false;

  constructor(host: Host, { args, cwd, env = {}, logFolder }: HostCommand) {
    const log = openSync(join(logFolder, `${host.name}.log`), "a");
    // What `ip netns exec` starts takes its place: the pid is that of the program.
    this.#child = spawn("ip", ["netns", "exec", host.name, ...args], {
      cwd,
      env: { PATH: process.env["PATH"], ...env },
      stdio: ["ignore", log, log],
    });
    this.ended = once(this.#child, "exit");
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Whether it has ended though nobody has asked it to. */
  get hasFailed(): boolean {
    return this.hasEnded && !this.#isAskedToEnd;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Sends it a signal, and waits for its end. */
  async end(signal: NodeJS.Signals): Promise<void> {
    this.#isAskedToEnd = true;
    if (this.hasEnded) return;
    this.#child.kill(signal);
    await this.ended;
  }
}
