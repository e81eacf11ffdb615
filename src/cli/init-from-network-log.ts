import type { Config } from "../config/config-schema.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { learnWire } from "../learn/learn-wire.ts";
import type { LearnedWire } from "../learn/learned-wire.ts";
import { openNetworkLog } from "../learn/open-network-log.ts";
import { type TriedWire, tryWire } from "../learn/try-wire.ts";
import { planConfig, writeConfig } from "../learn/write-contract.ts";
import { confirm, requirePerson } from "./confirm-with-person.ts";
import { learnedLines, triedLines } from "./learned-lines.ts";
import type { Screen } from "./screen.ts";
import { parseServiceUrl } from "./service-url.ts";

/** What `init` is told beside the log. */
export interface LearnFlagValues {
  readonly said: string | undefined;
  readonly url: string | undefined;
  readonly "dry-run": boolean;
  readonly force: boolean;
  readonly yes: boolean;
}

/** What was learned, and what became of it. */
export interface LearnResult {
  readonly file: string;
  readonly written: boolean;
  readonly learned: LearnedWire;
  /** Null where nothing was tried. */
  readonly tried: TriedWire | null;
  readonly text: string;
}

interface LearnContext {
  readonly screen: Screen;
  readonly config: Config;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Learns a contract from a network log, shows what it is inferred from, tries it with one message, and writes it once a
 * person says so. What does not work is not written. Throws a UserError.
 */
export async function learnContract(
  log: string,
  flags: LearnFlagValues,
  context: LearnContext,
): Promise<LearnResult> {
  const { screen, config, folder, signal } = context;
  const inferred = learnWire(openNetworkLog(log), flags.said, config.auth.users);
  const learned = flags.url === undefined ? inferred : { ...inferred, url: parseServiceUrl(flags.url) };
  const planned = planConfig(folder, learned, { force: flags.force || flags["dry-run"] });
  const { file, text } = planned;
  for (const line of learnedLines(learned)) screen.line(line, 4);
  screen.line();
  if (!flags["dry-run"] && !flags.yes) requirePerson("whether this may be tried and written");
  if (flags["dry-run"]) {
    screen.write(text);
    return { file, written: false, learned, tried: null, text };
  }
  if (learned.unsayable.length > 0) {
    screen.line("  Not tried, and not written: a contract without that would give false words.", 2);
    process.exitCode = EXIT.failed;
    return { file, written: false, learned, tried: null, text };
  }
  const tried = await tryWire(learned, { ...config.auth, signal });
  for (const line of triedLines(tried)) screen.line(line, 4);
  screen.line();
  const isGood = tried.problems.length === 0;
  const isWished = isGood && (flags.yes || (await confirm(screen, "", `Write it to ${file}?`)));
  if (!isGood) {
    screen.line(
      "  Not written: it does not work as it was learned. --dry-run shows it, to be mended by hand.",
      2,
    );
    process.exitCode = EXIT.failed;
  }
  if (!isWished) return { file, written: false, learned, tried, text };
  writeConfig(planned);
  screen.line(`  Written: ${file}. \`stack verify\` judges the back end by it.`, 2);
  if (planned.note !== undefined) screen.line(`  ${planned.note}`, 2);
  return { file, written: true, learned, tried, text };
}
