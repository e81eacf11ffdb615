import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { ApiError } from "../../web/api-error.ts";
import { HmiConnection, isUnreachable } from "../../web/hmi-connection.ts";
import { createApi } from "../../web/page-api.ts";

/** An HMI that answers how it is, and nothing else: it hangs up. */
async function startHalfDeaf(): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === "/health") response.end("{}");
    else request.socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function connectionTo(origin: string): HmiConnection {
  return new HmiConnection({ origin, token: "", onUnauthorized: () => undefined });
}

const failure = async (call: Promise<unknown>): Promise<ApiError> =>
  await call.then(
    () => expect.unreachable(),
    (error: ApiError) => error,
  );

test("before the HMI is said not to answer, it is asked how it is", async () => {
  const error = await failure(createApi(connectionTo(await startHalfDeaf())).models());
  expect(error).toMatchObject({
    code: "call_lost",
    message: expect.stringContaining("The HMI itself answers"),
  });
});

test("an HMI that is not there is said not to answer", async () => {
  const origin = await startHalfDeaf();
  // Nothing listens at the port of a discarded address.
  const nobody = origin.replace(/:\d+$/, ":1");
  const error = await failure(createApi(connectionTo(nobody)).models());
  expect(error.code).toBe("hmi_unreachable");
  expect(isUnreachable(error)).toBe(true);
});

test("what takes too long is no proof that the HMI is down", async () => {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const error = await failure(
    connectionTo(origin).request("/api/models", { signal: AbortSignal.timeout(50) }),
  );
  expect(error.code).toBe("hmi_late");
  expect(isUnreachable(error)).toBe(false);
  server.closeAllConnections();
});
