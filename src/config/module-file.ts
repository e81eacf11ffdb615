import { registerHooks } from "node:module";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf } from "../errors/thrown-error.ts";
import { type ConfigLayer, type ConfigPlace, configError, isRecord } from "./config-layer.ts";

/**
 * Runs a configuration that is a program, TypeScript or JavaScript: its default export is the settings, or a
 * function that returns them, at once or later. Throws a UserError that says where it fails.
 */
export async function runConfigFile(path: string): Promise<ConfigLayer> {
  const file: ConfigPlace = { name: basename(path), order: 0 };
  let values: unknown;
  try {
    const { default: exported } = await importModule(pathToFileURL(path).href);
    values = withoutUndefined(typeof exported === "function" ? await exported() : exported);
  } catch (error) {
    const line = lineOf(error, path);
    const place = line === undefined ? file : { ...file, name: `${file.name}:${line}` };
    throw configError([{ place, message: messageOf(error) }]);
  }
  if (!isRecord(values)) {
    const message = "expected a default export of settings, or of a function that returns them";
    throw configError([{ place: file, message }]);
  }
  return { source: "file", values, whereIs: (place) => (has(values, place) ? file : undefined) };
}

/** Imports a module by its URL, TypeScript too: Node takes the types out itself. */
export async function importModule(url: string): Promise<{ default?: unknown }> {
  // In a package that does not say of what kind its modules are, Node would try CommonJS first, and warn.
  const hooks = registerHooks({
    load: (each, context, next) =>
      next(
        each,
        each === url && each.endsWith(".ts") ? { ...context, format: "module-typescript" } : context,
      ),
  });
  try {
    return await import(url);
  } finally {
    hooks.deregister();
  }
}

/** The line of the file in a stack trace; the head of one names the line of a syntax error. */
function lineOf(error: unknown, path: string): string | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  const stack = error.stack.replaceAll(pathToFileURL(path).href, path);
  const start = stack.indexOf(`${path}:`);
  return start < 0 ? undefined : /^\d+(?::\d+)?/.exec(stack.slice(start + path.length + 1))?.[0];
}

/** A setting that is undefined is one that was not given. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (!isRecord(value)) return value;
  const given = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(given.map(([name, each]) => [name, withoutUndefined(each)]));
}

function has(values: unknown, path: readonly PropertyKey[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return true;
  if (Array.isArray(values)) return has(values[Number(key)], rest);
  return isRecord(values) && String(key) in values && has(values[String(key)], rest);
}
