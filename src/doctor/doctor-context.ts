import type { Config } from "../config/config-schema.ts";
import type { Role } from "../config/service-config.ts";
import { type Address, addressOfUrl } from "../contract/address.ts";
import type { Health } from "../contract/common-schemas.ts";
import type { RungReport } from "../contract/doctor-report.ts";
import type { ForeignContract } from "../contract/foreign-back-end.ts";
import { messageOf } from "../errors/thrown-error.ts";
import { type SocketTable, socketTable } from "../os/listening-ports.ts";
import type { ServiceState } from "../supervisor/inspect-service.ts";
import type { LastExit } from "../supervisor/supervisor-protocol.ts";
import { frontOf } from "../targets/connect-chat.ts";
import { createAdaptingClient, isLacking } from "../targets/contract-adapting-client.ts";
import { deviationsOf } from "../targets/contract-deviations.ts";
import { UndoneDeletion } from "../targets/delete-and-look.ts";
import type { ChatClient, ChatPlace } from "../targets/drivers/chat-client.ts";
import type { Driver } from "../targets/drivers/define-driver.ts";
import {
  type CallOptions,
  createHttpClient,
  type HttpClient,
  type SeenCall,
  type SeenStream,
} from "../targets/http-client.ts";
import type { TargetUrls } from "../targets/open-target.ts";
import type { ServiceAddressSources } from "../targets/service-address-source.ts";
import type { EngineRecord } from "./rungs/open-engine-record.ts";

/** One service, and what is known of it before the first rung. */
export interface ExaminedService {
  readonly name: Role;
  readonly url: string;
  /** What names that: `--hmi`, `engine.url`. */
  readonly namedBy: string;
  /** Whether somebody has named it: else it is where ours would be. */
  readonly isNamed: boolean;
  readonly address: Address;
  /** For the two questions after its port. */
  readonly sockets: SocketTable;
  /** What the supervisor saw of it; undefined where it is not this stack's, but named by a URL. */
  readonly state: ServiceState | undefined;
  /** How it ended, where it ended by itself and does not run. */
  readonly lastExit: LastExit | undefined;
  readonly client: HttpClient;
}

/** Which engine answers. */
export type EngineKind = "ollama" | "stand-in" | "openai";

/** What rungs tell those above them. */
export interface ExaminationNotes {
  /** What the rungs below have shown. */
  readonly rungs: RungReport[];
  /** The models that can be asked for: the engine's, or what a service of another wire lists. */
  installed: readonly string[];
  /** The engine's models, by its own names; empty until it was asked. */
  engineModels: readonly string[];
  /** The model that is used where nobody names one; the configured one until the engine has told what it has. */
  model: string;
  engineKind: EngineKind;
  /** How long one token took at the engine itself, in milliseconds; 0 until it was asked. */
  chatMs: number;
  /** This long a reply was waited for that did not come, in milliseconds; undefined where each has come. */
  waitedInVainMs: number | undefined;
  /** Health reports that could be read. */
  readonly health: { gateway?: Health; hmi?: Health };
  /** The services' processes. */
  readonly pid: { [Name in Role]?: number };
  /** The folders that they run in. */
  readonly folder: { [Name in Role]?: string };
  /** The conversation that the gateway was asked for. */
  gatewayReply: { readonly session_id: string; readonly message_id: string } | undefined;
  /** A reply that came through the HMI. */
  hmiReply: HmiReply | undefined;
  /** The connection to the driver by which messages are sent and replies read, once a service has answered. */
  chat: ChatClient | undefined;
  /** A reply that came by them. */
  reply:
    | {
        readonly talk: DoctorTalk;
        readonly text: string;
        readonly asked: string;
        /** Why its beginning may not have been read; undefined where it was. */
        readonly late: string | undefined;
        /** What the engine was asked since before its message; undefined where nobody sees that. */
        readonly record: EngineRecord | undefined;
      }
    | undefined;
}

/** A conversation of the doctor's own. */
export interface DoctorTalk {
  readonly place: ChatPlace;
  conversation: string | null;
}

export interface HmiReply {
  readonly session_id: string;
  readonly message_id: string;
  readonly assistant_message_id: string;
  readonly model_id: number;
  readonly asked: string;
  readonly text: string;
}

/** The stack that the rungs are tried on, and what they tell each other of it. */
export interface ExaminedStack {
  /** Those that the stack has and that are known; {@link examinedService} looks one up. */
  readonly services: { readonly [Name in Role]?: ExaminedService };
  /** A tap of this stack before the engine, which records what passes; undefined where none is configured. */
  readonly engineTap: HttpClient | undefined;
  /** How the stack is talked to. */
  readonly target: TargetUrls;
  /** The service that messages are sent to. */
  readonly front: Role;
  /** The configured model, which the engine need not have. */
  readonly model: string;
  /** Whether somebody has said so. */
  readonly isModelGiven: boolean;
  /** The wire by which the engine is asked. */
  readonly engineApi: Config["engine"]["api"];
  readonly hasToken: boolean;
  readonly hasEngineKey: boolean;
  readonly heartbeatMs: number;
  /** {@link ExaminationOptions.postgresql} */
  readonly postgresql: string | undefined;
  readonly signal: AbortSignal;
  readonly notes: ExaminationNotes;
  /** Has something undone when all rungs were tried, the last first. */
  defer(what: string, undo: (signal: AbortSignal) => Promise<void>): void;
}

export interface ExaminationOptions {
  readonly urls: { readonly [Name in Role]?: string | undefined };
  readonly origins: ServiceAddressSources;
  /** Where this stack has a tap before its engine; undefined where it has none. */
  readonly tapUrl?: string | undefined;
  /** A driver of the user's own; counts before `contract.driver`. */
  readonly driver?: Driver | undefined;
  readonly agent: string;
  readonly states: { readonly [Name in Role]?: ServiceState | undefined };
  readonly lastExits?: { readonly [Name in Role]?: LastExit | undefined };
  readonly token: string;
  readonly users?: Readonly<Record<string, string>>;
  readonly engineApi: Config["engine"]["api"];
  readonly engineKey: string;
  readonly model: string;
  /** Whether somebody has said so; left out: nobody has. */
  readonly isModelGiven?: boolean | undefined;
  readonly heartbeatMs: number;
  /** The PostgreSQL database that this stack's conversations are in, as messages name it; undefined where it is a file. */
  readonly postgresql?: string | undefined;
  /** Where the backend has what the contract has elsewhere. What it lacks is asked for all the same. */
  readonly contract: ForeignContract | undefined;
  readonly signal: AbortSignal;
}

/** What is not said to a backend that cannot pass it on. */
const UNSAYABLE = ["engine.options", "engine.think"] as const;

/** A service that a rung of its own looks at. */
export function examinedService({ services }: Pick<ExaminedStack, "services">, name: Role): ExaminedService {
  const examined = services[name];
  if (examined === undefined) throw new Error(`This stack has no ${name}.`);
  return examined;
}

/** What an examination could not take back. */
interface ClosedExamination {
  readonly leftBehind: readonly string[];
  /** Of that, what was answered as deleted. */
  readonly undone: readonly string[];
}

/** Opens the examination of a stack; `close` undoes what was deferred, and tells what could not be. */
export function openExamination(options: ExaminationOptions): {
  stack: ExaminedStack;
  close: () => Promise<ClosedExamination>;
} {
  const { urls, states, lastExits = {}, token, engineKey, contract, signal } = options;
  const given = deviationsOf(contract);
  const departures = {
    ...given,
    lacks: Object.fromEntries(
      UNSAYABLE.filter((feature) => isLacking(given, feature)).map((feature) => [
        feature,
        "skipped" as const,
      ]),
    ),
  };
  const examined = (name: Role, url: string): ExaminedService => {
    const client =
      name === "engine"
        ? createHttpClient(url, engineKey)
        : createAdaptingClient({ url, token, service: name, departures });
    return {
      name,
      url,
      namedBy: options.origins[name]?.namedBy ?? `--${name}`,
      isNamed: options.origins[name]?.isDefault !== true,
      address: addressOfUrl(url),
      sockets: socketTable(),
      state: states[name],
      lastExit: lastExits[name],
      client,
    };
  };
  const services: { [Name in Role]?: ExaminedService } = {};
  for (const [name, url] of Object.entries(urls)) {
    if (url !== undefined) services[name as Role] = examined(name as Role, url);
  }
  const engineTap = options.tapUrl === undefined ? undefined : createHttpClient(options.tapUrl, engineKey);
  const target: TargetUrls = {
    ...urls,
    ...{ token, users: options.users, engineKey, contract },
    ...{ origins: options.origins, model: options.model, agentId: options.agent },
    ...(options.driver !== undefined && { driver: options.driver }),
  };
  const deferred: { what: string; undo: (signal: AbortSignal) => Promise<void> }[] = [];
  const stack: ExaminedStack = {
    services,
    engineTap,
    target,
    front: frontOf(target),
    ...{ model: options.model, isModelGiven: options.isModelGiven ?? false },
    engineApi: options.engineApi,
    hasToken: token !== "",
    hasEngineKey: engineKey !== "",
    heartbeatMs: options.heartbeatMs,
    postgresql: options.postgresql,
    signal,
    notes: {
      rungs: [],
      installed: [],
      engineModels: [],
      model: options.model,
      chatMs: 0,
      waitedInVainMs: undefined,
      engineKind: options.engineApi === "openai" ? "openai" : "ollama",
      health: {},
      pid: {},
      folder: {},
      gatewayReply: undefined,
      hmiReply: undefined,
      chat: undefined,
      reply: undefined,
    },
    defer: (what, undo) => deferred.push({ what, undo }),
  };
  const close = async (): Promise<ClosedExamination> => {
    const leftBehind: string[] = [];
    const undone: string[] = [];
    for (const { what, undo } of deferred.reverse()) {
      // Not bound to Ctrl-C: what was made is deleted all the same.
      await undo(AbortSignal.timeout(CLOSE_TIMEOUT_MS)).catch((error: unknown) => {
        const words = `${what}: ${messageOf(error)}`;
        leftBehind.push(words);
        if (error instanceof UndoneDeletion) undone.push(words);
      });
    }
    await Promise.all(Object.values(services).map(({ client }) => client.close()));
    await engineTap?.close();
    return { leftBehind, undone };
  };
  return { stack, close };
}

const CLOSE_TIMEOUT_MS = 10_000;

/** What a service that works does well within, short of writing a reply. */
const CALL_TIMEOUT_MS = 5_000;

type Method = Parameters<HttpClient["call"]>[0];
type Asked = Omit<CallOptions, "signal"> & { readonly timeoutMs?: number };

/** Asks a service; rejects where it does not answer in time. */
export async function askService(
  stack: ExaminedStack,
  name: Role,
  [method, path]: readonly [Method, string],
  { timeoutMs = CALL_TIMEOUT_MS, ...options }: Asked = {},
): Promise<SeenCall> {
  return await examinedService(stack, name).client.call(method, path, {
    ...options,
    signal: deadline(stack, timeoutMs),
  });
}

/** Reads an event stream of a service to its end. */
export async function askForStream(
  stack: ExaminedStack,
  name: "gateway" | "hmi",
  [method, path]: readonly [Method, string],
  { timeoutMs = CALL_TIMEOUT_MS, ...options }: Asked,
): Promise<SeenStream> {
  return await examinedService(stack, name).client.stream(method, path, {
    ...options,
    signal: deadline(stack, timeoutMs),
  });
}

/** A call that takes no reply. */
export function callDeadline(stack: ExaminedStack): AbortSignal {
  return deadline(stack, 10_000);
}

function deadline({ signal }: ExaminedStack, timeoutMs: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
}
