import type * as z from "zod";
import { ChatExportQuery } from "../../src/contract/chat-export.ts";
import { Cancel, ChatRequest, ResumeQuery } from "../../src/contract/gateway-schemas.ts";
import {
  ExportQuery,
  GeneralStreamQuery,
  MessagesQuery,
  NewSession,
  Regenerate,
  RenameSession,
  SendMessage,
  SessionsQuery,
  StreamQuery,
} from "../../src/contract/hmi-schemas.ts";
import { ProfileChange, ProfileDraft } from "../../src/contract/profile-schemas.ts";
import { gatewayRoutes, hmiRoutes, type Route } from "../../src/contract/routes.ts";

export interface Endpoint {
  readonly service: "gateway" | "hmi";
  readonly route: Route;
  /** The names of the fields of its body; none where it takes no body. */
  readonly body: readonly string[];
  /** The names of its query's parameters. */
  readonly query: readonly string[];
}

type Fields = z.ZodObject<z.ZodRawShape>;

const BODIES = new Map<Route, Fields>([
  [gatewayRoutes.chat, ChatRequest],
  [gatewayRoutes.cancel, Cancel],
  [hmiRoutes.cancel, Cancel],
  [hmiRoutes.sendMessage, SendMessage],
  [hmiRoutes.regenerate, Regenerate],
  [hmiRoutes.newSession, NewSession],
  [hmiRoutes.renameSession, RenameSession],
  [hmiRoutes.newProfile, ProfileDraft],
  [hmiRoutes.updateProfile, ProfileChange],
]);

const QUERIES = new Map<Route, Fields>([
  [gatewayRoutes.resume, ResumeQuery],
  [hmiRoutes.stream, StreamQuery],
  [hmiRoutes.generalStream, GeneralStreamQuery],
  [hmiRoutes.sessions, SessionsQuery],
  [hmiRoutes.messages, MessagesQuery],
  [hmiRoutes.exportSession, ExportQuery],
  [hmiRoutes.exportChats, ChatExportQuery],
]);

/** All endpoints of the gateway and the HMI, without the pages. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...Object.values(gatewayRoutes).map((route: Route) => describe("gateway", route)),
  ...Object.values(hmiRoutes).map((route: Route) => describe("hmi", route)),
];

/** The path of a route with something in the place of each parameter. */
export function pathOf({ pattern }: Route, parameter: () => string = () => "1"): string {
  return pattern.replace(/:\w+/g, parameter);
}

function describe(service: Endpoint["service"], route: Route): Endpoint {
  const names = (fields: Fields | undefined): string[] => Object.keys(fields?.shape ?? {});
  return { service, route, body: names(BODIES.get(route)), query: names(QUERIES.get(route)) };
}
