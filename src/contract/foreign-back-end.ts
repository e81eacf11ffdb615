/** How a backend that is not ours departs from the contract. */
import { gatewayRoutes, hmiRoutes, pageRoutes, type Route } from "./routes.ts";
import type { ForeignStoreNames } from "./store-address.ts";
import type { WireSettings } from "./wire-description.ts";

/** An endpoint by the name that settings know it by: `hmi.messages`, `gateway.resume`, `pages.llm`. */
export type EndpointName =
  | `gateway.${keyof typeof gatewayRoutes}`
  | `hmi.${keyof typeof hmiRoutes}`
  | `pages.${keyof typeof pageRoutes}`;

/** Every endpoint that a backend may have elsewhere, or not at all. */
export const ENDPOINTS = Object.fromEntries(
  Object.entries({ gateway: gatewayRoutes, hmi: hmiRoutes, pages: pageRoutes }).flatMap(([service, routes]) =>
    Object.entries(routes).map(([name, route]) => [`${service}.${name}`, route]),
  ),
) as Readonly<Record<EndpointName, Route>>;

/** What a backend may lack of the contract that is no endpoint. */
export const FEATURES = ["stream.error_event", "engine.options", "engine.think"] as const;

/**
 * `stream.error_event`: there is no `error` event; a failure is told by the status `error` and by `done` with
 * finish_reason `error`. `engine.options`: a message's `options` do not reach the engine; what directs the
 * stand-in then goes as a line of text. `engine.think`: nobody can say whether the model is to think, so that no
 * request has the field.
 */
export type Feature = (typeof FEATURES)[number];

/** A claim that a backend never made, by the id of its check: `http/origin`. */
export type CheckId = `${string}/${string}`;

/**
 * What a check becomes that needs what is lacking: `skipped`; `broken`; or `judged`, made as if nothing were
 * lacking, which takes back what a profile says. A feature that is lacking in either way is just not expected.
 */
export const LACK_VERDICTS = ["skipped", "broken", "judged"] as const;
export type LackVerdict = (typeof LACK_VERDICTS)[number];

/**
 * The drivers that are there, each with the service that messages are sent to: our own contract's, and those of other
 * wires (`src/targets/drivers/shipped`); `described` has no wire but what `contract.wire` says.
 */
export const DRIVERS = {
  ours: "hmi",
  seeds: "hmi",
  "openai-chat": "gateway",
  "openai-responses": "gateway",
  ollama: "engine",
  litellm: "gateway",
  "open-webui": "hmi",
  "open-webui-api": "hmi",
  chainlit: "hmi",
  described: "hmi",
} as const;
export const DRIVER_NAMES = Object.keys(DRIVERS) as (keyof typeof DRIVERS)[];

/** A driver of a user's own, by its file: `./driver.ts`. */
export const DRIVER_FILE = /\.[cm]?[jt]s$/;

/** Whether a driver can be called so. */
export function isDriverName(text: string): boolean {
  return Object.hasOwn(DRIVERS, text) || DRIVER_FILE.test(text);
}

/** Where a backend that follows the contract is not as it says. */
export interface ContractDeviations {
  readonly lacks: { readonly [Name in EndpointName | Feature | CheckId]?: LackVerdict | undefined };
  /** Where an endpoint is: `GET /api/chat/history/{session_id}`, the method left out where it is the contract's. */
  readonly endpoints: { readonly [Name in EndpointName]?: string | undefined };
  /** Fields by the contract's name, with what the backend calls them: in the bodies and queries of requests. */
  readonly request_fields: Readonly<Record<string, string>>;
  /** The same for the JSON bodies of answers. */
  readonly answer_fields: Readonly<Record<string, string>>;
  /** The same for the events of streams. */
  readonly event_fields: Readonly<Record<string, string>>;
  /** What the backend calls the tables and columns of its store. */
  readonly store_names: ForeignStoreNames;
}

/** How a backend is talked to, and what is different from that. */
export interface ForeignContract extends ContractDeviations {
  /** One of {@link DRIVER_NAMES}, or the file of a driver. */
  readonly driver: string;
  /** What is different from the driver's description; the whole of it for a driver of none. */
  readonly wire: WireSettings;
  /** Where the backend's store is, for `readStoreAddress`; empty, or left out: its rows are read through the HMI. */
  readonly store?: string;
}

/** Where an endpoint is at a backend. */
export interface ForeignAddress {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With `{name}` where a parameter stands, and perhaps a query. */
  readonly path: string;
}

const ADDRESS = /^(?:(GET|POST|PUT|PATCH|DELETE) +)?(\/[\x21-\x7e]*)$/;

/** Reads the address that a setting gives for an endpoint; a text says what is wrong with it. */
export function readAddress(name: EndpointName, text: string): ForeignAddress | string {
  const [, method, path] = ADDRESS.exec(text) ?? [];
  const route = ENDPOINTS[name];
  if (path === undefined) {
    return "must be a path, with or without a method, such as GET /api/chat/history/{session_id}";
  }
  const wished = parametersOf(route.pattern, /:(\w+)/g);
  const given = parametersOf(path, /\{(\w*)\}/g);
  if (wished.join() !== given.join()) {
    const parameters = wished.map((parameter) => `{${parameter}}`).join(" and ");
    return `must hold ${parameters || "no parameter"}, as ${route.pattern} does`;
  }
  return { method: (method as ForeignAddress["method"] | undefined) ?? route.method, path };
}

function parametersOf(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name]) => name ?? "").toSorted();
}
