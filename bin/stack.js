#!/usr/bin/env node
// Kept to syntax that every Node understands: its first duty is to say so where Node is too old.
const MINIMUM = [22, 19];
const [major, minor] = process.versions.node.split(".").map(Number);
const root = new URL("../", import.meta.url);

if (major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1])) {
  process.stderr.write(
    `stack needs Node ${MINIMUM.join(".")} or newer; this is ${process.version}.\n` +
      "In a checkout, call it through npm, which brings its own Node: npx stack ...\n" +
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

// Not imported: an import evaluates all exports of a built-in module, which takes 2 ms.
const { existsSync, readFileSync } = process.getBuiltinModule("node:fs");
const [first, ...rest] = process.argv.slice(2);
if ((first === "--version" || first === "-v") && rest.length === 0) {
  // Answered here, because loading the rest takes longer than everything that it would do.
  const { name, version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  process.stdout.write(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
} else if (!existsSync(new URL("dist/main.js", root))) {
  process.stderr.write("stack is not built yet. Run: npm run build\n");
  process.exit(2);
} else {
  process.getBuiltinModule("node:module").enableCompileCache();
  await import(new URL("dist/main.js", root).href);
}
