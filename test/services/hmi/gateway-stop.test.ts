import { expect, test } from "vitest";
import { startTestEngine } from "../../support/gateway.ts";
import { startTestHmi } from "../../support/restarted-hmi.ts";
import { startService } from "../../support/service-process.ts";
import { openTestStore } from "../../support/store.ts";
import { eventually, shapeOf } from "../../support/streams.ts";
import { tempFolder } from "../../support/temp.ts";

test.each(["SIGTERM", "SIGKILL"] as const)(
  "a gateway that ends by %s in mid-reply leaves the row as an error, with the text that came",
  async (signal) => {
    const engineUrl = await startTestEngine({ tokenDelayMs: 5 });
    const { store, path } = openTestStore();
    const gateway = await startService("gateway", tempFolder(), {
      STACK_GATEWAY_PORT: "0",
      STACK_ENGINE_URL: engineUrl,
      STACK_STORE_PATH: path,
    });
    const hmi = await startTestHmi(store, gateway.url);
    const { sent, reader } = await hmi.send({ message: "Count to 1000" });
    await eventually(() => expect(reader.text.length).toBeGreaterThan(20));
    expect(await gateway.end(signal)).toBe(signal === "SIGTERM" ? 0 : null);
    await reader.ended;
    expect(shapeOf(reader.events)).toBe("started planning executing token error error usage done(error)");
    expect((await hmi.messages(sent.session_id)).at(-1)).toMatchObject({
      content: reader.text,
      status: "error",
      error: { code: "gateway_error" },
    });
  },
);
