import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { inRepository } from "../processes.ts";
import { HostProcess } from "./host-process.ts";
import type { Host } from "./network.ts";

const run = promisify(execFile);

export const NGINX = "/usr/sbin/nginx";

/** Where nginx answers for the copies of the HMI, and of the gateway. */
export const HMI_PORT = 80;
export const GATEWAY_PORT = 6120;

export interface NginxUpstreams {
  readonly hmis: readonly string[];
  readonly gateways: readonly string[];
}

/**
 * An nginx on a host of its own, before all copies. Its configuration is that of `stack export nginx`; before the gateways
 * the same once more, with another port.
 *
 * @param folder a new one
 */
export async function startNginx(
  host: Host,
  folder: string,
  upstreams: NginxUpstreams,
): Promise<HostProcess> {
  mkdirSync(folder);
  const hmi = await exported(host.address, upstreams.hmis, folder);
  const gateway = (await exported(host.address, upstreams.gateways, folder))
    .replaceAll("stack_hmi", "stack_gateway")
    .replaceAll(/listen (\[::\]:)?80;/g, (_, every = "") => `listen ${every}${GATEWAY_PORT};`);
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid nginx.pid; error_log stderr warn;
events { worker_connections 4096; }
http { access_log off;
${hmi}
${gateway}
}`,
  );
  return new HostProcess(host, {
    args: [NGINX, "-p", folder, "-c", file, "-e", "stderr"],
    cwd: folder,
    logFolder: join(folder, ".."),
  });
}

async function exported(host: string, upstreams: readonly string[], cwd: string): Promise<string> {
  const flags = upstreams.flatMap((upstream) => ["--upstream", upstream]);
  const args = [inRepository("bin/stack.js"), "export", "nginx", "--host", host, ...flags];
  const { stdout } = await run(process.execPath, args, {
    cwd,
    env: { PATH: process.env["PATH"], HOME: cwd },
  });
  return stdout;
}
