import { join } from "node:path";
import { expect, test } from "vitest";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { startTestEngine, startTestGateway } from "../../support/gateway.ts";
import { call } from "../../support/http.ts";
import { startService } from "../../support/service-process.ts";
import { limitFileSizes, mountSmallDisk } from "../../support/small-disk.ts";
import { hmiClient } from "../../support/stack.ts";
import { eventually } from "../../support/streams.ts";
import { tempFolder } from "../../support/temp.ts";

const COUNTED = Array.from({ length: 300 }, (_, index) => index + 1).join(", ");

test.for([
  ["a small tmpfs", mountSmallDisk, 507, "store_full"],
  ["a limit of file sizes", () => limitFileSizes("chat.db"), 503, "store_unavailable"],
] as const)(
  "on a disk that is really full (%s) nothing is lost and nobody is lied to",
  async (row, { skip }) => {
    const [kind, make, status, code] = row;
    const disk = make();
    if (disk === undefined) return skip(`this user may not have ${kind}`);
    const gateway = await startTestGateway({ engineUrl: await startTestEngine({ tokenDelayMs: 3 }) });
    const { url } = await startService("hmi", tempFolder(), {
      STACK_HMI_PORT: "0",
      STACK_GATEWAY_PORT: new URL(gateway.url).port,
      STACK_STORE_PATH: join(disk.folder, "chat.db"),
    });
    const hmi = hmiClient(url);
    const health = async () => (await call(url, hmiRoutes.health.path())).json;
    const { pid } = await health();

    const { sent, reader } = await hmi.send({ message: "Count to 300" });
    const { session_id } = sent;
    await eventually(() => expect(reader.text.length).toBeGreaterThan(20));
    disk.fill(pid);
    await reader.ended;
    expect(reader.text).toBe(COUNTED);
    expect(reader.events.at(-3)).toMatchObject({ type: "error", code: "reply_not_saved" });
    const refused = { status, json: { error: { code } } };
    expect(await hmi.post({ message: "Next".repeat(2_000), session_id })).toMatchObject(refused);
    expect(await hmi.cancel(session_id)).toMatchObject(refused);
    expect(await health()).toMatchObject({
      status: "degraded",
      dependencies: { store: { status: "unavailable" } },
    });
    // What was saved before can be read.
    expect((await hmi.messages(session_id))[0]?.content).toBe("Count to 300");

    disk.free(pid);
    await eventually(async () =>
      expect((await hmi.messages(session_id)).at(-1)).toMatchObject({ content: COUNTED, status: "complete" }),
    );
    const next = await hmi.send({ message: "Count to 3", session_id });
    await next.reader.ended;
    expect(next.reader.text).toBe("1, 2, 3");
    await eventually(async () => expect((await health()).dependencies.store.status).toBe("ok"));
  },
);
