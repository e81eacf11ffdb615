import type { ForeignStoreNames } from "../../contract/store-address.ts";
import { type WireSettings, withSettings } from "../../contract/wire-description.ts";
import { UserError } from "../../errors/user-error.ts";
import type { HttpClient } from "../http-client.ts";
import { CallerSession, isForNobody } from "./caller-session.ts";
import type { ChatClient } from "./chat-client.ts";
import { DescribedCalls, type DescribedService } from "./described-calls.ts";
import { createDescribedChat } from "./described-chat.ts";
import { idAt } from "./json-place.ts";
import { requireConsistent } from "./require-consistent-wire.ts";

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
  /** The setting `auth.token`, or the word beside `user` in `auth.users`; empty for none. */
  readonly token: string;
  /** Who calls, as in `auth.users`; empty where a token is all that is known. */
  readonly user: string;
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
  /** By what `stack init --from` knows its back ends in a log, where `wire` does not say it. */
  readonly knownBy?: {
    /** The calls of a message and of its reply, as a page of its kind makes them. */
    readonly send?: string;
    readonly read?: string;
    /** What the name of a header of its answers begins with. */
    readonly header?: string;
  };
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

/** Who a driver's calls are made as. */
export function sessionOf(driver: Driver, { client, settings, user, token }: DriverContext): CallerSession {
  const wire = withSettings(driver.wire ?? {}, settings);
  return new CallerSession({ client, wire, caller: { name: user, secret: token } });
}

/** Connects a driver, as the settings over its description say. Throws a UserError where that is not enough to talk by. */
export async function connectDriver(
  driver: Driver,
  context: DriverContext,
  session = sessionOf(driver, context),
): Promise<ChatClient> {
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
  requireConsistent(driver.name, wire);
  await requireSignedIn(wire, context, session);
  const account = await accountTold({ wire, client: context.client, session });
  return createDescribedChat({ ...context, driver: driver.name, wire, session, account });
}

/** How long the call that tells an account may take, in milliseconds. */
const TOLD_WITHIN_MS = 10_000;

/** Whose account the caller's is, as the wire's own call tells it; undefined where it has none, or it tells nothing. */
async function accountTold(service: DescribedService): Promise<string | undefined> {
  const { account } = service.wire;
  if (account === undefined) return undefined;
  try {
    const signal = AbortSignal.timeout(TOLD_WITHIN_MS);
    const { status, body } = await new DescribedCalls(service).call(account, {}, signal);
    return status < 300 ? (idAt(body, account.id) ?? undefined) : undefined;
  } catch {
    // Whoever does not answer is told of by what is asked next.
    return undefined;
  }
}

/** Throws a UserError where a wire has a login, and nobody is named who could, or nobody is let in. */
async function requireSignedIn(
  { login }: WireSettings,
  { user, token }: DriverContext,
  session: CallerSession,
): Promise<void> {
  if (login !== undefined && isForNobody({ login }, { name: user, secret: token })) {
    throw new UserError(
      "unauthorized",
      `${login.request} lets people in by their names, and nobody is named.`,
      {
        hint: `Name one in auth.users, or by STACK_AUTH_USERS='{"NAME": "PASSWORD"}'; or give a token that you have, as auth.token.`,
      },
    );
  }
  try {
    await session.signIn();
  } catch (error) {
    // Whoever does not answer is told of by what is asked next.
    if (error instanceof UserError) throw error;
  }
}
