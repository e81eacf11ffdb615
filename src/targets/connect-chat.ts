import { DEFAULTS } from "../contract/contract-defaults.ts";
import { chooseDefaultModel } from "../contract/default-model-rule.ts";
import { type WireSettings, withSettings } from "../contract/wire-description.ts";
import { UserError } from "../errors/user-error.ts";
import { createAdaptingClient } from "./contract-adapting-client.ts";
import { deviationsOf } from "./contract-deviations.ts";
import { bearerTokenOfWire } from "./drivers/bearer-token-of-wire.ts";
import { type CallerSession, callersOf, tokenAsItIs } from "./drivers/caller-session.ts";
import type { ChatClient } from "./drivers/chat-client.ts";
import { createContractChat } from "./drivers/contract-chat.ts";
import { connectDriver, type Driver, type DriverContext, sessionOf } from "./drivers/define-driver.ts";
import { hasPlaceholder } from "./drivers/has-placeholder.ts";
import { isRefusal } from "./drivers/refusal.ts";
import { findDriver } from "./drivers/shipped-drivers.ts";
import { createHttpClient, type HttpClient } from "./http-client.ts";
import type { TargetUrls } from "./open-target.ts";
import { SERVICE_TITLES } from "./service-titles.ts";
import { doesNotAnswer } from "./target-connections.ts";
import { withHeaders } from "./with-headers.ts";

/** A stack that is talked to, and nothing else. */
export interface ConnectedChat {
  readonly chat: ChatClient;
  /** The service that messages are sent to. */
  readonly front: Driver["service"];
  /** Its client. */
  readonly client: HttpClient;
  /** Who calls; undefined where it follows the contract, whose callers show a token and no more. */
  readonly session: CallerSession | undefined;
}

/** How a stack is connected to. */
export interface ConnectOptions {
  /** The engine behind it is the stand-in. */
  readonly isStandIn: boolean;
  /** Where messages are sent instead: a proxy before the service. */
  readonly url?: string | undefined;
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The driver that a target names; undefined for the contract's own. Throws a UserError. */
export function driverOf({ driver, contract }: Pick<TargetUrls, "driver" | "contract">): Driver | undefined {
  const name = contract?.driver ?? "ours";
  return driver ?? (name === "ours" ? undefined : findDriver(name));
}

/** The service that messages are sent to. Throws a UserError. */
export function frontOf(given: Pick<TargetUrls, "driver" | "contract">): Driver["service"] {
  return given.contract?.wire.service ?? driverOf(given)?.service ?? "hmi";
}

/** The wire as data, as far as its driver is data: with what the configuration says differently. Throws a UserError. */
export function wireOf(given: Pick<TargetUrls, "driver" | "contract">): WireSettings {
  return withSettings(driverOf(given)?.wire ?? {}, given.contract?.wire ?? {});
}

/**
 * Connects to the service that messages are sent to, without looking whether it answers. `url` counts before the
 * target's own, as that of a proxy before it does. Throws a UserError where no URL is known.
 */
export async function connectChat(
  given: TargetUrls,
  { isStandIn, url: before, headers }: ConnectOptions,
): Promise<ConnectedChat> {
  const driver = driverOf(given);
  const wire = given.contract?.wire ?? {};
  const front = frontOf(given);
  const url = before ?? given[front];
  if (url === undefined) {
    throw new UserError(
      "bad_url",
      `Messages are sent to the ${SERVICE_TITLES[front]}, whose URL is not known.`,
      {
        hint: `Name it: --${front} URL.`,
      },
    );
  }
  if (driver === undefined) {
    const departures = deviationsOf(given.contract);
    const made = createAdaptingClient({ url, token: given.token, service: "hmi", departures });
    const client = headers === undefined ? made : withHeaders(made, headers);
    return { chat: createContractChat(client, departures), front, client, session: undefined };
  }
  const { self } = callersOf(given);
  const spoken = wireOf(given);
  // An engine has a key of its own, and is told nobody's token but where its wire says so.
  const isKeyed = front === "engine" && !hasPlaceholder(spoken.headers, "token");
  const caller = isKeyed ? { name: "", secret: given.engineKey ?? "" } : self;
  const context: Omit<DriverContext, "client"> = {
    settings: wire,
    model: given.model ?? null,
    agent: given.agentId ?? DEFAULTS.agentId,
    user: caller.name,
    token: caller.secret,
    isStandIn,
  };
  const made = createHttpClient(url, bearerTokenOfWire(spoken, tokenAsItIs(spoken, caller)));
  const client = headers === undefined ? made : withHeaders(made, headers);
  const session = sessionOf(driver, { ...context, client });
  const chat = await connectDriver(driver, { ...context, client }, session);
  return { chat, front, client, session };
}

/**
 * The same, with a model that the back end has: one that is configured and that nobody lists would have every message
 * refused. Throws what asking for the list throws where nothing answers.
 */
export async function connectChatWithModel(
  given: TargetUrls,
  options: ConnectOptions,
  signal: AbortSignal,
): Promise<ConnectedChat> {
  const connected = await connectChat(given, options);
  if (driverOf(given) === undefined) return connected;
  try {
    const installed = await listModels(connected, signal);
    const model = chooseDefaultModel(installed, given.model ?? "") ?? given.model;
    if (model === given.model) return connected;
    await connected.client.close();
    return await connectChat({ ...given, model }, options);
  } catch (error) {
    await connected.client.close();
    throw doesNotAnswer(connected.front, connected.client.url, error, given);
  }
}

/** The models of a back end that answers, if not with a list. Throws where nothing answers. */
async function listModels({ chat, client }: ConnectedChat, signal: AbortSignal): Promise<readonly string[]> {
  if (chat.missingAbilities["list models"] !== undefined) {
    await client.call("GET", "/", { signal });
    return [];
  }
  try {
    return await chat.models(signal);
  } catch (error) {
    // What is wrong with its answer is for the checks to say.
    if (isRefusal(error)) return [];
    throw error;
  }
}
