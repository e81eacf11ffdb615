/**
 * Builds `dist/index.d.ts`: the types of the public API in one file that needs no other package but `@types/node`, which
 * is an optional peer dependency. zod's, by which the schemas are typed, are in it; an import of anything else is an
 * error here, not at whoever installs the package.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";

process.chdir(fileURLToPath(new URL("../", import.meta.url)));

// Inside the repository, so that zod is found from there.
const folder = mkdtempSync(join(process.cwd(), "dist", "types-"));
try {
  emitDeclarations(folder);
  await rollUp(join(folder, "index.d.ts"));
} finally {
  rmSync(folder, { recursive: true });
}

function emitDeclarations(outDir: string): void {
  const tsc = join("node_modules", "typescript", "bin", "tsc");
  execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", outDir], {
    stdio: "inherit",
  });
}

async function rollUp(input: string): Promise<void> {
  const bundle = await rollup({
    input,
    plugins: [dts({ respectExternal: true, tsconfig: "tsconfig.build.json" })],
    external: isLeftOut,
  });
  const { output } = await bundle.write({ file: "dist/index.d.ts" });
  const text = output.map((file) => (file.type === "chunk" ? file.code : "")).join("\n");
  const imports = [
    ...text.matchAll(/^(?:import|export) [^;]*?from ['"](.+?)['"]|\bimport\(['"](.+?)['"]\)/gm),
  ].map(([, from = "", called = from]) => called);
  // A fault changes what passes by Node's own streams and buffers: whoever writes one has their types.
  const missing = imports.filter((name) => !(name.startsWith("node:") && asksForNodeTypes()));
  if (missing.length > 0) {
    throw new Error(
      `The public types need ${missing.join(", ")}, which nobody has who installs the package. ` +
        "Say the type in our own words, or mark what has it @internal.",
    );
  }
}

/** Whether package.json tells who installs the package that its types need those of Node. */
function asksForNodeTypes(): boolean {
  const { peerDependencies = {} } = JSON.parse(readFileSync("package.json", "utf8"));
  return "@types/node" in peerDependencies;
}

/** Other packages, whose types the public ones must not need; and zod's languages, which no type is made of. */
function isLeftOut(id: string): boolean {
  const isFile = id.startsWith(".") || id.startsWith("/");
  return id.includes("/locales/") || !(isFile || id === "zod" || id.startsWith("zod/"));
}
