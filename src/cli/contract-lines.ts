import { resolveConfig } from "../config/load-config.ts";
import { type ConfigValue, originsOf } from "../config/value-origins.ts";
import type { Driver } from "../targets/drivers/define-driver.ts";
import { findDriver } from "../targets/drivers/shipped-drivers.ts";
import type { StyledText } from "../text/styled-text.ts";
import { loadDriverFile } from "./chosen-contract.ts";
import { configLines, SECRET_MASK } from "./config-lines.ts";

/** One line of the contract in force. */
export interface ContractLine {
  /** The names below `contract`: `["wire", "send", "request"]`. */
  readonly path: readonly string[];
  readonly value: unknown;
  /** `driver seeds`, `stack.config.yaml:3:9`, the name of a variable or of a flag, or `default`. */
  readonly origin: string;
}

/** The contract in force, line by line. */
export interface PrintedContract {
  readonly driver: string;
  /** Absolute path of the configuration that was read; null where there is none. */
  readonly file: string | null;
  readonly lines: readonly ContractLine[];
}

interface ContractFlags {
  readonly config: string | undefined;
  readonly contract: string | undefined;
}

/** The contract that a run would judge by, each line with where it is from. Throws a UserError. */
export async function contractInForce({
  config: file,
  contract: flag,
}: ContractFlags): Promise<PrintedContract> {
  const resolved = await resolveConfig({ cwd: process.cwd(), env: process.env, file, driver: flag });
  const given = (await originsOf(resolved)).filter(({ path }) => path[0] === "contract");
  const name = flag ?? resolved.config.contract.driver;
  const driver = (await loadDriverFile({ driver: name })) ?? (name === "ours" ? undefined : findDriver(name));
  const settings = given
    .filter(({ value, path }) => path[1] !== "driver" && !isNothing(value))
    .map(
      (value): ContractLine => ({
        path: value.path.slice(1),
        value: shownValue(value),
        origin: originOf(value),
      }),
    );
  const before = driver === undefined ? [] : wireLines(driver, settings);
  const driverValue = given.find(({ path }) => path[1] === "driver");
  const chosen: ContractLine = {
    path: ["driver"],
    value: name,
    origin: flag === undefined && driverValue !== undefined ? originOf(driverValue) : "--contract",
  };
  return {
    driver: driver?.name ?? name,
    file: resolved.file ?? null,
    lines: [chosen, ...grouped([...before, ...settings])],
  };
}

/** The same as YAML, each line with its origin as a comment. */
export function contractLines({ lines }: PrintedContract): StyledText[] {
  const values = lines.map(({ path, value, origin }): ConfigValue => {
    const isDefault = origin === "default";
    return {
      path: ["contract", ...path],
      value,
      source: isDefault ? "default" : "file",
      place: isDefault ? null : origin,
      variables: [],
      is_secret: false,
    };
  });
  return configLines(values, undefined);
}

/** What a driver says and no setting takes the place of. */
function wireLines({ name, service, wire }: Driver, settings: readonly ContractLine[]): ContractLine[] {
  const origin = `driver ${name}`;
  if (wire === undefined) return [];
  const groups = Object.entries({ service, ...wire });
  const lines = groups.flatMap(([group, value]): ContractLine[] => {
    const fields = typeof value === "object" && value !== null ? Object.entries(value) : [];
    return fields.length === 0
      ? [{ path: ["wire", group], value, origin }]
      : fields.map(([field, each]) => ({ path: ["wire", group, field], value: each, origin }));
  });
  // A group is merged field by field; a field, and what is no group, is taken whole.
  const isReplaced = ({ path }: ContractLine): boolean =>
    settings.some((setting) => isWithin(setting.path, path) || isWithin(path, setting.path));
  return lines.filter((line) => !isReplaced(line));
}

function isWithin(path: readonly string[], outer: readonly string[]): boolean {
  return outer.every((name, index) => path[index] === name);
}

/** What belongs to one group stands together, in the order in which the groups come. */
function grouped(lines: readonly ContractLine[]): ContractLine[] {
  const groups = Map.groupBy(lines, ({ path }) =>
    path[0] === "wire" ? path.slice(0, 2).join(".") : String(path[0]),
  );
  return [...groups.entries()]
    .toSorted(([a], [b]) => Number(b.startsWith("wire.")) - Number(a.startsWith("wire.")))
    .flatMap(([, group]) => group);
}

function isNothing(value: unknown): boolean {
  return value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}

function shownValue({ value, is_secret }: ConfigValue): unknown {
  return is_secret ? SECRET_MASK : value;
}

function originOf({ place, source }: ConfigValue): string {
  return place ?? source;
}
