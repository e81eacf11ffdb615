import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NODE_FLAGS } from "../src/launch/service-specs.ts";
import { type IsolatedStack, runNode, timeNode } from "./isolated-stack.ts";
import { clearAtExit } from "./leftovers.ts";
import { inRepository } from "./processes.ts";

/** pm2 with the three services, in a place of its own. */
export interface Pm2 {
  /** `pm2 start` without a running daemon; the time until the command ends, in milliseconds. */
  start(): number;
  /** The time of one command, in milliseconds. */
  time(...args: string[]): number;
  /** Of its daemon, which must run. */
  daemonPid(): number;
  /** Ends services and daemon. */
  kill(): void;
}

const FOLDER = inRepository("bench/peers/pm2");

/** Prepares pm2 for a place; installs it first where it is not there yet. */
export function preparePm2({ folder, env }: IsolatedStack): Pm2 {
  install();
  const home = join(folder, "pm2");
  const apps = join(folder, "apps.json");
  writeFileSync(apps, JSON.stringify({ apps: ["engine", "gateway", "hmi"].map((name) => app(name, env)) }));
  const place = {
    folder,
    env: { ...env, PM2_HOME: home, PM2_DISABLE_VERSION_CHECK: "true", PM2_SILENT: "true" },
  };
  const command = (...args: string[]): string[] => [join(FOLDER, "node_modules/pm2/bin/pm2"), ...args];
  const kill = (): void => {
    runNode(command("kill"), place);
  };
  clearAtExit(() => {
    if (existsSync(join(home, "pm2.pid"))) kill();
  });
  return {
    start: () => timeNode(command("start", apps), place),
    time: (...args) => timeNode(command(...args), place),
    daemonPid: () => Number(readFileSync(join(home, "pm2.pid"), "utf8")),
    kill,
  };
}

/** One of our services as pm2 starts it: the same program, flags and environment. */
function app(name: string, env: IsolatedStack["env"]) {
  return {
    name,
    script: inRepository("dist/service-process.js"),
    args: [name],
    interpreter: process.execPath,
    node_args: NODE_FLAGS,
    exec_mode: "fork",
    env,
  };
}

/** The version that its package.json names; only the first run needs the registry. */
function install(): void {
  if (existsSync(join(FOLDER, "node_modules/pm2"))) return;
  const flags = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"];
  execFileSync("npm", ["install", ...flags], { cwd: FOLDER, stdio: ["ignore", "ignore", "inherit"] });
}
