import { readFileSync } from "node:fs";
import type * as z from "zod";
import { ConfigSchema, type Settings } from "../../src/config/config-schema.ts";
import { DEFAULT_SETTINGS } from "../../src/config/default-config.ts";
import { variableOf } from "../../src/config/environment-layer.ts";
import { StreamEvent } from "../../src/contract/event-schemas.ts";
import { type EndpointName, FEATURES } from "../../src/contract/foreign-back-end.ts";
import { assetRoute, gatewayRoutes, hmiRoutes, pageRoutes, type Route } from "../../src/contract/routes.ts";
import { WIRE_ERRORS, type WireErrorCode } from "../../src/contract/wire-error.ts";
import { type Docstrings, docstringsOf } from "./docstrings.ts";
import { isMap, type ServiceSettingName, serviceSettings } from "./service-settings.ts";
import { fieldWords, valueWords } from "./value-words.ts";

/** The name of a setting: `hmi.port`. */
export type SettingName = {
  [Section in keyof Settings]: `${Section}.${keyof Settings[Section] & string}`;
}[keyof Settings];

/** The keys of the rows, by table. */
export interface RowKeys {
  endpoints: EndpointName | "assets";
  events: StreamEvent["type"];
  errors: WireErrorCode;
  settings: SettingName;
  "settings of a service": ServiceSettingName;
}

export interface Table {
  readonly name: keyof RowKeys;
  /** Markdown. */
  readonly introduction: string;
  readonly columns: readonly string[];
  /** The cells of each row in Markdown, by the row's key, in the order of the code. */
  readonly rows: ReadonlyMap<string, readonly string[]>;
}

/** Everything that the code promises to somebody outside of it. */
export function referenceTables(): readonly Table[] {
  return [
    {
      name: "endpoints",
      introduction:
        "What each takes and answers: [contract](contract.md), sections 2 and 3. The settings `contract.lacks` and " +
        "`contract.endpoints` know them by the same names.",
      columns: ["Call", "Name", "What it does"],
      rows: endpointRows(),
    },
    {
      name: "events",
      introduction:
        "Their order and their ids: [contract](contract.md), section 1. A `?` marks what may be left out.",
      columns: ["Type", "Fields", "Meaning"],
      rows: eventRows(),
    },
    {
      name: "errors",
      introduction:
        "The `code` of an error body, with its HTTP status, or of an `error` event, which has none. A request that " +
        "is no HTTP/1.1 is `bad_request` too, with 408 where it did not arrive in time and 431 where its URL and " +
        "headers are too large.",
      columns: ["Code", "Status", "Meaning"],
      rows: errorRows(),
    },
    {
      name: "settings",
      introduction:
        "By their names in `stack.config.yaml`, `.json`, `.ts` or `.js`, over the environment variable that wins over " +
        "the file; in a variable a list is written with commas, and names with values as `name=value` with commas. A secret may " +
        "stand in a file instead, which the variable with `_FILE` behind its name says (`STACK_AUTH_TOKEN_FILE`). Times end in " +
        `\`_ms\` and are milliseconds. \`contract\`: ${settingDocs().of("ConfigSchema.contract")} The features that it ` +
        `can lack are ${FEATURES.map((feature) => `\`${feature}\``).join(" and ")}.`,
      columns: ["Setting", "Default", "Values", "Meaning"],
      rows: settingRows(),
    },
    {
      name: "settings of a service",
      introduction:
        "By their names under `services.NAME` in the file; no environment variable has them. Exactly the services " +
        "that are listed run; without `services` the engine, the gateway and the HMI of ours do. Each is one of " +
        "`command`, `embedded` and `url`. A service called engine, gateway or hmi is at the address that `engine.url`, " +
        "`gateway.*` or `hmi.*` says, whatever runs there. Times end in `_ms` and are milliseconds. For editors: " +
        "[config.schema.json](config.schema.json).",
      columns: ["Setting", "Values", "Meaning"],
      rows: serviceRows(),
    },
  ];
}

function endpointRows(): Table["rows"] {
  const docs = docstringsOf(new URL("../../src/contract/routes.ts", import.meta.url));
  const row = (key: string, { method, pattern }: Route, meaning: string): [string, string[]] => [
    key,
    [`\`${method} ${pattern.replace(/:(\w+)/g, "{$1}")}\``, `\`${key}\``, meaning],
  ];
  const services = { gateway: gatewayRoutes, hmi: hmiRoutes, pages: pageRoutes };
  const constants = { gateway: "gatewayRoutes", hmi: "hmiRoutes", pages: "pageRoutes" };
  return new Map([
    ...(["gateway", "hmi", "pages"] as const).flatMap((service) =>
      Object.entries<Route>(services[service]).map(([name, route]) =>
        row(`${service}.${name}`, route, docs.of(`${constants[service]}.${name}`)),
      ),
    ),
    row("assets", assetRoute, docs.of("assetRoute")),
  ]);
}

function eventRows(): Table["rows"] {
  const meanings = eventMeanings();
  return new Map(
    StreamEvent.options.map((schema) => {
      const type = schema.shape.type.value;
      const fields = [...fieldWords(schema)].filter(([name]) => name !== "type");
      const meaning = meanings.get(type);
      if (meaning === undefined) throw new Error(`docs/contract.md: the table of events has no row ${type}.`);
      return [
        type,
        [`\`${type}\``, fields.map(([name, words]) => `\`${name}\`: ${words}`).join("<br>"), meaning],
      ];
    }),
  );
}

/** What the contract's own table says that an event means: its last column. */
function eventMeanings(): ReadonlyMap<string, string> {
  const contract = readFileSync(new URL("../../docs/contract.md", import.meta.url), "utf8");
  const [, table = ""] = /\| type \| fields \| meaning \|\n(.*?)\n\n/s.exec(contract) ?? [];
  const rows = [...table.matchAll(/^\| `(\w+)` \|.*\| (.*) \|$/gm)];
  return new Map(rows.map(([, type = "", meaning = ""]) => [type, meaning]));
}

function errorRows(): Table["rows"] {
  const docs = docstringsOf(new URL("../../src/contract/wire-error.ts", import.meta.url));
  const codes = Object.entries(WIRE_ERRORS);
  return new Map(
    codes.map(([code, status]) => [code, [`\`${code}\``, String(status), docs.of(`WIRE_ERRORS.${code}`)]]),
  );
}

function settingDocs(): Docstrings {
  return docstringsOf(new URL("../../src/config/config-schema.ts", import.meta.url));
}

function settingRows(): Table["rows"] {
  const docs = settingDocs();
  return new Map(
    Object.entries(ConfigSchema.shape).flatMap(([section, { shape }]) =>
      Object.entries<z.core.$ZodType>(shape).map(([name, schema]): [string, string[]] => {
        const key = `${section}.${name}`;
        const names = `\`${key}\`<br>\`${variableOf([section, name])}\``;
        const standard = defaultWords(section, name);
        return [key, [names, standard, valueWords(schema), docs.of(`ConfigSchema.${key}`)]];
      }),
    ),
  );
}

function serviceRows(): Table["rows"] {
  return new Map(
    serviceSettings().map(({ name, schema, meaning }) => {
      const map = name === "restart" ? "a policy, or settings" : "settings";
      return [name, [`\`${name}\``, isMap(name) ? map : valueWords(schema), meaning]];
    }),
  );
}

function defaultWords(section: string, name: string): string {
  const sections: Record<string, Record<string, unknown>> = { ...DEFAULT_SETTINGS };
  const value = sections[section]?.[name];
  return `\`${typeof value === "string" && value !== "" ? value : JSON.stringify(value)}\``;
}
