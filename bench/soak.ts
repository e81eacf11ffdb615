/**
 * `node bench/soak.ts [--replies 20000]`: lets a stack of real processes write thousands of replies through HMI and
 * gateway, and looks whether they give their memory back. Exit code 1 where one of them does not.
 */
import { execFileSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Pool } from "undici";
import { engineRoutes, gatewayRoutes, hmiRoutes } from "../src/contract/routes.ts";
import { makeIsolatedStack } from "./isolated-stack.ts";
import { inRepository, residentKiB, startService } from "./processes.ts";

/** After this many replies, everything has been in use once. */
const FIRST = 500;

/** Readers at once. */
const READERS = 8;

/** Replies in one conversation, so that its history stays short. */
const REPLIES_EACH = 10;

/** Longer than finished replies are kept for late readers. */
const QUIET_MS = 60_000;

/** Resident memory at the end, as a multiple of what it was after the first replies. */
const MOST = 1.3;

const { values } = parseArgs({ options: { replies: { type: "string", default: "20000" } } });
const replies = Number(values.replies);
// What has been started is stopped on "exit", which a signal alone would not bring about.
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

execFileSync(process.execPath, ["scripts/build.ts"], { cwd: inRepository("") });
const { urls, env, remove } = await makeIsolatedStack({
  STACK_ENGINE_TOKEN_DELAY_MS: "0",
  STACK_LOG_LEVEL: "warn",
});
const engine = await startService("engine", { url: urls.engine, path: engineRoutes.version.path(), env });
const gateway = await startService("gateway", { url: urls.gateway, path: gatewayRoutes.health.path(), env });
const hmi = await startService("hmi", { url: urls.hmi, path: hmiRoutes.health.path(), env });
const calls = new Pool(urls.hmi, { connections: READERS });

const start = performance.now();
await write(FIRST);
const first = weigh();
console.log(`after ${FIRST} replies: ${told(first)}`);
for (let written = FIRST; written < replies; ) {
  const next = Math.min(replies - written, 2_000);
  await write(next);
  written += next;
  console.log(
    `after ${written} replies, ${Math.round((performance.now() - start) / 1_000)} s: ${told(weigh())}`,
  );
}
await delay(QUIET_MS);
const last = weigh();
console.log(`after ${QUIET_MS / 1_000} s of quiet: ${told(last)}`);
for (const name of ["gateway", "hmi"] as const) {
  const ratio = last[name] / first[name];
  console.log(
    `${name}: ${ratio.toFixed(2)} times the memory after ${FIRST} replies; at most ${MOST} is wished`,
  );
  if (ratio > MOST) process.exitCode = 1;
}
await calls.close();
for (const server of [hmi, gateway, engine]) await server.stop();
remove();

async function write(count: number): Promise<void> {
  let left = count;
  const reader = async (): Promise<void> => {
    let session_id = "";
    for (let turn = 0; left > 0; turn += 1) {
      left -= 1;
      if (turn % REPLIES_EACH === 0) session_id = await newSession();
      await post(hmiRoutes.sendMessage.path(), { session_id, message: "Count to 20" });
      const { body } = await calls.request({ method: "GET", path: hmiRoutes.stream.path({ session_id }) });
      const text = await body.text();
      if (!text.includes('"finish_reason":"stop"'))
        throw new Error(`A reply did not end well: ${text.slice(-300)}`);
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
}

async function newSession(): Promise<string> {
  const { session } = (await post(hmiRoutes.newSession.path(), {})) as { session: { session_id: string } };
  return session.session_id;
}

async function post(path: string, content: object): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const { statusCode, body } = await calls.request({
    method: "POST",
    path,
    headers,
    body: JSON.stringify(content),
  });
  const answer = await body.text();
  if (statusCode !== 200) throw new Error(`POST ${path} answered ${statusCode}: ${answer}`);
  return JSON.parse(answer);
}

function weigh() {
  return { gateway: residentKiB(gateway.pid), hmi: residentKiB(hmi.pid) };
}

function told(weight: ReturnType<typeof weigh>): string {
  const inMiB = (kib: number): string => `${(kib / 1024).toFixed(1)} MiB`;
  return `gateway ${inMiB(weight.gateway)}, hmi ${inMiB(weight.hmi)}`;
}
