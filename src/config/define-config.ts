import type * as z from "zod/mini";
import type { ConfigSchema } from "./config-schema.ts";
import type { ServiceSchema } from "./services/service-schema.ts";

type Sections = z.input<typeof ConfigSchema>;

/** What a configuration file may say; everything has a default. */
export type StackConfig = { readonly [Section in keyof Sections]?: Partial<Sections[Section]> } & {
  /** Exactly these run; without it the engine, the gateway and the HMI of ours. */
  readonly services?: { readonly [name: string]: z.input<typeof ServiceSchema> };
};

/** A `stack.config.ts` that the editor knows the settings of; gives back what it is given. */
export function defineConfig<Given extends StackConfig | (() => StackConfig | Promise<StackConfig>)>(
  config: Given,
): Given {
  return config;
}
