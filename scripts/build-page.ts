/** Builds the page of the HMI into `dist/web`: alone where this is run, which leaves what an earlier build has made. */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import zlib from "node:zlib";
import { type BuildOptions, build, type Metafile } from "esbuild";

process.chdir(new URL("../", import.meta.url).pathname);

/** What all browser code is built with, under names that change with its content. */
const WEB = {
  metafile: true,
  outdir: "dist/web",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  legalComments: "none",
  platform: "browser",
  target: "es2022",
  format: "esm",
} as const satisfies BuildOptions;

const PAGE = "dist/web/index.html";

/** What the build of the page has made. */
interface BuiltPage {
  readonly metafiles: readonly Metafile[];
  /** What it wrote beside the outputs of these. */
  readonly written: readonly string[];
}

/** Builds the browser code, and the page that starts it. */
export async function buildPage(): Promise<BuiltPage> {
  const worker = await build({ ...WEB, entryPoints: ["web/markdown/highlight-worker.ts"] });
  const [workerFile = ""] = Object.keys(worker.metafile.outputs);
  const formulas = await build({ ...WEB, entryPoints: ["web/markdown/formulas-script.ts"] });
  const [formulasFile = ""] = Object.keys(formulas.metafile.outputs);
  const entryPoints = ["web/app.tsx", ...globSync("web/*.{css,svg}")];
  const built = await build({
    ...WEB,
    entryPoints,
    splitting: true,
    loader: { ".svg": "copy" },
    jsx: "automatic",
    jsxImportSource: "preact",
    define: {
      HIGHLIGHT_WORKER: JSON.stringify(`/assets/${basename(workerFile)}`),
      FORMULAS_SCRIPT: JSON.stringify(`/assets/${basename(formulasFile)}`),
    },
    external: ["/assets/*"],
  });
  // What is imported when it is needed has an entry point too, which is none of the page's.
  const files = Object.entries(built.metafile.outputs).filter(([, { entryPoint = "" }]) =>
    entryPoints.includes(entryPoint),
  );
  // Else the browser would know of what a script imports once it has that one.
  const shared = files.flatMap(([, { imports }]) =>
    imports.flatMap(({ kind, path }) => (kind === "import-statement" ? [preloadTag(basename(path))] : [])),
  );
  const tags = [...shared, ...files.map(([file]) => tagOf(basename(file)))].sort();
  const page = replace(readFileSync("web/index.html", "utf8"), "<!-- assets -->", tags.join("\n"));
  const metafiles = [worker, formulas, built].map(({ metafile }) => metafile);
  const compressed = compressAssets(metafiles);
  // Last, so that the page never names a file that is not there yet.
  writeFileSync(PAGE, page);
  return { metafiles, written: [...compressed, PAGE] };
}

/** Once, as small as can be, so that nobody compresses them again for each browser. Returns what was written. */
function compressAssets(metafiles: readonly Metafile[]): string[] {
  const assets = metafiles.flatMap(({ outputs }) => Object.keys(outputs));
  return assets.flatMap((file) => {
    const content = readFileSync(file);
    const size = { params: { [zlib.constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
    writeFileSync(`${file}.br`, zlib.brotliCompressSync(content, size));
    writeFileSync(`${file}.gz`, zlib.gzipSync(content, { level: 9 }));
    return [`${file}.br`, `${file}.gz`];
  });
}

function tagOf(name: string): string {
  if (name.endsWith(".css")) return `<link rel="stylesheet" href="/assets/${name}">`;
  if (name.endsWith(".svg")) return `<link rel="icon" href="/assets/${name}">`;
  return `<script type="module" src="/assets/${name}"></script>`;
}

function preloadTag(name: string): string {
  return `<link rel="modulepreload" href="/assets/${name}">`;
}

function replace(text: string, part: string, by: string): string {
  if (!text.includes(part)) throw new Error(`There is no ${part} to be replaced any more.`);
  return text.replace(part, by);
}

if (import.meta.main) await buildPage();
