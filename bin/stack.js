#!/usr/bin/env node
// Kept to syntax that every Node understands: its first duty is to say so where Node is too old.
const MINIMUM = [22, 19];
const [major, minor] = process.versions.node.split(".").map(Number);
const root = new URL("../", import.meta.url);

if (major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1])) {
  process.stderr.write(
    `stack needs Node ${MINIMUM.join(".")} or newer; this is ${process.version}.\n` +
      "In a checkout, call it through npm, which brings its own Node: npx --no-install stack ...\n" +
      "Elsewhere, install the current Node LTS.\n",
  );
  process.exit(2);
}

if (process.platform === "win32") {
  process.stderr.write(
    "stack does not run on Windows itself: it needs the processes and signals of Linux or macOS.\n" +
      "Install it inside WSL (wsl --install), and run it there.\n",
  );
  process.exit(2);
}

// Until the command line has a better answer: Node's own is a screenful of the bundle.
process.on("uncaughtException", (error) => {
  try {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`stack itself failed: ${message}\n`);
  } catch (_) {
    // Nobody can be told.
  }
  process.exit(1);
});

// Not imported: an import evaluates all exports of a built-in module, which takes 2 ms.
const { existsSync, readFileSync } = process.getBuiltinModule("node:fs");
const [first, ...rest] = process.argv.slice(2);
if ((first === "--version" || first === "-v") && rest.length === 0) {
  // Answered here, because loading the rest takes longer than everything that it would do.
  const { name, version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  process.stdout.on("error", ({ code, message }) => {
    if (code === "EPIPE") return;
    process.stderr.write(`The output could not be written: ${message}.\n`);
    process.exit(2);
  });
  process.stdout.write(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
} else if (!existsSync(new URL("dist/main.js", root))) {
  process.stderr.write("stack is not built yet. Run: npm run build\n");
  process.exit(2);
} else {
  process.getBuiltinModule("node:module").enableCompileCache();
  // Without `await`, which would be a syntax error to an old Node. A failure is an uncaught one: see above.
  import(new URL(`dist/${entryOf(first, rest)}.js`, root).href);
}

/** What is asked most often has a file of its own in src/, without oclif, which takes longer to load than the answer. */
function entryOf(first, rest) {
  if (first === "status" && rest.every((word) => word === "--json")) return "fast-status";
  if (first === "up" && rest.every((word) => ["--detach", "-d", "--json"].includes(word))) {
    return "fast-up";
  }
  const isHelp = first === undefined || first === "--help" || first === "-h" || first === "help";
  return isHelp && rest.length === 0 ? "fast-help" : "main";
}
