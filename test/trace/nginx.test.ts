/** A real nginx in front of the HMI: as it comes, and as it is when somebody made it hold streams back. */
import { expect, test } from "vitest";
import { HAS_NGINX, startNginx } from "../support/nginx.ts";
import { startTestStack } from "../support/stack.ts";
import { traceUrls } from "../support/trace.ts";

const BUFFERING = "proxy_ignore_headers X-Accel-Buffering; proxy_buffering on;";

test.runIf(HAS_NGINX)("a stock nginx lets our stream through, and is not blamed", async () => {
  const stack = await startTestStack({ tokenDelayMs: 10 });
  const { diagnosis, hops } = await traceUrls(stack, { via: await startNginx(stack.hmi) });
  expect(diagnosis).toMatchObject({ hop: null, kind: "passes" });
  expect(hops.at(-1)).toMatchObject({
    hop: "proxy",
    behind: "hmi",
    passes: [{ end: "done", row: { status: "complete" } }],
  });
});

test.runIf(HAS_NGINX)(
  "an nginx that buffers is named, with the headers that show it, and what to set",
  async () => {
    const stack = await startTestStack({ tokenDelayMs: 10 });
    const { diagnosis, ok } = await traceUrls(stack, { via: await startNginx(stack.hmi, BUFFERING) });
    expect(ok).toBe(false);
    expect(diagnosis).toMatchObject({ hop: "proxy", kind: "held_back" });
    expect(diagnosis.sentence).toMatch(
      /^The proxy holds text back: what the HMI sends over \d+ ms came at once, .+ after the message\. It is a buffering proxy, nginx\/[\d.]+ \(Server: nginx\/[\d.]+, X-Accel-Buffering missing\)\.$/,
    );
    expect(diagnosis.next).toContain("proxy_buffering off;");
  },
);

test.runIf(HAS_NGINX)(
  "one that compresses streams, as browsers accept it, too; also before the gateway",
  async () => {
    const stack = await startTestStack({ tokenDelayMs: 10 });
    const zipping = `${BUFFERING} gzip on; gzip_types text/event-stream; gzip_min_length 0; gzip_proxied any;`;
    const zipped = await traceUrls(stack, { via: await startNginx(stack.hmi, zipping) });
    expect(zipped.diagnosis).toMatchObject({ hop: "proxy", kind: "held_back" });
    expect(zipped.diagnosis.sentence).toContain("Content-Encoding: gzip");
    const before = await traceUrls(stack, { via: await startNginx(stack.gateway, BUFFERING) });
    expect(before.hops.at(-1)).toMatchObject({ hop: "proxy", behind: "gateway" });
    expect(before.diagnosis).toMatchObject({ hop: "proxy", kind: "held_back" });
  },
);
