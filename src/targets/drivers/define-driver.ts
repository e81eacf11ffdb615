import type { ForeignStoreNames } from "../../contract/store-address.ts";
import { type WireSettings, withSettings } from "../../contract/wire-description.ts";
import { UserError } from "../../errors/user-error.ts";
import type { HttpClient } from "../http-client.ts";
import type { ChatClient } from "./chat-client.ts";
import { createDescribedChat } from "./described-chat.ts";

/** What a driver talks with. */
export interface DriverContext {
  /** Of the service that messages are sent to; shows the token as a bearer, where there is one. */
  readonly client: HttpClient;
  /** What the configuration says differently (`contract.send`, ...). */
  readonly settings: WireSettings;
  /** Asked for where a message names none (`chat.model`); null: the back end's own default. */
  readonly model: string | null;
  /** The setting `chat.agent`. */
  readonly agent: string;
  /** The setting `auth.token`; empty for none. */
  readonly token: string;
  /** The engine behind it is the stand-in, which reads directions in what is said. */
  readonly isStandIn: boolean;
}

/** How one kind of back end is talked to. */
export interface Driver {
  /** As it is chosen by `contract.driver` and `--contract`. */
  readonly name: string;
  /** What speaks so, in a few words. */
  readonly title: string;
  /** The service that messages are sent to. */
  readonly service: "hmi" | "gateway" | "engine";
  /** What every stack of its kind has behind that: it is missed where it is not there. */
  readonly behind?: readonly ("gateway" | "engine")[];
  /** The wire as data, where it is data. */
  readonly wire?: WireSettings;
  /** What the back end calls the tables and columns of its store. */
  readonly storeNames?: ForeignStoreNames;
  /** Looks whether a back end of its kind lets somebody in, where the back end does not say what it wants. Throws a UserError. */
  readonly requireAccess?: (context: DriverContext) => Promise<void>;
  /** Makes the mouth and the ears. Where there is `wire`, left out: it is talked to as that says. */
  readonly connect?: (context: DriverContext) => Promise<ChatClient> | ChatClient;
}

/**
 * A driver of your own, for `contract.driver: ./driver.ts`:
 *
 * ```ts
 * export default defineDriver({ name: "mine", title: "My back end", service: "hmi", wire: { send: ..., stream: ... } });
 * ```
 */
export function defineDriver(driver: Driver): Driver {
  return driver;
}

/** Connects a driver, as the settings over its description say. Throws a UserError where that is not enough to talk by. */
export async function connectDriver(driver: Driver, context: DriverContext): Promise<ChatClient> {
  await driver.requireAccess?.(context);
  if (driver.connect !== undefined) return await driver.connect(context);
  const { service, send, stream, ...rest } = withSettings(
    { service: driver.service, ...driver.wire },
    context.settings,
  );
  if (send === undefined || stream === undefined) {
    const missing = send === undefined ? "contract.wire.send" : "contract.wire.stream";
    throw new UserError(
      "config_invalid",
      `The driver ${driver.name} does not say how a message is sent: ${missing} is missing.`,
    );
  }
  const wire = { ...rest, send, stream, service: service ?? driver.service };
  const isSocket = (wire.read ?? send).request.startsWith("WS ");
  if (isSocket !== (stream.framing === "websocket" || stream.framing === "socket.io")) {
    throw new UserError(
      "config_invalid",
      `The driver ${driver.name} reads a reply by \`${(wire.read ?? send).request}\`, which is not framed as ${stream.framing}.`,
      {
        hint: "A `WS` request has the framing `websocket` or `socket.io`, and no other has (contract.wire.stream).",
      },
    );
  }
  if (stream.framing === "polled" && (wire.read === undefined || stream.done === undefined)) {
    const missing = wire.read === undefined ? "contract.wire.read" : "contract.wire.stream.done";
    throw new UserError(
      "config_invalid",
      `The driver ${driver.name} asks for a reply until it is whole: ${missing} is missing.`,
      {
        hint: "The framing `polled` needs the call that is repeated, and what tells the end.",
      },
    );
  }
  return createDescribedChat({ ...context, driver: driver.name, wire });
}
