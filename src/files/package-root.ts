import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of this package, whether it runs from `src/` or bundled from `dist/`. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

/** This package's version. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8"));
  return String(version);
}

/** The file of a thread of this program, by its place in `src/` without an extension: `prove/proof-worker`. */
export function threadFile(name: string): string {
  const isSource = import.meta.url.endsWith(".ts");
  return join(packageRoot(), isSource ? "src" : "dist", `${name}.${isSource ? "ts" : "js"}`);
}

/** Where the built browser code is. */
export function webFolder(): string {
  return join(packageRoot(), "dist", "web");
}

/** Where the parser of Python is, as WebAssembly. */
export function wasmFolder(): string {
  return join(packageRoot(), "dist", "wasm");
}
