/** The exported file in a real nginx, in front of a real stack. */
import { expect, test } from "vitest";
import type { Config } from "../../src/config/config-schema.ts";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { addressOfUrl } from "../../src/contract/address.ts";
import { LIMITS } from "../../src/contract/contract-defaults.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { nginxFormat } from "../../src/export/nginx.ts";
import { call } from "../support/http.ts";
import { HAS_NGINX, nginxProblems, serveNginx } from "../support/nginx.ts";
import { freePorts } from "../support/ports.ts";
import { startTestStack } from "../support/stack.ts";
import { traceUrls } from "../support/trace.ts";

const FULL: Config = {
  ...DEFAULT_CONFIG,
  hmi: { host: "::1", port: 7101 },
  http: { ...DEFAULT_CONFIG.http, allowed_hosts: ["chat.example.com", "chat.example.org"] },
  auth: {
    ...DEFAULT_CONFIG.auth,
    token: "of-the-house",
    user_header: "X-Forwarded-User",
    trusted_proxies: ["127.0.0.1"],
  },
  stream: { ...DEFAULT_CONFIG.stream, heartbeat_ms: 3_600_000 },
};

function nginxFile(config: Config, hosts: readonly string[] = []): string {
  const [file] = nginxFormat.render(config, { hosts }).files;
  return file?.text ?? "";
}

/** The exported file in an nginx on a free port, in front of this page. */
async function serveExport(
  hmi: string,
  { hosts = [], change = (text) => text }: { hosts?: string[]; change?: (text: string) => string } = {},
): Promise<string> {
  const [port = 0] = await freePorts(1);
  const text = nginxFile({ ...DEFAULT_CONFIG, hmi: addressOfUrl(hmi) }, hosts);
  const onPort = text.replace("listen 80;", `listen 127.0.0.1:${port};`).replace("listen [::]:80;", "");
  return await serveNginx(change(onPort), port);
}

test.runIf(HAS_NGINX)("nginx takes the file of a default and of a full configuration", async () => {
  // A machine without IPv6 has nothing to bind there.
  const withoutIpv6 = (text: string): string => text.replace("listen [::]:80;", "");
  expect(await nginxProblems(withoutIpv6(nginxFile(DEFAULT_CONFIG)))).toBe("");
  expect(await nginxProblems(withoutIpv6(nginxFile(FULL)))).toBe("");
  const misspelt = withoutIpv6(nginxFile(FULL)).replace("proxy_read_timeout", "proxy_reed_timeout");
  expect(await nginxProblems(misspelt)).toContain('unknown directive "proxy_reed_timeout"');
});

test("a full configuration: its names, its address, quiet streams, and nobody who names themselves", () => {
  const text = nginxFile(FULL);
  expect(text).toContain("server_name chat.example.com chat.example.org;");
  expect(text).toContain("server [::1]:7101;");
  expect(text).toContain("proxy_read_timeout 14400s;");
  expect(text).toContain('proxy_set_header X-Forwarded-User "";');
});

test("all copies of the page that run here are in the file", () => {
  const hmi = { embedded: "hmi", replicas: 3, depends_on: ["gateway"] } as const;
  const text = nginxFile({ ...DEFAULT_CONFIG, services: { ...DEFAULT_CONFIG.services, hmi } });
  const ports = [6101, 6102, 6103].map((port) => `    server 127.0.0.1:${port};`);
  expect(text).toContain(ports.join("\n"));
});

test.runIf(HAS_NGINX)("several copies are spread over, also those on other machines", async () => {
  const upstreams = [
    { host: "127.0.0.1", port: 6101 },
    { host: "::1", port: 6102 },
  ];
  const [file] = nginxFormat.render(DEFAULT_CONFIG, { hosts: [], upstreams }).files;
  const text = (file?.text ?? "").replace("listen [::]:80;", "");
  expect(text).toContain("upstream stack_hmi {\n    server 127.0.0.1:6101;\n    server [::1]:6102;\n");
  expect(await nginxProblems(text)).toBe("");
});

test.runIf(HAS_NGINX)(
  "a reply comes through as it is written; one that buffers is seen to hold it back",
  async () => {
    const stack = await startTestStack({ tokenDelayMs: 10 });
    // Our own streams ask nginx not to buffer, and in chunks it hardly does: here one line alone must see to it.
    const hard = (text: string): string =>
      text
        .replace("proxy_http_version 1.1;", "proxy_http_version 1.0;")
        .replace("server_name", "proxy_ignore_headers X-Accel-Buffering; server_name");
    const good = await traceUrls(stack, { via: await serveExport(stack.hmi, { change: hard }) });
    expect(good.diagnosis).toMatchObject({ hop: null, kind: "passes" });
    const buffering = (text: string): string => hard(text).replace("proxy_buffering off;", "");
    const bad = await traceUrls(stack, { via: await serveExport(stack.hmi, { change: buffering }) });
    expect(bad.diagnosis).toMatchObject({ hop: "proxy", kind: "held_back" });
  },
);

test.runIf(HAS_NGINX)("the page is called by its public name, and by no other page", async () => {
  const host = "chat.example.com";
  const stack = await startTestStack({ http: { allowed_hosts: [host] } });
  const proxy = await serveExport(stack.hmi, { hosts: [host] });
  const send = (headers: Record<string, string>) =>
    call(proxy, hmiRoutes.sendMessage.path(), { headers, body: { message: "Hello" } });
  expect(await send({ host, origin: `http://${host}` })).toMatchObject({ status: 200 });
  expect(await send({ host, origin: "http://evil.example" })).toMatchObject({ status: 403 });
  expect(await send({ host: "evil.example" })).toMatchObject({ status: 403 });
  const { host: local } = new URL(proxy);
  expect(await send({ host: local, origin: `http://${local}` })).toMatchObject({ status: 200 });
});

test.runIf(HAS_NGINX)("what the page takes, nginx lets through", async () => {
  const stack = await startTestStack();
  const proxy = await serveExport(stack.hmi);
  const picture = { message: "x", images: ["A".repeat(LIMITS.imageBodyBytes - 1_000)] };
  // The picture is none, which the page says; nginx would have said 413.
  expect(await call(proxy, hmiRoutes.sendMessage.path(), { body: picture })).toMatchObject({ status: 400 });
  const message = "日".repeat(LIMITS.messageChars);
  const said = await call(proxy, hmiRoutes.generalStream.path(undefined, { message }));
  expect(said).toMatchObject({ status: 200 });
});
