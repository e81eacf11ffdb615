import { expect, onTestFinished, test } from "vitest";
import { DRIVER_NAMES, DRIVERS } from "../../../src/contract/foreign-back-end.ts";
import { WireDescriptionSchema, type WireSettings } from "../../../src/contract/wire-description.ts";
import { UserError } from "../../../src/errors/user-error.ts";
import { connectDriver, type Driver } from "../../../src/targets/drivers/define-driver.ts";
import { findDriver, SHIPPED_DRIVERS } from "../../../src/targets/drivers/shipped-drivers.ts";
import { createHttpClient } from "../../../src/targets/http-client.ts";

const NAMES = DRIVER_NAMES.filter((name) => name !== "ours");

function connect(driver: Driver, settings: WireSettings = {}) {
  const client = createHttpClient("http://127.0.0.1:1");
  onTestFinished(() => client.close());
  return connectDriver(driver, {
    client,
    settings,
    model: null,
    agent: "a",
    user: "",
    token: "",
    isStandIn: false,
  });
}

test("each driver that is told of is there, and enough to talk by", async () => {
  expect(SHIPPED_DRIVERS.map(({ name }) => name).toSorted()).toEqual(NAMES.toSorted());
  for (const name of NAMES) {
    const driver = findDriver(name);
    expect(driver.service).toBe(DRIVERS[name]);
    if (name === "described") continue;
    expect((await connect(driver)).driver).toBe(name);
    if (driver.wire !== undefined) expect(WireDescriptionSchema.safeParse(driver.wire).error).toBeUndefined();
  }
});

test("a driver of a whole chat with a page says where that is, also one made of code", () => {
  for (const name of ["seeds", "open-webui"] as const) expect(findDriver(name).wire?.page).toMatch(/^\//);
});

test("`described` alone says nothing, and is told what it needs", async () => {
  const refused = await connect(findDriver("described")).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UserError);
  expect(String(refused)).toContain("contract.wire.send is missing");
});

test("a WebSocket is framed as one, and nothing else is", async () => {
  const described = findDriver("described");
  const send = { request: "WS /ws", body: "{text}" };
  await expect(connect(described, { send, stream: { framing: "sse" } })).rejects.toThrow(
    "reads a reply by `WS /ws`, which is not framed as sse",
  );
  const chat = await connect(described, { send, stream: { framing: "websocket" } });
  expect(chat.driver).toBe("described");
});

test("another name is refused with those that there are", () => {
  expect(() => findDriver("theirs")).toThrow('There is no driver "theirs".');
});
