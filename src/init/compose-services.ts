import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import type { FoundValue } from "./web-app.ts";

/** A service of a compose file, as far as it tells what listens where. */
export interface ComposeService {
  readonly name: string;
  /** `ollama/ollama:latest`; empty for one that is built. */
  readonly image: string;
  /** The folder that it is built from, relative to the file; undefined for one that is not. */
  readonly folder: string | undefined;
  /** The ports of this machine that lead to it. */
  readonly ports: readonly number[];
  /** What it runs; empty where the image decides. */
  readonly runs: string;
}

/** The services of a compose file; none where it cannot be read. */
export function composeServices(root: string, file: string): FoundValue<ComposeService>[] {
  let text: string;
  try {
    text = readFileSync(join(root, file), "utf8");
  } catch {
    return [];
  }
  const document = parseDocument(text, { logLevel: "silent" });
  const services = document.errors.length > 0 ? {} : fieldsOf(fieldsOf(document.toJS())["services"]);
  return Object.entries(services).map(([name, value]) => {
    const { image, build, ports, command } = fieldsOf(value) as ServiceFields;
    const context = typeof build === "string" ? build : fieldsOf(build)["context"];
    const line = text.split("\n").findIndex((each) => each.trim() === `${name}:`) + 1;
    return {
      value: {
        name,
        image: typeof image === "string" ? image : "",
        folder:
          typeof context === "string"
            ? context.replace(/^\.\/(?=.)/, "").replace(/(?<=.)\/$/, "")
            : undefined,
        ports: [ports].flat().flatMap(publishedPort),
        runs: [command]
          .flat()
          .filter((word) => typeof word === "string")
          .join(" "),
      },
      where: `${file}:${line}`,
    };
  });
}

/** `8080` of `"8080:80"`, of `"127.0.0.1:8080:80/tcp"` and of `{ published: 8080 }`. */
function publishedPort(port: unknown): number[] {
  const published =
    typeof port === "object" ? fieldsOf(port)["published"] : /^(?:[\d.]+:)?(\d+):\d+/.exec(String(port))?.[1];
  const number = Number(published);
  return Number.isInteger(number) && number > 0 ? [number] : [];
}

interface ServiceFields {
  readonly image?: unknown;
  readonly build?: unknown;
  readonly ports?: unknown;
  readonly command?: unknown;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
