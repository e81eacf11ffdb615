import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command, Interfaces } from "@oclif/core";

/** What `scripts/build.ts` has noted of a command. */
interface NotedCommand extends Command.Cached {
  /** Where its file is, from the package's folder. */
  readonly relativePath: string[];
}

/** The commands as the build has noted them, by their ids, in alphabetical order. */
export function notedCommands(root: string): Readonly<Record<string, NotedCommand>> {
  return readJson(join(root, "oclif.manifest.json")).commands;
}

/**
 * This package as oclif's only plugin, as it was built. oclif has a class for that too, which also searches for the
 * package and its commands, and puts them into the order of the user's language: 10 ms of every start.
 *
 * @param root folder of this package
 */
export function builtPlugin(root: string): Interfaces.Plugin {
  const pjson: Interfaces.PJSON = readJson(join(root, "package.json"));
  const { name, version } = pjson;
  const noted = notedCommands(root);
  const load = async (id: string): Promise<Command.Class> => {
    const { relativePath } = noted[id] ?? {};
    if (relativePath === undefined) throw new Error(`command ${id} not found`);
    const { default: command } = await import(pathToFileURL(join(root, ...relativePath)).href);
    return Object.assign(command, { id, plugin, isESM: true, relativePath });
  };
  const plugin: Interfaces.Plugin = {
    _base: `${name}@${version}`,
    alias: name,
    commandIDs: Object.keys(noted),
    commands: Object.values(noted).map((command) => ({ ...command, load: () => load(command.id) })),
    commandsDir: undefined,
    findCommand: load,
    hasManifest: true,
    hooks: {},
    isRoot: true,
    load: async () => undefined,
    moduleType: "module",
    name,
    options: { root },
    pjson,
    root,
    topics: Object.entries(pjson.oclif.topics ?? {}).map(([name, topic]) => ({ ...topic, name })),
    type: "core",
    valid: true,
    version,
  };
  return plugin;
}

function readJson(file: string) {
  return JSON.parse(readFileSync(file, "utf8"));
}
