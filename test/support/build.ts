import { execFileSync } from "node:child_process";

/** Builds `dist/` once before all tests: some run the real binary, and the HMI serves the built page. */
export function setup(): void {
  if (process.env["STACK_SKIP_BUILD"]) return;
  execFileSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
}
