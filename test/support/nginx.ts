import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished } from "vitest";
import { PATIENTLY } from "./cli.ts";
import { freePorts } from "./ports.ts";
import { tempFolder } from "./temp.ts";

const NGINX = "/usr/sbin/nginx";

/** Whether Debian's nginx is installed. */
export const HAS_NGINX = existsSync(NGINX);

/** A real nginx in front of a service, with these directives in its location; ended with the test. */
export async function startNginx(upstream: string, directives = ""): Promise<string> {
  const [port = 0] = await freePorts(1);
  return await serveNginx(
    `server {
      listen 127.0.0.1:${port};
      location / { proxy_pass ${upstream}; proxy_set_header Host $proxy_host; ${directives} }
    }`,
    port,
  );
}

/** A real nginx with this in its `http { }`, which passes what comes to that port on to a service; ended with the test. */
export async function serveNginx(http: string, port: number): Promise<string> {
  const child = spawn(NGINX, argumentsFor(http), { stdio: "ignore" });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    if (child.exitCode === null) await new Promise((resolve) => child.once("close", resolve));
  });
  const url = `http://127.0.0.1:${port}`;
  await expect
    .poll(async () => (await fetch(`${url}/health/live`).catch(() => undefined))?.status, PATIENTLY)
    .toBe(200);
  return url;
}

/** What `nginx -t` finds wrong with this in its `http { }`; empty where it is good. */
export async function nginxProblems(http: string): Promise<string> {
  const { exitCode, stderr } = await execa(NGINX, ["-t", ...argumentsFor(http)], { reject: false });
  return exitCode === 0 ? "" : stderr;
}

function argumentsFor(http: string): string[] {
  const folder = tempFolder({
    "nginx.conf": `
daemon off; master_process off; pid nginx.pid; error_log stderr error;
events {}
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  ${http}
}`,
  });
  return ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"];
}
