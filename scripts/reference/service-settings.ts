import type * as z from "zod";
import {
  LivenessSchema,
  LogSchema,
  ProbeSchema,
  RestartSchema,
  type ServiceInput,
  ServiceSchema,
} from "../../src/config/services/service-schema.ts";
import { docstringsOf } from "./docstrings.ts";

type Probe = keyof typeof ProbeSchema.shape;
type Liveness = Exclude<keyof typeof LivenessSchema.shape, Probe>;

/** The name of a setting of a service: `command`, `ready.http`. */
export type ServiceSettingName =
  | keyof ServiceInput
  | `ready.${Probe}`
  | `live.${Liveness}`
  | `restart.${keyof typeof RestartSchema.shape}`
  | `log.${keyof typeof LogSchema.shape}`;

export interface ServiceSetting {
  readonly name: string;
  readonly schema: z.core.$ZodType;
  readonly meaning: string;
}

const docs = docstringsOf(new URL("../../src/config/services/service-schema.ts", import.meta.url));

/** The settings that hold settings. */
const MAPS = {
  ready: { ProbeSchema },
  live: { ProbeSchema, LivenessSchema },
  restart: { RestartSchema },
  log: { LogSchema },
} as const;

/** Every setting of a service, each map before what it holds; of `live` only what `ready` does not have. */
export function serviceSettings(): ServiceSetting[] {
  return settingsIn({ ServiceSchema }).flatMap((setting) => {
    const held = settingsIn(mapOf(setting.name)).filter(
      ({ name }) => setting.name !== "live" || !(name in ProbeSchema.shape),
    );
    return [setting, ...held.map((each) => ({ ...each, name: `${setting.name}.${each.name}` }))];
  });
}

/** What a setting means, by its path below the service: `["ready", "http"]`. */
export function meaningOf(path: readonly string[]): string | undefined {
  const [first = "", second] = path;
  const known = second === undefined ? settingsIn({ ServiceSchema }) : settingsIn(mapOf(first));
  return known.find(({ name }) => name === (second ?? first))?.meaning;
}

/** True for a setting that holds settings. */
export function isMap(name: string): boolean {
  return name in MAPS;
}

type Schemas = Readonly<Record<string, { readonly shape: Readonly<Record<string, z.core.$ZodType>> }>>;

function mapOf(name: string): Schemas {
  return { ...MAPS }[name as keyof typeof MAPS] ?? {};
}

function settingsIn(schemas: Schemas): ServiceSetting[] {
  const found = Object.entries(schemas).flatMap(([constant, { shape }]) =>
    Object.entries(shape).flatMap(([name, schema]): ServiceSetting[] => {
      // What one schema has of another stands over the other.
      const isInherited = constant === "LivenessSchema" && name in ProbeSchema.shape;
      return isInherited ? [] : [{ name, schema, meaning: docs.of(`${constant}.${name}`) }];
    }),
  );
  return found;
}
