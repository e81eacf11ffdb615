import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

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
      const ms = cpuMsOf(pid);
      if (/service-process\.js\0(gateway|hmi)/.test(command)) time.services += ms;
      if (/^postgres|\/postgres\0/.test(command)) time.postgresql += ms;
    } catch {
      // It has ended meanwhile.
    }
  }
  return time;
}

/** With the children that it has waited for: a connection's process ends with that. */
function cpuMsOf(pid: string): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in brackets may hold anything; user, system, and both of the children are the 14th to 17th field.
  const fields = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 15);
  return (fields.reduce((sum, field) => sum + Number(field), 0) * 1_000) / TICKS;
}
