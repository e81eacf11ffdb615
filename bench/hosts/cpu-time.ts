import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { parseStatUsage } from "../../src/os/procfs.ts";

/** Clock ticks in a second, by which /proc counts. */
const TICKS = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** The CPU time that processes of this PID namespace have taken, in milliseconds, those that have ended among them. */
export interface CpuTime {
  /** All copies of gateway and HMI. */
  readonly services: number;
  readonly postgresql: number;
}

export function cpuTimeNow(): CpuTime {
  const time = { services: 0, postgresql: 0 };
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      // With the children that it has waited for: a connection's process ends with that.
      const { cpuTicks = 0 } = parseStatUsage(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? {};
      const ms = (cpuTicks * 1_000) / TICKS;
      if (/service-process\.js\0(gateway|hmi)/.test(command)) time.services += ms;
      if (/^postgres|\/postgres\0/.test(command)) time.postgresql += ms;
    } catch {
      // It has ended meanwhile.
    }
  }
  return time;
}
