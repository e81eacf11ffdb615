import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DockerfileParser, type Instruction } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../src/config/default-config.ts";
import { composeFormat } from "../src/export/compose-file.ts";
import { documentsIn } from "./support/export-schemas.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TEXT = readFileSync(join(ROOT, "Dockerfile"), "utf8");

function problemsOf(text: string): string[] {
  return validate(text).map(({ message }) => String(message));
}

/** The instructions of each stage. */
function stages(): Instruction[][] {
  const instructions = DockerfileParser.parse(TEXT).getInstructions();
  const starts = instructions.flatMap((each, index) => (each.getKeyword() === "FROM" ? [index] : []));
  return starts.map((start, index) => instructions.slice(start, starts[index + 1]));
}

/** The arguments of the instructions of this kind in the last stage, which is what is shipped. */
function shipped(keyword: string): string[] {
  return (stages().at(-1) ?? [])
    .filter((each) => each.getKeyword() === keyword)
    .map((each) => each.getArgumentsContent() ?? "");
}

test("the linter of Docker's language server has nothing against it", () => {
  expect(problemsOf(TEXT)).toEqual([]);
  expect(problemsOf(TEXT.replace("EXPOSE 6101", "EXPOSE page"))).toEqual(["Invalid containerPort: page"]);
});

test("what is shipped has no shell, is nobody's account, and says how it is", () => {
  expect(shipped("FROM")).toEqual(["gcr.io/distroless/nodejs24-debian12:nonroot"]);
  expect(shipped("RUN")).toEqual([]);
  expect(shipped("USER")).toEqual(["65532:65532"]);
  expect(shipped("HEALTHCHECK").join()).toContain('CMD ["/nodejs/bin/node", "dist/health-probe.js"]');
});

test("what it copies is built, and what it runs is what an export runs", () => {
  const sources = shipped("COPY").flatMap((text) => text.match(/\/app\/\S+/g) ?? []);
  expect(sources.length).toBeGreaterThan(0);
  expect(sources.filter((path) => !existsSync(join(ROOT, path.replace("/app/", ""))))).toEqual([]);
  const [file] = composeFormat.render(DEFAULT_CONFIG, { hosts: [] }).files;
  const { hmi } = documentsIn(file?.text ?? "")[0].services;
  expect(JSON.parse(shipped("CMD").join())).toEqual(hmi.command);
  expect(hmi.healthcheck.test).toEqual(expect.arrayContaining(["/nodejs/bin/node", "dist/health-probe.js"]));
  expect(hmi.volumes).toEqual([
    expect.stringContaining(
      shipped("COPY")
        .join(" ")
        .match(/\/var\/\S+/)?.[0] ?? "-",
    ),
  ]);
});
