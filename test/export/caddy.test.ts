/** The exported Caddyfile; with a real Caddy where there is one (`go install github.com/caddyserver/caddy/v2/cmd/caddy`). */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import type { Config } from "../../src/config/config-schema.ts";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { addressOfUrl } from "../../src/contract/address.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { caddyFormat } from "../../src/export/caddy.ts";
import { PATIENTLY } from "../support/cli.ts";
import { FULL_CONFIG } from "../support/export-schemas.ts";
import { toolOnPath } from "../support/field-tools.ts";
import { call } from "../support/http.ts";
import { freePorts } from "../support/ports.ts";
import { startTestStack } from "../support/stack.ts";
import { tempFolder } from "../support/temp.ts";
import { traceUrls } from "../support/trace.ts";

const CADDY = toolOnPath("caddy") ?? "";

function caddyfile(config: Config): string {
  return caddyFormat.render(config, { hosts: [] }).files[0]?.text ?? "";
}

/** What `caddy validate` says of a file; empty where it is good. */
async function problemsOf(text: string): Promise<string> {
  const folder = tempFolder({ Caddyfile: text });
  const args = ["validate", "--adapter", "caddyfile", "--config", join(folder, "Caddyfile")];
  const { exitCode, stderr } = await execa(CADDY, args, { env: { HOME: folder }, reject: false });
  return exitCode === 0 ? "" : stderr;
}

test("a default configuration, word for word", () => {
  expect(caddyfile(DEFAULT_CONFIG)).toBe(`{
	servers {
		# A message may stand in a URL.
		max_header_size 466384
	}
}

# The page of the chat stack. Replies are streams: nothing is held back, compressed, or ended for being quiet.
http://localhost {
	request_body {
		max_size 22020096
	}
	reverse_proxy 127.0.0.1:6101 {
		flush_interval -1
		# By the fewest connections, a copy that is being stopped, and refuses at once, would get every message.
		lb_policy round_robin
		# A copy that does not answer gets nothing for so long. Without lb_try_duration no call is repeated: a GET may send a message.
		fail_duration 10s
		health_uri /health/live
		health_interval 10s
	}
}
`);
});

test("a full configuration: its names, its address, and nobody who names themselves", () => {
  const text = caddyfile(FULL_CONFIG);
  expect(text).toContain("\nchat.example.com, chat.example.org {\n");
  expect(text).toContain("\treverse_proxy [::1]:7101 {\n");
  expect(text).toContain("\t\theader_up -X-Forwarded-User\n");
});

test.runIf(CADDY)("Caddy takes both, and finds what is misspelt", async () => {
  expect(await problemsOf(caddyfile(DEFAULT_CONFIG))).toBe("");
  expect(await problemsOf(caddyfile(FULL_CONFIG))).toBe("");
  const misspelt = caddyfile(FULL_CONFIG).replace("flush_interval", "flash_interval");
  expect(await problemsOf(misspelt)).toContain("flash_interval");
});

test.runIf(CADDY)(
  "through a real Caddy a reply comes as it is written, for the page's own name alone",
  async () => {
    const stack = await startTestStack({ tokenDelayMs: 10 });
    const [port = 0] = await freePorts(1);
    const folder = tempFolder({
      Caddyfile: caddyfile({ ...DEFAULT_CONFIG, hmi: addressOfUrl(stack.hmi) })
        .replace("{\n", "{\n\tadmin off\n")
        .replace("http://localhost", `http://localhost:${port}`),
    });
    const args = ["run", "--adapter", "caddyfile", "--config", join(folder, "Caddyfile")];
    const child = spawn(CADDY, args, { env: { HOME: folder }, stdio: "ignore" });
    onTestFinished(async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null) await new Promise((resolve) => child.once("close", resolve));
    });
    const url = `http://localhost:${port}`;
    await expect
      .poll(async () => (await fetch(`${url}/health/live`).catch(() => undefined))?.status, PATIENTLY)
      .toBe(200);
    const { diagnosis } = await traceUrls(stack, { via: url });
    expect(diagnosis).toMatchObject({ hop: null, kind: "passes" });
    const { host } = new URL(url);
    const send = (origin: string) =>
      call(url, hmiRoutes.sendMessage.path(), { headers: { host, origin }, body: { message: "Hello" } });
    expect(await send(url)).toMatchObject({ status: 200 });
    expect(await send("http://evil.example")).toMatchObject({ status: 403 });
  },
);
