/**
 * Builds `dist/`: the command line bundled for a quick start, the browser code, and oclif's manifest.
 * One file a command, so that a command loads nothing that only another one needs. What runs as a process of its own
 * shares nothing with the commands: the fewer files it is in, the sooner it is there.
 */
import { copyFileSync, globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, join, relative, sep } from "node:path";
import { build, type Metafile } from "esbuild";
import { buildPage } from "./build-page.ts";
import { quickStart } from "./quick-start-plugin.ts";
import { thirdPartyNotices } from "./third-party-notices.ts";

const root = new URL("../", import.meta.url);
process.chdir(root.pathname);

const WASM = [
  "node_modules/web-tree-sitter/web-tree-sitter.wasm",
  "node_modules/@vscode/tree-sitter-wasm/wasm/tree-sitter-python.wasm",
];

// In place, and what is stale is removed after: a process that runs from dist meanwhile keeps its files.
const page = buildPage();
const built = await Promise.all([
  buildNode("src/main.ts", "src/index.ts", "src/cli/help.ts", ...globSync("src/commands/**/*.ts")),
  buildNode("src/fast-status.ts"),
  buildNode("src/fast-up.ts"),
  buildNode("src/fast-help.ts"),
  buildNode("src/service-process.ts"),
  buildNode("src/supervisor-process.ts"),
  buildNode("src/health-probe.ts"),
  buildNode("src/prove/proof-worker.ts"),
  buildNode("src/load-process.ts"),
  buildNode("src/services/conversations/sqlite/checkpoint-worker.ts"),
]);
const metafiles = [...built.map(({ metafile }) => metafile), ...(await page).metafiles];
refuseImports(metafiles);
const written = [
  ...metafiles.flatMap(({ outputs }) => Object.keys(outputs)),
  ...(await page).written,
  ...copyWasm(),
  writeNotices(metafiles),
];
removeStale(new Set(written.map((file) => file.split(sep).join("/"))));
await writeManifest();

/** The package has no dependencies: what the bundle does not hold is nowhere. */
function refuseImports(metafiles: readonly Metafile[]): void {
  const outputs = metafiles.flatMap((metafile) => Object.values(metafile.outputs));
  const missing = outputs
    .flatMap(({ imports }) => imports.filter(({ external }) => external).map(({ path }) => path))
    // The page loads scripts of this build by their addresses.
    .filter((path) => !isBuiltin(path) && !path.startsWith("/assets/"));
  if (missing.length > 0) throw new Error(`Not in the bundle: ${[...new Set(missing)].join(", ")}.`);
}

/** Removes what an earlier build has left in `dist/`; `scripts/build-types.ts` comes after this one. */
function removeStale(current: ReadonlySet<string>): void {
  const files = globSync("dist/**/*", { withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of files.map((entry) => relative(".", join(entry.parentPath, entry.name)))) {
    if (!current.has(file.split(sep).join("/"))) rmSync(file);
  }
}

async function buildNode(...entryPoints: string[]) {
  return await build({
    entryPoints,
    metafile: true,
    outbase: "src",
    outdir: "dist",
    bundle: true,
    splitting: true,
    // Names stay as they are, for the stacks of errors.
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: false,
    legalComments: "none",
    platform: "node",
    target: "node22.19",
    format: "esm",
    plugins: [quickStart()],
    define: {
      "process.env.OCLIF_DISABLE_ENGINE_WARNING": "'1'",
      "process.env.NODE_PG_FORCE_NATIVE": "undefined",
      __filename: "import.meta.filename",
      __dirname: "import.meta.dirname",
    },
    // CommonJS packages inside an ESM bundle still look for it.
    banner: {
      js: [
        "const require=id=>process.getBuiltinModule(id)",
        '??process.getBuiltinModule("node:module").createRequire(import.meta.url)(id);',
      ].join(""),
    },
  });
}

/** The parser of Python for `stack verify source`; WebAssembly cannot be bundled. Returns what was written. */
function copyWasm(): string[] {
  mkdirSync("dist/wasm", { recursive: true });
  return WASM.map((file) => {
    const copy = join("dist/wasm", basename(file));
    copyFileSync(file, copy);
    return copy;
  });
}

/** Returns what was written. */
function writeNotices(metafiles: readonly Metafile[]): string {
  const file = "dist/THIRD-PARTY-NOTICES.txt";
  const bundled = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs)),
  );
  writeFileSync(file, thirdPartyNotices([...bundled, ...WASM]));
  return file;
}

/** Lets the command line know its commands and flags without loading them. */
async function writeManifest(): Promise<void> {
  const { Plugin, settings } = await import("@oclif/core");
  settings.enableAutoTranspile = false;
  const plugin = new Plugin({ root: root.pathname, ignoreManifest: true, respectNoCacheDefault: true });
  await plugin.load();
  if (plugin.commands.length === 0) throw new Error(`${basename(root.pathname)}: no command was found.`);
  for (const command of Object.values(plugin.manifest.commands)) {
    if (command.description !== undefined) command.description = asParagraphs(command.description);
  }
  const commands = Object.fromEntries(plugin.commands.map(({ id }) => [id, plugin.manifest.commands[id]]));
  writeFileSync("oclif.manifest.json", JSON.stringify({ ...plugin.manifest, commands }));
}

/** Text that is broken into lines in the source, for terminals of any width: only empty lines and lists stay. */
function asParagraphs(text: string): string {
  return text.replace(/(?<=\S)\n(?=[^\s-])/g, " ");
}
